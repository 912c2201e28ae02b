"""Controller side of image_build: read the contexts, ship them only when a build is due."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.module_utils.errors import (
    Problem,
    ProblemList,
    StackError,
)
from ansible_collections.todo.stack.plugins.plugin_utils.build_watch import BuildWatch
from ansible_collections.todo.stack.plugins.plugin_utils.context import BuildContext, read_context
from ansible_collections.todo.stack.plugins.plugin_utils.this_play import this_play

MODULE = "todo.stack.image_build"


class ActionModule(ActionBase):  # type: ignore[misc]
    """Runs the module once where the context lies, or plan, ship, build on a remote host."""

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the module's result."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        args = dict(self._task.args)
        try:
            contexts = read_contexts(args.get("images"))
        except StackError as error:
            return {**result, "failed": True, "changed": False, "msg": str(error)}
        bases = args.get("bases") or {}
        args["images"] = [
            with_seen(image, context, bases) for image, context in zip(args["images"], contexts)
        ]
        if self._connection.transport == "local":
            return {**result, **self._watched(args, task_vars)}
        return {**result, **self._ship_and_build(args, contexts, task_vars)}

    def _ship_and_build(
        self, args: dict[str, Any], contexts: list[BuildContext], task_vars: Any
    ) -> dict[str, Any]:
        """Ask for the plan first: an unchanged image costs no byte of its context."""
        plan = self._plan(args, task_vars)
        if self._task.check_mode or plan.get("failed") or not plan.get("changed"):
            return plan
        remote = self._make_tmp_path()
        try:
            due = {row["service"] for row in plan["images"] if row["changed"]}
            args["images"] = [
                {**image, "context": self._ship(context, remote, image["service"])}
                if image["service"] in due
                else image
                for image, context in zip(args["images"], contexts)
            ]
            return self._watched(args, task_vars)
        finally:
            self._remove_tmp_path(remote, force=True)

    def _ship(self, context: BuildContext, remote: str, service: str) -> str:
        target: str = self._connection._shell.join_path(remote, f"{service}.tar.gz")
        with tempfile.TemporaryDirectory() as folder:
            archive = Path(folder) / "context.tar.gz"
            context.pack(archive)
            self._transfer_file(str(archive), target)
        self._fixup_perms2([remote, target])
        return target

    def _watched(self, args: dict[str, Any], task_vars: Any) -> dict[str, Any]:
        with BuildWatch(self._connection, self._task) as watch:
            return self._execute({**args, "progress_file": watch.file}, task_vars)

    def _plan(self, args: dict[str, Any], task_vars: Any) -> dict[str, Any]:
        wanted = self._task.check_mode
        self._task.check_mode = True
        try:
            return self._execute(args, task_vars)
        finally:
            self._task.check_mode = wanted

    def _execute(self, args: dict[str, Any], task_vars: Any) -> dict[str, Any]:
        found: dict[str, Any] = self._execute_module(
            module_name=MODULE, module_args={**args, "play": this_play()}, task_vars=task_vars
        )
        return found


def read_contexts(images: object) -> list[BuildContext]:
    """Return the contexts of all images; raise ProblemList with the problems of all of them."""
    if not isinstance(images, list) or not all(isinstance(image, Mapping) for image in images):
        what = "`images` must be a list of mappings"
        raise ProblemList([Problem(what, "image_build", "see ansible-doc todo.stack.image_build")])
    contexts, problems = [], []
    for image in images:
        try:
            folder = Path(_context_of(image)).expanduser()
            contexts.append(read_context(folder, image.get("dockerfile") or "Dockerfile"))
        except ProblemList as found:
            problems.extend(found.problems)
    if problems:
        raise ProblemList(problems)
    return contexts


def _context_of(image: Mapping[str, Any]) -> str:
    context = image.get("context")
    if not context:
        where = f"images.{image.get('service', '')}.context"
        raise ProblemList([Problem("is required", where, "name the folder of the build context")])
    return str(context)


def with_seen(
    image: Mapping[str, Any], context: BuildContext, bases: Mapping[str, str]
) -> dict[str, Any]:
    """Return the image's parameters with what its build will see."""
    args = {name: bases.get(str(v), str(v)) for name, v in (image.get("args") or {}).items()}
    seen = {"files": context.fingerprints(), "bases": context.bases(args, image.get("target"))}
    return {**image, "seen": seen}
