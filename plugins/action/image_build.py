"""Controller side of image_build: read the contexts, ship them only when a build is due."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ansible import constants as C  # noqa: N812 - its usual name
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.module_utils.build.build_secrets import packed
from ansible_collections.todo.stack.plugins.module_utils.build.plan import (
    Sight,
    decide_all,
    result_of,
)
from ansible_collections.todo.stack.plugins.module_utils.build.spec import (
    read_spec,
    spec_problems,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.plugin_utils.build.build_inputs import (
    BuildInput,
    read_inputs,
    with_seen,
)
from ansible_collections.todo.stack.plugins.plugin_utils.build.build_watch import BuildWatch
from ansible_collections.todo.stack.plugins.plugin_utils.build.context import BuildContext
from ansible_collections.todo.stack.plugins.plugin_utils.build.watched import host_prefix
from ansible_collections.todo.stack.plugins.plugin_utils.contract.arguments import (
    option_problems,
    refusal,
)

MODULE = "todo.stack.image_build"
OPTIONS = (
    "stack", "images", "bases", "registry_mirror", "ca_bundle", "proxies", "state_dir", "no_cache",
    "latest", "present",
)  # fmt: skip


class ActionModule(ActionBase):  # type: ignore[misc]
    """Runs the module once where the context lies, or plan, ship, build on a remote host."""

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the module's result."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        args = dict(self._task.args)
        # Here, because the module that would refuse them may have nothing to do.
        if wrong := option_problems(args, OPTIONS):
            return {**result, **refusal(wrong)}
        try:
            inputs = read_inputs(args.get("images"))
        except StackError as error:
            return {**result, "failed": True, "changed": False, "msg": str(error)}
        bases = args.get("bases") or {}
        args["images"] = [
            with_seen(image, found, bases) for image, found in zip(args["images"], inputs)
        ]
        if unchanged := nothing_due(args, args.pop("present", None) or []):
            return {**result, **unchanged}
        if self._connection.transport == "local" and not self._task.check_mode:
            with tempfile.TemporaryDirectory(dir=C.DEFAULT_LOCAL_TMP) as folder:
                args["images"] = [
                    found.place(image, partial(_lay_out, Path(folder)))
                    for image, found in zip(args["images"], inputs)
                ]
                return {**result, **self._watched(args, task_vars)}
        return {**result, **self._ship_and_build(args, inputs, task_vars)}

    def _ship_and_build(
        self, args: dict[str, Any], inputs: list[BuildInput], task_vars: Any
    ) -> dict[str, Any]:
        """Ask for the plan first: an unchanged image costs no byte of its context."""
        plan = self._plan(args, task_vars)
        if self._task.check_mode or plan.get("failed") or not plan.get("changed"):
            return plan
        remote = self._make_tmp_path()
        try:
            due = {row["service"] for row in plan["images"] if row["changed"]}
            ship = partial(self._ship, remote)
            args["images"] = [
                found.place(image, ship) if image["service"] in due else image
                for image, found in zip(args["images"], inputs)
            ]
            steps = self._connection._shell.join_path(remote, "steps")
            return self._watched(args, task_vars, steps)
        finally:
            self._remove_tmp_path(remote, force=True)

    def _ship(self, remote: str, context: BuildContext, name: str) -> str:
        target: str = self._connection._shell.join_path(remote, f"{name}.tar.gz")
        with tempfile.TemporaryDirectory() as folder:
            archive = Path(folder) / "context.tar.gz"
            context.pack(archive)
            self._transfer_file(str(archive), target)
        self._fixup_perms2([remote, target])
        return target

    def _watched(
        self, args: dict[str, Any], task_vars: Any, remote_file: str | None = None
    ) -> dict[str, Any]:
        if self._task.check_mode:
            return self._execute(args, task_vars)
        with BuildWatch(self._connection, remote_file, host_prefix(task_vars)) as watch:
            return self._execute({**args, "progress_file": watch.file}, task_vars)

    def _plan(self, args: dict[str, Any], task_vars: Any) -> dict[str, Any]:
        wanted = self._task.check_mode
        self._task.check_mode = True
        try:
            return self._execute(args, task_vars)
        finally:
            self._task.check_mode = wanted

    def _execute(self, args: dict[str, Any], task_vars: Any) -> dict[str, Any]:
        sent = {**args, "images": [packed(image) for image in args["images"]]}
        found: dict[str, Any] = self._execute_module(
            module_name=MODULE, module_args=sent, task_vars=task_vars
        )
        return found


def nothing_due(
    args: Mapping[str, Any], present: Sequence[Mapping[str, Any]]
) -> dict[str, Any] | None:
    """Return the module's result where images just seen tell that none has to be built."""
    if not present:
        return None
    sight = Sight.of_present(present)
    mirror = args.get("registry_mirror")
    try:
        specs = [
            read_spec(image, args.get("bases") or {}, mirror, str(args.get("stack") or ""))
            for image in args["images"]
        ]
        if spec_problems(specs) or not all(map(sight.suffices, specs)):
            return None
        no_cache = boolean(args.get("no_cache", False))
        found = result_of(decide_all(specs, sight, no_cache=no_cache), sight)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None  # options of a wrong form: the module says so
    return None if found["changed"] else found


def _lay_out(folder: Path, context: BuildContext, _name: str) -> str:
    target = Path(tempfile.mkdtemp(dir=folder)) / "context"
    context.lay_out(target)
    return str(target)
