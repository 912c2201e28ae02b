"""Controller side of base_images_info: the host is asked only for what was not seen just now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.module_utils.build.base_image import (
    SOURCES,
    Wanted,
    result_of,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.expiry import (
    base_image_warnings,
)
from ansible_collections.todo.stack.plugins.modules.base_images_info import ARGUMENT_SPEC

MODULE = "todo.stack.base_images_info"


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible ships no types
    """Resolves the base images from those present, or runs the module."""

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the module's result."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        args = dict(self._task.args)
        found = all_found(args, args.pop("present", None) or [])
        return {**result, **(found or self._execute_module(MODULE, args, task_vars=task_vars))}


def all_found(
    args: Mapping[str, Any], present: Sequence[Mapping[str, Any]]
) -> dict[str, Any] | None:
    """Return the module's result, None where one is not present or the options are wrong."""
    try:
        rows = [{name: str(value) for name, value in one.items()} for one in args["wanted"]]
        wanted = [Wanted(**row) for row in rows]
    except (KeyError, TypeError, AttributeError):
        return None
    source, mirror = args.get("source", "auto"), args.get("registry_mirror", "")
    if not set(args) <= set(ARGUMENT_SPEC) or source not in SOURCES or not isinstance(mirror, str):
        return None
    found = result_of(wanted, present, source, mirror)
    if found["missing"]:
        return None
    today = datetime.now(timezone.utc).date()
    warnings = [*base_image_warnings((one.reference for one in wanted), today)]
    return {**found, "warnings": warnings}
