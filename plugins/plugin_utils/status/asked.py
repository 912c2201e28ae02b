"""Whether a time from which logs are asked for is one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import Problem

# What docker takes: a duration of Go, or a time; and our own.
_DURATION = re.compile(r"(\d+(\.\d+)?(h|m|s))+")
_TIME = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?")
_RELEASE = re.compile(r"release:\d+")


def since_problems(since: str, lines: int) -> list[Problem]:
    """Return what is wrong with the time and the number of lines."""
    return [*_since(since), *_lines(lines)]


def _since(since: str) -> Iterator[Problem]:
    if since and not (_DURATION.fullmatch(since) or _RELEASE.fullmatch(since) or _is_time(since)):
        remedy = "such as 10m, 2h30m, 2026-01-18T10:00:00 or release:12"
        yield Problem("is neither a duration nor a time nor a release", "stack_since", remedy)


def _lines(lines: int) -> Iterator[Problem]:
    if lines < 1:
        yield Problem("must be at least 1", "stack_lines")


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return _TIME.fullmatch(text) is not None
