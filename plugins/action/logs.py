"""Controller side of logs: each line with its time, its host and its service."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.modules.logs import ARGUMENT_SPEC
from ansible_collections.todo.stack.plugins.plugin_utils.contract.arguments import refusal
from ansible_collections.todo.stack.plugins.plugin_utils.status.asked import since_problems
from ansible_collections.todo.stack.plugins.plugin_utils.status.screen import log_line
from ansible_collections.todo.stack.plugins.plugin_utils.unreached import explained

MODULE = "todo.stack.logs"


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible ships no types
    """Asks the host once; one that cannot be reached is told, and is no failure."""

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the rows, by time."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _, options = self.validate_argument_spec(ARGUMENT_SPEC)
        if problems := since_problems(options["since"], options["lines"]):
            return {**result, **refusal(problems)}
        host = str((task_vars or {}).get("inventory_hostname", "localhost"))
        try:
            answer = self._execute_module(MODULE, options, task_vars=task_vars)
        except AnsibleConnectionFailure as problem:
            now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
            text = f"cannot be reached: {' '.join(str(problem).split())}"
            answer = {"rows": [{"at": now.partition("+")[0], "service": "-", "text": text}]}
        if "rows" not in answer:
            return {**result, **explained(answer)}
        as_json = options["output"] == "json"
        rows = [
            {**row, "shown": json.dumps({"host": host, **row}) if as_json else log_line(host, row)}
            for row in answer["rows"]
        ]
        return {**result, "changed": False, "rows": rows}
