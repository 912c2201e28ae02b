"""The acceptance table of the terminal: why the run did what it did, a line for each criterion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.todo.stack.plugins.module_utils.judge.check import Check
from ansible_collections.todo.stack.plugins.plugin_utils.judge.units import human

WIDEST = 46
# Standard output of these is for people; a table in another's would break what reads it.
PROSE_CALLBACKS = {"default", "debug", "unixy", "yaml"}


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


def is_prose(stdout_callback: str) -> bool:
    """Tell whether a table may go between what this callback plugin prints."""
    return stdout_callback.rpartition(".")[2] in PROSE_CALLBACKS


def check_table(
    host: str, checks: Sequence[Check], marks: Marks, reasons: Sequence[str] = ()
) -> list[Line]:
    """Return the lines: the reasons, then id, measured, limit, verdict, and a summary."""
    header = ("check", "measured", "limit", "")
    rows = [_cells(check, marks) for check in checks]
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(3)]
    verdicts = [check.passed for check in checks]
    rule = Line(marks.rule * (sum(widths) + len("  " * 3 + marks.failed)))
    return [
        Line(""),
        *[Line(_shown(reason, marks)) for reason in reasons],
        *([Line("")] if reasons else []),
        Line(_aligned(header, widths)),
        rule,
        *[Line(_aligned(row, widths), good) for row, good in zip(rows, verdicts)],
        rule,
        Line(
            f"{host}: {sum(verdicts)} of {len(rows)} checks passed{_relaxed(checks)}", all(verdicts)
        ),
    ]


def _relaxed(checks: Sequence[Check]) -> str:
    count = sum(check.relaxed for check in checks)
    return f", {count} relaxed on purpose" if count else ""


def _cells(check: Check, marks: Marks) -> tuple[str, ...]:
    limit = human(check.limit, check.unit)
    return (
        check.id,
        _short(human(check.measured, check.unit), marks),
        _short(f"{marks.at_most} {limit}" if check.unit else limit, marks),
        marks.passed if check.passed else marks.failed,
    )


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    columns = [cell.ljust(width) for cell, width in zip(cells, widths)]
    return "  ".join([*columns, cells[3]]).rstrip()


def _short(text: str, marks: Marks) -> str:
    shown = _shown(text, marks)
    return shown if len(shown) <= WIDEST else shown[: WIDEST - len(marks.more)] + marks.more


def _shown(text: str, marks: Marks) -> str:
    shown = " ".join(text.split())
    return shown.encode("ascii", "replace").decode() if marks is ASCII else shown
