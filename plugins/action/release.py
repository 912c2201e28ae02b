"""Controller side of release: decides from what was seen; asks the host only if anything is due."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import from_plain, to_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import (
    Problem,
    ProblemList,
    StackError,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.databases import restore_actions
from ansible_collections.todo.stack.plugins.module_utils.decide.images import wanted_images
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import Action, as_result, plan
from ansible_collections.todo.stack.plugins.module_utils.decide.problems import memory_problems
from ansible_collections.todo.stack.plugins.module_utils.decide.rotation import rotated_rows
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Seen
from ansible_collections.todo.stack.plugins.plugin_utils.build.build_watch import BuildWatch
from ansible_collections.todo.stack.plugins.plugin_utils.contract.arguments import (
    judged,
    option_problems,
    refusal,
)
from ansible_collections.todo.stack.plugins.plugin_utils.contract.stack_spec import (
    OPTIONS,
    stack_spec,
    typed_contracts,
)
from ansible_collections.todo.stack.plugins.plugin_utils.judge.expectation import packed_library
from ansible_collections.todo.stack.plugins.plugin_utils.this_user import this_user

MODULE = "todo.stack.release"
OWN_OPTIONS = ("contracts", "seen", "images", "backups", "restore")


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible ships no types
    """Makes the plan here; where it is empty, or only a preview is wanted, nothing is sent."""

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return what a release has done, or would do."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        args = self._task.args
        required = ["project_dir", "contracts", "seen"]
        if wrong := option_problems(args, [*OPTIONS, *OWN_OPTIONS], required):
            return {**result, **refusal(wrong)}
        due: list[Action] = []
        if problems := judged(lambda: _decide(args, due)):
            return {**result, **refusal(problems)}
        rotated = rotated_rows(typed_contracts(args["contracts"]), args.get("rotate") or [])
        # What was built is on the host since it was looked at: its records are to be judged too.
        built = any(row.get("changed") for row in args.get("images") or ())
        if self._task.check_mode or not (due or built):
            told = {**as_result(due), "changed": bool(due), "seen": args["seen"]}
            return {**result, **told, "rotated": rotated}
        for action in due:
            self._display.display(f"  {action.line()}")
        return {**result, **self._release(task_vars), "rotated": rotated}

    def _release(self, task_vars: dict[str, Any] | None) -> dict[str, Any]:
        args, base = self._task.args, Path(self._loader.get_basedir())
        folder = base / str(args["project_dir"])
        spec = stack_spec(args, folder, typed_contracts(args["contracts"]))
        seen = json.loads(args["seen"])
        order = {
            "project_dir": str(folder),
            "contracts": [],
            "seen": "",
            "spec": json.dumps(to_plain(spec)),
            "images": [_row(one) for one in args.get("images") or ()],
            "relaxed": args.get("relaxed") or {},
            **{name: args[name] for name in ("backups", "restore") if args.get(name)},
            "since": (seen.get("release") or {}).get("number", 0),
            "by": this_user(),
            "commit": _commit(folder),
            "library": packed_library(),
        }
        if self._connection.transport == "local":
            return self._watched(order, task_vars, None)
        remote = self._make_tmp_path()
        try:
            steps = self._connection._shell.join_path(remote, "steps")
            return self._watched(order, task_vars, steps)
        finally:
            self._remove_tmp_path(remote, force=True)

    def _watched(
        self, order: dict[str, Any], task_vars: dict[str, Any] | None, remote_file: str | None
    ) -> dict[str, Any]:
        told = task_vars or {}
        several = len(told.get("ansible_play_hosts_all") or ()) > 1
        prefix = f"{told.get('inventory_hostname')} " if several else ""
        with BuildWatch(self._connection, remote_file, prefix) as watch:
            found: dict[str, Any] = self._execute_module(
                module_name=MODULE,
                module_args={**order, "progress_file": watch.file},
                task_vars=task_vars,
            )
        return found


def _decide(args: Mapping[str, Any], due: list[Action]) -> list[Any]:
    seen = from_plain(Seen, json.loads(args["seen"]))
    contracts = typed_contracts(args["contracts"])
    if restore := args.get("restore"):
        try:
            due += restore_actions(seen, contracts, str(restore.get("name") or ""))
        except ProblemList as found:
            return found.problems
        except StackError as found:
            return [Problem(found.what, found.where, found.remedy)]
        return []
    due += plan(seen, contracts, wanted_images(seen, contracts, args.get("images") or ()))
    return memory_problems(seen, due)


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return of an image's row what a release needs of it."""
    kept = ("service", "content_image", "image_id", "changed", "reason")
    return {key: row[key] for key in kept if key in row}


def _commit(folder: Path) -> str:
    """Return the commit that the project is at, "" where git tells none."""
    argv = ["git", "-C", str(folder), "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
