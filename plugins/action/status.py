"""Controller side of status: what a host has told, as a screen or as a line of JSON."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import from_plain
from ansible_collections.todo.stack.plugins.module_utils.look.status import Status
from ansible_collections.todo.stack.plugins.modules.status import ARGUMENT_SPEC
from ansible_collections.todo.stack.plugins.plugin_utils.status.screen import screen
from ansible_collections.todo.stack.plugins.plugin_utils.status.summary import summary, unreached
from ansible_collections.todo.stack.plugins.plugin_utils.unreached import explained

MODULE = "todo.stack.status"


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible ships no types
    """Asks the host once; one that cannot be reached is told, and is no failure."""

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the screen, and the data that it is made of."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _, options = self.validate_argument_spec(ARGUMENT_SPEC)
        host = str((task_vars or {}).get("inventory_hostname", "localhost"))
        now = datetime.now(timezone.utc)
        try:
            answer = self._execute_module(MODULE, options, task_vars=task_vars)
        except AnsibleConnectionFailure as problem:
            answer, told = {}, unreached(host, str(problem))
        else:
            if "status" not in answer:
                return {**result, **explained(answer)}
            found = from_plain(Status, json.loads(answer["status"]))
            told = summary(host, found, now, options["secret_max_age"])
        lines = [json.dumps(told)] if options["output"] == "json" else screen(told, now)
        return {**result, **answer, "changed": False, "summary": told, "screen": lines}
