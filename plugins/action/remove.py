"""Controller side of remove: says why a host could not even be asked."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.plugin_utils.unreached import explained

MODULE = "todo.stack.remove"


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible ships no types
    """Runs the module: in its playbook nobody has looked at the host before."""

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the module's result."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        told = self._execute_module(MODULE, self._task.args, task_vars=task_vars)
        return {**result, **explained(told)}
