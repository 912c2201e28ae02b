"""Controller side of image_layers_info: a host that has all that is wanted is not asked."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.module_utils.build.shipment import due_images

MODULE = "todo.stack.image_layers_info"


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible ships no types
    """Tells what is due from what was seen, and asks for the layers only if anything is."""

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the module's result."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        args = dict(self._task.args)
        due = due_images(args.get("wanted") or {}, args.pop("present", None) or ())
        if "wanted" in args and (not due or self._task.check_mode):
            return {**result, "changed": False, "due": due}
        args["wanted"] = due
        return {**result, **self._execute_module(MODULE, args, task_vars=task_vars)}
