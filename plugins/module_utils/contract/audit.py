"""The audit log of a stack: who did what to it, and how that ended. No value in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

BEGAN, DONE, REFUSED, FAILED = "began", "done", "refused", "failed"
# What was killed, or lost its power, has no line that ends it.
CUT_OFF = "cut off"


@dataclass(frozen=True)
class AuditEntry:
    """One line: ``what`` is release, rollback, restore, rotation or removal.

    ``by``: the user, the machine and the process of the play. ``outcome``: began, done, refused or
    failed. ``at``: ISO 8601 in UTC. ``release``: the number it makes, of a removal the one that
    ran; 0 where that was not known yet. ``detail``: what of it, or why not.
    """

    what: str
    by: str
    outcome: str = ""
    at: str = ""
    release: int = 0
    commit: str = ""
    detail: str = ""


def settled(entries: Sequence[AuditEntry]) -> Iterator[AuditEntry]:
    """Yield one entry for each thing that was done, in order, with the outcome it came to.

    One lock is held from a beginning to its end, so that nothing else comes between the two.
    """
    for entry, following in zip(entries, [*entries[1:], None]):
        if entry.outcome != BEGAN or following is None:
            yield entry
        elif not _is_end_of(entry, following):
            yield replace(entry, outcome=CUT_OFF)


def _is_end_of(entry: AuditEntry, following: AuditEntry) -> bool:
    told = [(one.what, one.by, one.release) for one in (entry, following)]
    return following.outcome != BEGAN and told[0] == told[1]
