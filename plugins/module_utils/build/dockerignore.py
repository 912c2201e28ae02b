"""Which paths of a context a build can see: `.dockerignore` read as Docker reads it.

Follows moby/patternmatcher as BuildKit walks a context with it: the last matching pattern wins,
``!`` brings back, ``**`` spans folders, and a pattern that matched a folder matches all below it. A
pattern that could not change the folder's verdict was never tried on it, and so does not.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass

_SIGNS = frozenset("*?[]\\")
# Not "|{}": Docker means to escape them and does not, so a pattern with a wildcard alternates.
_ESCAPED = frozenset(".+()$")


@dataclass(frozen=True)
class Pattern:
    """One line of a `.dockerignore`."""

    expression: re.Pattern[str]
    brings_back: bool


@dataclass(frozen=True)
class Verdict:
    """Whether a path is ignored, and which patterns matched it: they match all below it."""

    ignored: bool
    matched: tuple[bool, ...]


@dataclass(frozen=True)
class IgnoreRules:
    """The patterns of one `.dockerignore`, in order."""

    patterns: tuple[Pattern, ...]

    @property
    def can_prune(self) -> bool:
        """Whether an ignored folder hides all below it: no later pattern brings anything back."""
        return not any(pattern.brings_back for pattern in self.patterns)

    @property
    def root(self) -> Verdict:
        """The verdict on the context's own folder."""
        return Verdict(ignored=False, matched=(False,) * len(self.patterns))

    def judge(self, path: str, above: Verdict) -> Verdict:
        """Return the verdict on a context-relative path, given the one on its folder."""
        ignored, matched = False, []
        for pattern, inherited in zip(self.patterns, above.matched):
            relevant = pattern.brings_back == ignored
            hit = inherited or (relevant and pattern.expression.search(path) is not None)
            if hit:
                ignored = not pattern.brings_back
            matched.append(hit)
        return Verdict(ignored, tuple(matched))


def parse_dockerignore(text: str) -> IgnoreRules:
    """Return the rules of a `.dockerignore`; raise ValueError naming a line that is no pattern."""
    patterns = []
    for number, raw in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
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
    if not _has_sign(pattern):
        return rf"\A{re.escape(pattern)}\Z"
    if pattern.endswith("**") and not _has_sign(pattern[:-2]):
        return rf"\A{re.escape(pattern[:-2])}"
    if pattern.startswith("**") and not _has_sign(pattern[2:]):
        folders = r"(?:\A|/)" if pattern[2] == "/" else ""
        return rf"{folders}{re.escape(pattern[2:].lstrip('/'))}\Z"
    pieces: Sequence[str] = re.findall(r"\*\*/?|\\.|.", pattern, re.DOTALL)
    consumed, out = 0, []
    for piece in pieces:
        consumed += len(piece)
        out.append(_piece(piece, last=consumed == len(pattern)))
    return rf"\A{''.join(out)}\Z"


def _has_sign(text: str) -> bool:
    return not _SIGNS.isdisjoint(text)


def _piece(piece: str, *, last: bool) -> str:
    if piece.startswith("**"):
        return ".*" if last else "(?:.*/)?"
    if piece == "*":
        return "[^/]*"
    if piece == "?":
        return "[^/]"
    if len(piece) == 2 and piece.startswith("\\"):  # noqa: PLR2004 - a backslash and what it escapes
        # Docker hands an escaped letter to its regular expressions as it stands: \d is a digit.
        return piece if piece[1].isalnum() else re.escape(piece[1])
    if piece == "\\":
        raise re.error("nothing follows the backslash")
    if piece in _ESCAPED:
        return "\\" + piece
    return piece
