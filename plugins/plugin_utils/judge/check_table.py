"""The acceptance table of the terminal: a line for each criterion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.todo.stack.plugins.plugin_utils.judge.units import human

WIDEST = 46


@dataclass(frozen=True)
class Line:
    """A line of the table and whether it tells of something good, bad or neither."""

    text: str
    good: bool | None = None


@dataclass(frozen=True)
class Marks:
    """The signs of the table, in the characters that the terminal can show."""

    passed: str
    failed: str
    at_most: str
    more: str
    rule: str


UNICODE = Marks("✓", "✗", "≤", "…", "─")
ASCII = Marks("ok", "FAIL", "<=", "...", "-")


def marks_for(encoding: str | None) -> Marks:
    """Return the signs that ``encoding`` can show."""
    try:
        "✓✗≤…─".encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return UNICODE


def check_table(host: str, checks: Sequence[Mapping[str, Any]], marks: Marks) -> list[Line]:
    """Return the lines of the table: id, measured, limit, verdict, and a summary."""
    header = ("check", "measured", "limit", "")
    rows = [_cells(check, marks) for check in checks]
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(3)]
    verdicts = [bool(check["passed"]) for check in checks]
    rule = Line(marks.rule * (sum(widths) + len("  " * 3 + marks.failed)))
    return [
        Line(""),
        Line(_aligned(header, widths)),
        rule,
        *[Line(_aligned(row, widths), good) for row, good in zip(rows, verdicts)],
        rule,
        Line(f"{host}: {sum(verdicts)} of {len(rows)} checks passed", all(verdicts)),
    ]


def _cells(check: Mapping[str, Any], marks: Marks) -> tuple[str, ...]:
    limit = human(check["limit"], check["unit"])
    return (
        str(check["id"]),
        _short(human(check["measured"], check["unit"]), marks),
        _short(f"{marks.at_most} {limit}" if check["unit"] else limit, marks),
        marks.passed if check["passed"] else marks.failed,
    )


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    columns = [cell.ljust(width) for cell, width in zip(cells, widths)]
    return "  ".join([*columns, cells[3]]).rstrip()


def _short(text: str, marks: Marks) -> str:
    shown = " ".join(text.split())
    if marks is ASCII:
        shown = shown.encode("ascii", "replace").decode()
    return shown if len(shown) <= WIDEST else shown[: WIDEST - len(marks.more)] + marks.more
