"""Verify a stack on its host, without a controller: told only when the verdict changes."""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.codec import from_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import (
    ProblemList,
    StackError,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.decide.going_back import CURRENT
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.files import (
    exclusive,
    read_text,
    write_private,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.notify import Notify
from ansible_collections.todo.stack.plugins.module_utils.edge.process import run
from ansible_collections.todo.stack.plugins.module_utils.edge.surroundings import (
    leave_callers_shell,
)
from ansible_collections.todo.stack.plugins.module_utils.judge.expectation import expectation
from ansible_collections.todo.stack.plugins.module_utils.judge.fault import Expect
from ansible_collections.todo.stack.plugins.module_utils.judge.registry import judge
from ansible_collections.todo.stack.plugins.module_utils.look.look import look
from ansible_collections.todo.stack.plugins.module_utils.look.releases import wanted_spec

SETTINGS = "settings.json"
RESULTS = "results.jsonl"
RESULTS_KEPT = 200
# What has just started may not be up yet: only what lasts is told.
_AGAIN = 3
_AGAIN_SECONDS = 15.0
_CHANGED = "compose.yaml on the host is another than the one that was released"


@dataclass(frozen=True)
class Settings:
    """Which stack is watched, and who is told.

    ``command`` gets the verdict as JSON over standard input, ``url`` as the body of a POST.
    """

    stack: str
    state_dir: str
    command: tuple[str, ...] = ()
    url: str = ""


@dataclass(frozen=True)
class Verdict:
    """What a verification has found: the checks that failed, each with its message."""

    stack: str
    at: str
    failed: Mapping[str, str]
    told: bool = True

    def as_plain(self) -> dict[str, Any]:
        """Return it as it is kept and told."""
        return {
            "stack": self.stack,
            "at": self.at,
            "passed": not self.failed,
            "failed": dict(self.failed),
            "told": self.told,
        }


def watch(docker: DockerCli, settings: Settings, folder: Path, expect: Expect) -> Verdict | None:
    """Verify once, keep the verdict, tell it if it is another; None while a run is under way."""
    for left in reversed(range(_AGAIN)):
        if _busy(settings):
            return None
        verdict = _verified(docker, settings, expect)
        if not verdict.failed or not left:
            break
        time.sleep(_AGAIN_SECONDS)
    if _busy(settings):  # what it saw may have been half done
        return None
    before = last(folder)
    # What could not be told is told by the next run.
    if set(verdict.failed) != set(before.get("failed") or {}) or before.get("told") is False:
        said = json.dumps(verdict.as_plain())
        verdict = replace(verdict, told=Notify(settings.command, settings.url).tell(said))
    _keep(folder, verdict)
    return verdict


def last(folder: Path) -> Mapping[str, Any]:
    """Return the last verdict that was kept, {} where there is none."""
    lines = (read_text(folder / RESULTS) or "").splitlines()
    try:
        found = json.loads(lines[-1]) if lines else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _verified(docker: DockerCli, settings: Settings, expect: Expect) -> Verdict:
    """Judge what runs by the contracts, and against the values, of the release that runs."""
    at = datetime.now(timezone.utc).isoformat(timespec="seconds")
    try:
        spec = wanted_spec(StackSpec(settings.stack, settings.state_dir, release=CURRENT))
        seen = look(docker, spec).seen
    except ProblemList as error:
        said = "; ".join(one.what for one in error.problems)
        return Verdict(settings.stack, at, {"host.release": said})
    except StackError as error:
        return Verdict(settings.stack, at, {"host.look": error.what})
    checks = judge(spec.contracts, seen, expect, spec.bind_address, spec.relaxed)
    failed = {one.id: one.message for one in checks if not one.passed}
    if not seen.definition_current:
        failed["host.definition"] = _CHANGED
    return Verdict(settings.stack, at, failed)


def _busy(settings: Settings) -> bool:
    folder = Path(StateDir(settings.state_dir, settings.stack).folder)
    try:
        with exclusive(folder, 0):
            return False
    except StackError:
        return folder.is_dir()


def _keep(folder: Path, verdict: Verdict) -> None:
    lines = (read_text(folder / RESULTS) or "").splitlines()[-(RESULTS_KEPT - 1) :]
    text = "\n".join([*lines, json.dumps(verdict.as_plain())]) + "\n"
    write_private(folder / RESULTS, text)


def main(argv: list[str]) -> int:
    """Verify the stack whose settings lie in the folder ``argv[1]``; 0 also where checks fail."""
    os.umask(0o077)
    leave_callers_shell()
    folder = Path(argv[1])
    settings = from_plain(Settings, json.loads(read_text(folder / SETTINGS) or "{}"))
    # It comes with the archive that this runs from.
    expect = expectation(importlib.import_module("jmespath"))
    verdict = watch(DockerCli(run), settings, folder, expect)
    if verdict is None:
        sys.stdout.write("another run is under way: nothing was verified\n")
        return 0
    failed = "; ".join(f"{name}: {said}" for name, said in verdict.failed.items())
    sys.stdout.write(f"{verdict.stack}: {failed or 'every check passed'}\n")
    return 0
