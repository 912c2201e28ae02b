"""Shows lines on the terminal as they are, in one piece."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.todo.stack.plugins.modules.show import ARGUMENT_SPEC


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible ships no types
    """All of it happens on the controller."""

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return nothing but that nothing has changed."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _, options = self.validate_argument_spec(ARGUMENT_SPEC)
        Display().display("\n".join(options["lines"]))
        return {**result, "changed": False}
