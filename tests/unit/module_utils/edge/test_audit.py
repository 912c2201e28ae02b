"""The file of the audit log: appended to, private, and readable after a power loss."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.audit import AuditEntry
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.edge.audit import (
    append_entry,
    read_entries,
)

FIRST = AuditEntry("release", "ops on laptop, process 1", "done", "2026-01-18T10:00:00+00:00", 1)
SECOND = AuditEntry("removal", "ops", "failed", detail="one\ntwo")


@pytest.fixture
def state(tmp_path: Path) -> StateDir:
    """A stack whose folder is there."""
    found = StateDir(str(tmp_path), "todo")
    Path(found.folder).mkdir()
    return found


def test_entries_are_appended_a_line_each_and_private(state: StateDir) -> None:
    assert read_entries(state) == []
    append_entry(state, FIRST)
    before = Path(state.audit).read_bytes()
    Path(state.audit).chmod(0o644)
    append_entry(state, SECOND)
    assert Path(state.audit).read_bytes().startswith(before)
    assert Path(state.audit).read_bytes().count(b"\n") == 2
    assert stat.S_IMODE(Path(state.audit).stat().st_mode) == 0o600
    assert read_entries(state) == [FIRST, SECOND]


@pytest.mark.parametrize("torn", ['{"what": "rele', "[]\n", '{"strange": 1}\n', "\x00\x00"])
def test_a_line_that_is_none_hides_no_other(state: StateDir, torn: str) -> None:
    append_entry(state, FIRST)
    with Path(state.audit).open("a") as file:
        file.write(torn)
    append_entry(state, SECOND)
    assert read_entries(state) == [FIRST, SECOND]


def test_a_log_that_cannot_be_written_is_told(state: StateDir) -> None:
    Path(state.audit).mkdir()
    with pytest.raises(StackError, match="is a directory"):
        append_entry(state, FIRST)
