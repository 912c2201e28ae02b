"""Which paths of a context a build can see: `.dockerignore` read as Docker reads it.

Follows moby/patternmatcher: the last matching pattern wins, ``!`` brings back, ``**`` spans
folders, and a pattern that matches a folder matches everything below it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass

_ESCAPED = frozenset(".+()|{}$^")


@dataclass(frozen=True)
class Pattern:
    """One line of a `.dockerignore`."""

    expression: re.Pattern[str]
    brings_back: bool


@dataclass(frozen=True)
class IgnoreRules:
    """The patterns of one `.dockerignore`, in order."""

    patterns: tuple[Pattern, ...]

    @property
    def can_prune(self) -> bool:
        """Whether an ignored folder hides all below it: no later pattern brings anything back."""
        return not any(pattern.brings_back for pattern in self.patterns)

    def ignores(self, path: str) -> bool:
        """Return whether the build does not see this context-relative, ``/``-separated path."""
        parts = path.split("/")
        candidates = ["/".join(parts[: count + 1]) for count in range(len(parts))]
        ignored = False
        for pattern in self.patterns:
            if pattern.brings_back != ignored:
                continue  # it could not change the verdict
            if any(pattern.expression.fullmatch(candidate) for candidate in candidates):
                ignored = not pattern.brings_back
        return ignored


def parse_dockerignore(text: str) -> IgnoreRules:
    """Return the rules of a `.dockerignore`; raise ValueError naming a line that is no pattern."""
    patterns = []
    for number, raw in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        line = raw.strip()
        if not line or raw.startswith("#"):
            continue
        brings_back = line.startswith("!")
        body = line[1:].strip() if brings_back else line
        if not body:
            raise ValueError(f"line {number}: '!' names no path")
        patterns.append(Pattern(_compile(_clean(body), number), brings_back))
    return IgnoreRules(tuple(patterns))


def _clean(body: str) -> str:
    cleaned = posixpath.normpath(body)
    return cleaned.lstrip("/") if len(cleaned) > 1 else cleaned


def _compile(pattern: str, number: int) -> re.Pattern[str]:
    try:
        return re.compile(_expression(pattern), re.DOTALL)
    except re.error as problem:
        raise ValueError(f"line {number}: {pattern!r} is no pattern: {problem}") from None


def _expression(pattern: str) -> str:
    """Translate a Go path pattern, with ``**``, to a regular expression."""
    if pattern.startswith("**") and not _has_wildcard(pattern[2:]) and pattern[2:3] != "/":
        return ".*" + re.escape(pattern[2:])
    pieces: Sequence[str] = re.findall(r"\*\*/?|\\.|\[\^?|.", pattern, re.DOTALL)
    consumed, out = 0, []
    for piece in pieces:
        consumed += len(piece)
        out.append(_piece(piece, last=consumed == len(pattern)))
    return "".join(out)


def _has_wildcard(text: str) -> bool:
    return any(sign in text for sign in "*?[\\")


def _piece(piece: str, *, last: bool) -> str:
    if piece.startswith("**"):
        return ".*" if last else "(?:.*/)?"
    if piece == "*":
        return "[^/]*"
    if piece == "?":
        return "[^/]"
    if len(piece) == 2 and piece.startswith("\\"):  # noqa: PLR2004 - a backslash and what it escapes
        return re.escape(piece[1])
    if piece in _ESCAPED or piece == "\\":
        return "\\" + piece
    return piece
