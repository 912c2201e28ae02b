"""Setuid files and tools are found by looking, once for each image; open files are named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.judge.contents import contents
from ansible_collections.todo.stack.plugins.module_utils.judge.private_files import (
    private_files,
)
from ansible_collections.todo.stack.plugins.module_utils.look.contents import (
    CONTENTS_FILE,
    contents_of,
    look,
    recorded,
    remember,
)
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Contents,
    Observation,
)


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
    assert contents_of("sha256:a", 0, tmp_path).problem.endswith("(No such file or directory)")
    (tmp_path / CONTENTS_FILE).write_text(
        '{"edition": 1, "images": {"sha256:a": {"setuid": ["/su"], "tools": []}}}'
    )
    assert contents_of("sha256:a", 0, tmp_path) == Contents(("/su",), ())
    remember(tmp_path, [("sha256:a", 1), ("sha256:gone", 0)])
    assert set(recorded(tmp_path)) == {"sha256:a"}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"edition": 0, "images": {"a": {}}}'])
def test_a_record_that_makes_no_sense_tells_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / CONTENTS_FILE).write_text(text)
    assert recorded(tmp_path) == {}


def test_what_is_found_fails_the_check_by_name(contract: dict[str, Any], seen: Observation) -> None:
    check = contents(contract, replace(seen, contents=Contents(("/su",), ("/usr/bin/gcc",))))
    assert (check.passed, check.measured) == (False, "1 setuid, 1 tools")
    assert check.message == "take out in the Dockerfile: /su, /usr/bin/gcc"
    assert contents(contract, seen).passed


@pytest.mark.parametrize(
    ("modes", "passed", "said"),
    [
        ({"": 0o700, "a": 0o600}, True, ""),
        ({"": 0o755, "a": 0o600}, False, "/s is 0755"),
        ({"": 0o700, "a": 0o640}, False, "/s/a is 0640"),
        ({}, False, "there is no /s"),
    ],
)
def test_files_that_are_open_to_others_are_named(
    modes: dict[str, int], passed: bool, said: str
) -> None:
    check = private_files("/s", modes)
    assert (check.id, check.passed) == ("host.private_files", passed)
    assert said in check.message
