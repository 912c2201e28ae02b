"""What is noted in the audit log of one change of a stack, from the moment it has the lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from ansible_collections.todo.stack.plugins.module_utils.contract.audit import (
    BEGAN,
    DONE,
    FAILED,
    REFUSED,
    AuditEntry,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import (
    ProblemList,
    StackError,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.edge.audit import append_entry
from ansible_collections.todo.stack.plugins.module_utils.release.record import this_moment

_DETAIL_CHARACTERS = 2000


@dataclass
class Audit:
    """A change on its way; ``entry`` is what is known of it by now."""

    state: StateDir
    entry: AuditEntry

    @property
    def has_begun(self) -> bool:
        """Whether anything may have been changed."""
        return self.entry.outcome == BEGAN

    def begins(self, number: int, detail: str) -> None:
        """Note it before its first change; raise StackError, nothing changed, if that fails."""
        begun = self._at_this_moment(BEGAN, detail, number)
        append_entry(self.state, begun)
        self.entry = begun

    def ends(self, outcome: str, detail: str) -> None:
        """Note how it ended. That this cannot be written changes nothing of how it did."""
        with suppress(StackError):
            append_entry(self.state, self._at_this_moment(outcome, detail, self.entry.release))

    def _at_this_moment(self, outcome: str, detail: str, number: int) -> AuditEntry:
        told = detail[:_DETAIL_CHARACTERS]
        return replace(self.entry, at=this_moment(), outcome=outcome, release=number, detail=told)


@contextmanager
def audited(state: StateDir, entry: AuditEntry) -> Iterator[Audit]:
    """Note how a change ends that is made under the lock. One with nothing to do leaves no line."""
    audit = Audit(state, entry)
    try:
        yield audit
    except BaseException as error:
        is_refusal = isinstance(error, ProblemList) or not audit.has_begun
        audit.ends(REFUSED if is_refusal else FAILED, _told(error))
        raise
    if audit.has_begun:
        audit.ends(DONE, audit.entry.detail)


def _told(error: BaseException) -> str:
    if isinstance(error, ProblemList):
        return "; ".join(problem.line() for problem in error.problems)
    # The text of any other may hold a value.
    return error.what if isinstance(error, StackError) else f"stopped by {type(error).__name__}"
