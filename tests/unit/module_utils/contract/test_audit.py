"""From the lines of an audit log to what was done, and how each of it ended."""

from __future__ import annotations

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.audit import AuditEntry, settled

Line = tuple[str, str, int, str]
ONE, OTHER = ("release", "ops, process 1", 2), ("release", "ops, process 7", 2)
GONE_BACK = ("rollback", "ops, process 1", 2)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([], []),
        ([(*ONE, "began"), (*ONE, "done")], [(*ONE, "done")]),
        ([(*ONE, "began"), (*ONE, "failed")], [(*ONE, "failed")]),
        ([(*ONE, "refused"), (*OTHER, "refused")], [(*ONE, "refused"), (*OTHER, "refused")]),
        ([(*ONE, "began")], [(*ONE, "began")]),
        ([(*ONE, "began"), (*ONE, "began")], [(*ONE, "cut off"), (*ONE, "began")]),
        ([(*ONE, "began"), (*OTHER, "refused")], [(*ONE, "cut off"), (*OTHER, "refused")]),
        ([(*ONE, "began"), (*GONE_BACK, "refused")], [(*ONE, "cut off"), (*GONE_BACK, "refused")]),
        ([(*ONE, "began"), (*OTHER, "began"), (*OTHER, "done")],
         [(*ONE, "cut off"), (*OTHER, "done")]),
    ],
)  # fmt: skip
def test_each_thing_is_told_once_with_its_end(lines: list[Line], told: list[Line]) -> None:
    entries = [AuditEntry(what, by, end, release=number) for what, by, number, end in lines]
    assert [(e.what, e.by, e.release, e.outcome) for e in settled(entries)] == told
