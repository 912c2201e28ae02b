"""The one family of errors: what went wrong, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class StackError(Exception):
    """A failure the user can act on.

    ``what`` and ``remedy`` are sentences, ``where`` a file, variable, host part or command.
    ``details`` are further result keys. None of them may hold a secret's value.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "", **details: object) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy
        self.details = details

    def __str__(self) -> str:
        return Problem(self.what, self.where, self.remedy).line()


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the input: what, where, and how to mend it."""

    what: str
    where: str
    remedy: str = ""

    def line(self) -> str:
        """Return the problem as one line of text."""
        prefix = f"{self.where}: " if self.where else ""
        suffix = f" -> {self.remedy}" if self.remedy else ""
        return f"{prefix}{self.what}{suffix}"


class ProblemList(StackError):  # noqa: N818 - it is what it holds
    """Everything that is wrong with the input, found before anything changed."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        count = len(self.problems)
        noun = "problem" if count == 1 else "problems"
        super().__init__(f"{count} {noun} found, nothing was changed")

    def __str__(self) -> str:
        return "\n".join([f"{self.what}:", *(f"  - {p.line()}" for p in self.problems)])
