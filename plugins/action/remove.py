"""Controller side of remove: says who asks or why nobody could, and retires the report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.plugin_utils.judge.index import retire_report
from ansible_collections.todo.stack.plugins.plugin_utils.this_user import this_user
from ansible_collections.todo.stack.plugins.plugin_utils.unreached import explained

MODULE = "todo.stack.remove"


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible ships no types
    """Hands over who runs the play, for the audit log of the host."""

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the module's result."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        args = {**self._task.args, "by": this_user()}
        told = explained(self._execute_module(MODULE, args, task_vars=task_vars))
        folder = args.get("artifacts_dir")
        if folder and told.get("changed") and not self._task.check_mode:
            base = Path(self._loader.get_basedir()) / folder
            retire_report(base, str(args.get("stack", "")), task_vars or {})
        return {**result, **told}
