"""The acceptance table of the terminal: a line for each criterion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.todo.stack.plugins.plugin_utils.units import human

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
    rows = [_cells(check, marks) for check in checks]
    header = ("check", "measured", "limit", "")
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(3)]
    passed = sum(bool(check["passed"]) for check in checks)
    return list(_lines(host, header, rows, widths, passed, marks))


def _lines(
    host: str,
    header: tuple[str, ...],
    rows: list[tuple[str, ...]],
    widths: list[int],
    passed: int,
    marks: Marks,
) -> Iterator[Line]:
    rule = marks.rule * (sum(widths) + 10)
    yield Line("")
    yield Line(_aligned(header, widths))
    yield Line(rule)
    for row in rows:
        yield Line(_aligned(row, widths), row[3] == marks.passed)
    yield Line(rule)
    whole = passed == len(rows)
    yield Line(f"{host}: {passed} of {len(rows)} checks passed", whole)


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
