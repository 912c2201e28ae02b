"""The terminal's table: aligned, human, and readable without Unicode."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.todo.stack.plugins.module_utils.judge.check import Check
from ansible_collections.todo.stack.plugins.plugin_utils.judge.check_table import (
    ASCII,
    UNICODE,
    check_table,
    is_prose,
    marks_for,
)
from ansible_collections.todo.stack.plugins.plugin_utils.judge.units import human

SAMPLE = Path(__file__).parents[2] / "data" / "acceptance.json"


@pytest.fixture
def checks() -> list[Check]:
    """Return the sample's checks."""
    rows = json.loads(SAMPLE.read_text())["checks"]
    return [Check(**{key: row[key] for key in row if key != "id"}) for row in rows]


def test_each_check_has_one_aligned_line_with_its_verdict(checks: list[Check]) -> None:
    lines = check_table("vm1", checks, UNICODE)
    ids = tuple(check.id for check in checks)
    rows = [line.text for line in lines if line.text.startswith(ids)]
    assert len(rows) == len(checks)
    assert len({row.index(row[-1], len(row) - 1) for row in rows}) == 1
    assert {row[-1] for row in rows} == {"✓", "✗"}
    assert "231.4 MB" in rows[0]
    assert "≤ 500.0 MB" in rows[0]
    good = sum(check.passed for check in checks)
    assert lines[-1].text == f"vm1: {good} of {len(checks)} checks passed"
    assert lines[-1].good is False


def test_the_reasons_come_before_the_table(checks: list[Check]) -> None:
    reasons = ["backend: app/health.py changed", "backend: recreate,\nanother image"]
    lines = [line.text for line in check_table("vm1", checks, UNICODE, reasons)]
    assert lines[:4] == ["", reasons[0], "backend: recreate, another image", ""]
    assert lines[4].startswith("check ")
    assert check_table("vm1", checks, UNICODE)[1].text.startswith("check ")


def test_the_ascii_table_holds_nothing_else(checks: list[Check]) -> None:
    checks[0] = replace(checks[0], measured="größer «5»", limit="x" * 99)
    lines = check_table("vm1", checks, ASCII, ["«why»"])
    text = "\n".join(line.text for line in lines)
    assert text.isascii()
    assert " FAIL" in text
    assert "x..." in text


@pytest.mark.parametrize(
    ("callback", "prose"),
    [
        ("default", True),
        ("ansible.builtin.default", True),
        ("debug", True),
        ("ansible.posix.debug", True),
        ("community.general.yaml", True),
        ("community.general.unixy", True),
        ("json", False),
        ("ansible.posix.json", False),
        ("ansible.posix.jsonl", False),
        ("oneline", False),
        ("ansible.builtin.oneline", False),
        ("minimal", False),
        ("ansible.builtin.minimal", False),
        ("community.general.null", False),
        ("community.general.dense", False),
        ("awx_display", False),
        ("", False),
    ],
)
def test_a_table_goes_only_between_lines_for_people(callback: str, prose: bool) -> None:
    assert is_prose(callback) is prose


@pytest.mark.parametrize(
    ("encoding", "marks"),
    [("utf-8", UNICODE), ("ascii", ASCII), ("latin-1", ASCII), (None, ASCII), ("bogus", ASCII)],
)
def test_the_signs_are_those_the_terminal_can_show(encoding: str | None, marks: object) -> None:
    assert marks_for(encoding) is marks


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (231_400_000, "bytes", "231.4 MB"),
        (5_000, "bytes", "5.0 kB"),
        (0, "bytes", "0.0 MB"),
        (20.46, "seconds", "20.5 s"),
        (300, "seconds", "300 s"),
        (None, "bytes", "unknown"),
        ("running", "", "running"),
    ],
)
def test_values_read_as_people_say_them(value: object, unit: str, text: str) -> None:
    assert human(value, unit) == text


def test_what_was_relaxed_is_counted() -> None:
    checks = [
        Check("a", "user", True, "", "", relaxed=1),
        Check("a", "hardening", True, "", "", relaxed=2),
    ]
    told = check_table("h", checks, ASCII)[-1].text
    assert told == "h: 2 of 2 checks passed, 3 relaxed on purpose"
