"""The terminal's table: aligned, human, and readable without Unicode."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.plugin_utils.judge.check_table import (
    ASCII,
    UNICODE,
    check_table,
    marks_for,
)
from ansible_collections.todo.stack.plugins.plugin_utils.judge.units import human

SAMPLE = Path(__file__).parents[2] / "data" / "acceptance.json"


@pytest.fixture
def checks() -> list[dict[str, Any]]:
    """Return the sample's checks."""
    found: list[dict[str, Any]] = json.loads(SAMPLE.read_text())["checks"]
    return found


def test_each_check_has_one_aligned_line_with_its_verdict(checks: list[dict[str, Any]]) -> None:
    lines = check_table("vm1", checks, UNICODE)
    rows = [line.text for line in lines if line.text.startswith(("backend.", "frontend."))]
    assert len(rows) == len(checks)
    assert len({row.index(row[-1], len(row) - 1) for row in rows}) == 1
    assert {row[-1] for row in rows} == {"✓", "✗"}
    assert "231.4 MB" in rows[0]
    assert "≤ 500.0 MB" in rows[0]
    assert lines[-1].text == "vm1: 13 of 16 checks passed"
    assert lines[-1].good is False


def test_the_ascii_table_holds_nothing_else(checks: list[dict[str, Any]]) -> None:
    checks[0]["measured"] = "größer «5»"
    checks[0]["limit"] = "x" * 99
    text = "\n".join(line.text for line in check_table("vm1", checks, ASCII))
    assert text.isascii()
    assert " FAIL" in text
    assert "x..." in text


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
