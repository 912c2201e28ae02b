"""Setuid files and tools are found by looking, once for each image; open files are named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.judge.check import Check
from ansible_collections.todo.stack.plugins.module_utils.look.contents import (
    contents_of,
    look,
    recorded,
)
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Contents, Seen

Judged = Callable[..., dict[str, Check]]
Changed = Callable[..., Seen]


def made(root: Path, path: str, mode: int) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("")
    file.chmod(mode)


def test_setuid_files_and_tools_are_found_and_their_records_are_not(tmp_path: Path) -> None:
    made(tmp_path, "usr/bin/su", 0o4755)
    made(tmp_path, "usr/bin/wall", 0o2755)
    made(tmp_path, "usr/bin/gcc", 0o755)
    made(tmp_path, "app/node_modules/.bin/npx", 0o755)
    made(tmp_path, "opt/lib/site-packages/pip/__init__.py", 0o644)
    made(tmp_path, "etc/cron.daily/dpkg", 0o755)
    made(tmp_path, "usr/bin/python3", 0o755)
    (tmp_path / "usr/bin/cc").symlink_to("gcc")
    found = look(tmp_path)
    assert found.setuid == ("/usr/bin/su", "/usr/bin/wall")
    assert found.tools == (
        "/app/node_modules/.bin/npx", "/opt/lib/site-packages/pip", "/usr/bin/cc", "/usr/bin/gcc",
    )  # fmt: skip


def test_an_image_is_looked_through_once(tmp_path: Path) -> None:
    state = StateDir(str(tmp_path), "")
    file = Path(state.contents)
    assert contents_of("sha256:a", 0, file).problem.endswith("(No such file or directory)")
    file.write_text('{"edition": 1, "images": {"sha256:a": {"setuid": ["/su"], "tools": []}}}')
    assert contents_of("sha256:a", 0, file) == Contents(("/su",), ())
    assert set(recorded(file)) == {"sha256:a"}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"edition": 0, "images": {"a": {}}}'])
def test_a_record_that_makes_no_sense_tells_nothing(tmp_path: Path, text: str) -> None:
    file = tmp_path / "contents.json"
    file.write_text(text)
    assert recorded(file) == {}


def test_what_is_found_fails_the_check_by_name(judged: Judged, changed: Changed) -> None:
    look = changed("backend", contents=Contents(("/su",), ("/usr/bin/gcc",)))
    check = judged(look)["backend.contents"]
    assert (check.passed, check.measured) == (False, "1 setuid, 1 tools")
    assert check.message == "take out in the Dockerfile: /su, /usr/bin/gcc"


def test_what_could_not_be_looked_through_is_not_clean(judged: Judged, changed: Changed) -> None:
    look = changed("backend", contents=Contents(problem="the files cannot be looked at"))
    check = judged(look)["backend.contents"]
    assert (check.passed, check.measured) == (False, "unknown")


@pytest.mark.parametrize(
    ("modes", "passed", "said"),
    [
        ({"": 0o700, "a": 0o600}, True, ""),
        ({"": 0o755, "a": 0o600}, False, "the state folder is 0755"),
        ({"": 0o700, "releases/3.json": 0o640}, False, "releases/3.json is 0640"),
        ({}, False, "the stack todo has no state folder"),
    ],
)
def test_files_that_are_open_to_others_are_named(
    judged: Judged, seen: Seen, modes: dict[str, int], passed: bool, said: str
) -> None:
    check = judged(replace(seen, modes=modes))["host.private_files"]
    assert check.passed is passed
    assert said in check.message


@pytest.mark.parametrize(
    ("stray", "said"),
    [
        ({"service": "old", "name": "todo-old-1"}, "todo-old-1 is of no service"),
        ({"service": "old", "name": "todo-old-1", "ours": False},
         "`docker rm --force todo-old-1` takes it away"),
        ({"name": "todo-backend-candidate", "one_off": True}, "left over by a run that was ended"),
        ({"name": "todo-backend-run-1f", "one_off": True}, ""),
    ],
)  # fmt: skip
def test_a_container_that_nothing_accounts_for_is_named(
    judged: Judged, seen: Seen, stray: dict[str, Any], said: str
) -> None:
    one = replace(seen.of_service("backend")[0], **stray)
    checks = judged(replace(seen, containers=(*seen.containers, one)))
    check = checks["host.leftovers"]
    assert check.passed is not bool(said)
    assert said in check.message
    assert all(other.passed for other in checks.values() if other is not check)
