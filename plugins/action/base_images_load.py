"""Controller side of base_images_load: brings the archive to its host, says what is under way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.module_utils.edge.progress import UnderWay
from ansible_collections.todo.stack.plugins.plugin_utils.build.build_watch import BuildWatch
from ansible_collections.todo.stack.plugins.plugin_utils.build.watched import host_prefix, watched

MODULE = "todo.stack.base_images_load"


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible ships no types
    """Has the archive on the host for as long as the module loads it."""

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the module's result."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        args = dict(self._task.args)
        here = args.get("archive") and not boolean(args.get("on_host", False))
        if not here or self._task.check_mode:
            return {**result, **watched(self, MODULE, args, task_vars)}
        try:
            archive = self._find_needle("files", str(args["archive"]))
        except AnsibleError as problem:
            return {**result, "failed": True, "changed": False, "msg": str(problem)}
        if self._connection.transport == "local":
            return {**result, **watched(self, MODULE, {**args, "archive": archive}, task_vars)}
        remote = self._make_tmp_path()
        try:
            target = self._connection._shell.join_path(remote, "images.tar")
            with (
                BuildWatch(self._connection, None, host_prefix(task_vars)) as watch,
                UnderWay(Path(watch.file)).doing("archive", f"{archive} goes to the host"),
            ):
                self._transfer_file(archive, target)
            self._fixup_perms2([remote, target])
            return {**result, **watched(self, MODULE, {**args, "archive": target}, task_vars)}
        finally:
            self._remove_tmp_path(remote, force=True)
