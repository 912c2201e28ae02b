"""A backup of an embedded database, as the JSON beside its file tells of it. No value in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError

NONE_PROVEN = "no backup was proven yet"


@dataclass(frozen=True)
class Table:
    """What a table held: how many rows, and a sum over all of them that no order changes."""

    rows: int
    checksum: str


@dataclass(frozen=True)
class Holding:
    """What a database held in one snapshot: its schema's revision, and every table by its name."""

    revision: str = ""
    tables: Mapping[str, Table] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """The rows of all tables."""
        return sum(one.rows for one in self.tables.values())

    def faults(self, found: Holding) -> list[str]:
        """Return in words how what was ``found`` differs from this; nothing where it is equal."""
        told = []
        if found.revision != self.revision:
            told.append(f"its schema is {found.revision or 'none'}, not {self.revision or 'none'}")
        for name in sorted({*self.tables, *found.tables}):
            was, now = self.tables.get(name), found.tables.get(name)
            if was is None or now is None:
                told.append(f"{name} {'is too much' if was is None else 'is missing'}")
            elif was.rows != now.rows:
                told.append(f"{name} holds {now.rows} rows, not {was.rows}")
            elif was.checksum != now.checksum:
                told.append(f"{name} holds other values")
        return told

    def adds(self, other: Holding) -> list[str]:
        """Return the tables with rows that the ``other`` does not hold just so."""
        return [
            name
            for name, table in sorted(self.tables.items())
            if table.rows and other.tables.get(name) != table
        ]


@dataclass(frozen=True)
class Backup:
    """One backup. ``file`` lies beside its JSON; ``bytes`` and ``sha256`` are that file's.

    ``at`` and ``proven`` are UTC in ISO 8601; ``proven``: when it was last restored whole, "" for
    never. ``problem``: what the last attempt to restore it has found wrong. ``release``: the one
    that ran. ``server``: the version of the database's server. ``recipient``: the public key that
    it is encrypted to, "" for none. ``database_bytes``: what the database takes.
    """

    name: str
    file: str
    at: str
    stack: str
    service: str
    why: str = ""
    release: int = 0
    holding: Holding = field(default_factory=Holding)
    bytes: int = 0
    sha256: str = ""
    database_bytes: int = 0
    server: str = ""
    tools: Mapping[str, str] = field(default_factory=dict)
    recipient: str = ""
    seconds: float = 0.0
    proven: str = ""
    proven_seconds: float = 0.0
    problem: str = ""


def major_of(server: str) -> int:
    """Return the major version of a server, 0 where it is not known."""
    digits = re.match(r"\d+", server)
    return int(digits[0]) if digits else 0


def chosen(backups: Sequence[Backup], name: str) -> Backup:
    """Return the backup of this name, or the newest proven one; ``backups``: the newest first."""
    if name:
        for one in backups:
            if one.name == name:
                return one
        known = ", ".join(one.name for one in backups) or "none"
        raise StackError(f"there is no backup {name}; there are: {known}", where="stack_backup")
    for one in backups:
        if one.proven:
            return one
    remedy = "playbooks/backup.yml makes and proves one; -e stack_backup=<name> names one"
    raise StackError(NONE_PROVEN, where="stack_backup", remedy=remedy)


def dispensable(backups: Sequence[Backup], keep: int) -> list[Backup]:
    """Return those beyond the newest ``keep``; the newest proven one is never among them.

    ``backups``: of one database, the newest first.
    """
    proven = next((one for one in backups if one.proven), None)
    return [one for one in backups[max(1, keep) :] if one is not proven]
