"""Controller side of release: decides from what was seen; asks the host only if anything is due."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import from_plain, to_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import Problem
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.module_utils.decide.databases import restore_actions
from ansible_collections.todo.stack.plugins.module_utils.decide.going_back import (
    going_back_problems,
    notes,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.images import wanted_images
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import Action, as_result, plan
from ansible_collections.todo.stack.plugins.module_utils.decide.problems import memory_problems
from ansible_collections.todo.stack.plugins.module_utils.decide.rotation import rotated_rows
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Seen
from ansible_collections.todo.stack.plugins.plugin_utils.base_folder import base_folder
from ansible_collections.todo.stack.plugins.plugin_utils.build.watched import host_prefix, watched
from ansible_collections.todo.stack.plugins.plugin_utils.contract.arguments import (
    judged,
    option_problems,
    refusal,
)
from ansible_collections.todo.stack.plugins.plugin_utils.contract.stack_spec import (
    OPTIONS,
    named_stack,
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
        found: list[Decided] = []
        if problems := judged(lambda: _decide(args, found)):
            return {**result, **refusal(problems)}
        [decided] = found
        due, rotated = decided.due, rotated_rows(decided.contracts, args.get("rotate") or [])
        # What was built is on the host since it was looked at: its records are to be judged too.
        built = any(row.get("changed") for row in args.get("images") or ())
        preview = self._task.check_mode or not (due or built)
        # What goes back is told also before it is done.
        prefix = host_prefix(task_vars)
        told_now = () if preview and not decided.said else due
        for line in (*decided.said, *(action.line() for action in told_now)):
            self._display.display(f"  {prefix}{line}")
        if preview:
            told = {**as_result(due), "changed": bool(due), "seen": args["seen"]}
            return {**result, **told, "rotated": rotated}
        done = self._release(decided, task_vars)
        # The release decides anew under its lock, and knows the backup that was proven last.
        known = [action.as_result() for action in due]
        for row in done.get("actions") or ():
            if row not in known:
                self._display.display(f"  {prefix}{Action(**row).line()}")
        return {**result, **done, "rotated": rotated}

    def _release(self, decided: Decided, task_vars: dict[str, Any] | None) -> dict[str, Any]:
        args, base = self._task.args, base_folder(self._loader)
        folder = base / str(args["project_dir"])
        kept = decided.seen.wanted_release
        spec = (
            named_stack({**args, "stack": decided.seen.stack, "release": kept.number}, folder)
            if kept
            else stack_spec(args, folder, decided.contracts)
        )
        order = {
            "project_dir": str(folder),
            "contracts": [],
            "seen": "",
            "spec": json.dumps(to_plain(spec)),
            "images": [_row(one) for one in args.get("images") or ()],
            **{name: args[name] for name in ("backups", "restore") if args.get(name)},
            "since": decided.seen.release.number,
            "by": this_user(),
            "commit": kept.commit if kept else _commit(folder),
            "library": packed_library(),
        }
        return watched(self, MODULE, order, task_vars)


@dataclass(frozen=True)
class Decided:
    """What was seen and promised, what is due of it, and what is to be said of going back."""

    seen: Seen
    contracts: Sequence[Contract]
    due: Sequence[Action]
    said: Sequence[str] = ()


def _decide(args: Mapping[str, Any], found: list[Decided]) -> list[Problem]:
    seen = from_plain(Seen, json.loads(args["seen"]))
    contracts = typed_contracts(args["contracts"])
    restore = args.get("restore")
    due = (
        restore_actions(seen, contracts, str(restore.get("name") or ""))
        if restore
        else plan(seen, contracts, wanted_images(seen, contracts, args.get("images") or ()))
    )
    asked = str(args.get("release") or seen.wanted)
    if asked != str(seen.wanted):
        remedy = "hand its `release` over, and look for the same one"
        return [Problem("is not the release that was looked for", f"release {asked}", remedy)]
    said = notes(seen, contracts)
    if said and not due:
        said = [*said, "it runs as it did then: nothing is due"]
    found.append(Decided(seen, contracts, due, said))
    return [*going_back_problems(seen, contracts), *memory_problems(seen, due)]


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return of an image's row what a release needs of it."""
    kept = ("service", "content_image", "image_id", "changed", "reason")
    return {key: row[key] for key in kept if key in row}


def _commit(folder: Path) -> str:
    """Return the commit that the project is at, "" where git tells none."""
    # In a git hook they name the repository of whoever pushes.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    argv = ["git", "-C", str(folder), "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        done = subprocess.run(
            argv, env=environ, capture_output=True, text=True, timeout=5, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
