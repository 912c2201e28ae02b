"""A module that tells what it has under way, followed from the controller while it runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.plugin_utils.build.build_watch import BuildWatch


def host_prefix(task_vars: Mapping[str, Any] | None) -> str:
    """Return what tells the hosts of a play from each other, "" where there is one."""
    told = task_vars or {}
    several = len(told.get("ansible_play_hosts_all") or ()) > 1
    return f"{told.get('inventory_hostname')} " if several else ""


def watched(
    action: ActionBase, module: str, args: Mapping[str, Any], task_vars: dict[str, Any] | None
) -> dict[str, Any]:
    """Return a module's result; what it writes to its ``progress_file`` is shown meanwhile."""
    remote = None if action._connection.transport == "local" else action._make_tmp_path()
    steps = action._connection._shell.join_path(remote, "steps") if remote else None
    try:
        with BuildWatch(action._connection, steps, host_prefix(task_vars)) as watch:
            found: dict[str, Any] = action._execute_module(
                module_name=module,
                module_args={**args, "progress_file": watch.file},
                task_vars=task_vars,
            )
    finally:
        if remote:
            action._remove_tmp_path(remote, force=True)
    return found


class WatchedModule(ActionBase):  # type: ignore[misc]  # Ansible ships no types
    """An action that is its ``module``, and shows what that has under way."""

    module = ""

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the module's result."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        return {**result, **watched(self, self.module, self._task.args, task_vars)}
