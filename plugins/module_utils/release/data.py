"""What a release does with data before its migrations run: nothing, unless it is told otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.decide.databases import (
    Database,
    databases,
    restored,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import Action
from ansible_collections.todo.stack.plugins.module_utils.edge.backups import prune, thin
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Seen
from ansible_collections.todo.stack.plugins.module_utils.release.backup import (
    Keeping,
    back_up,
    server_of,
)
from ansible_collections.todo.stack.plugins.module_utils.release.gate import Trial
from ansible_collections.todo.stack.plugins.module_utils.release.restore import Restoring, Wanted
from ansible_collections.todo.stack.plugins.module_utils.release.services import Services


class Data(Protocol):
    """What is done with data within a transaction, once the databases run."""

    def prepare(self, services: Services) -> None:
        """Do it; raise StackError if it cannot be done."""

    def undo(self, services: Services) -> None:
        """Have the data of before again, also after half of `prepare`."""

    def settle(self) -> None:
        """Let go of the data of before: the new version has passed."""


class Untouched:
    """The data stays as it is."""

    def prepare(self, services: Services) -> None:
        """Do nothing."""

    def undo(self, services: Services) -> None:
        """Do nothing."""

    def settle(self) -> None:
        """Do nothing."""


@dataclass
class BackUpFirst(Untouched):
    """A migration is about to run: what the databases hold is backed up before it.

    Older backups go once the release has passed; those of one that fails again and again do not
    pile up: of them the first and the last stay.
    """

    state: StateDir
    databases: Sequence[Database]
    keeping: Keeping
    number: int
    made: list[str] = field(default_factory=list)

    def prepare(self, services: Services) -> None:
        """Back up each database that holds anything."""
        for database in self.databases:
            services.gate.tell([Trial(database.service, list, why="it is backed up")])
            for container in services.find(database.service)[:1]:
                try:
                    made = back_up(
                        self.state,
                        server_of(services.docker, container.name, database),
                        database.service,
                        self.keeping,
                        why=self._why,
                    )
                except StackError as error:
                    raise StackError(
                        f"no backup could be made before the migration: {error.what}",
                        where=error.where,
                        remedy=error.remedy,
                    ) from None
                if made:
                    thin(self.state, database.service, self._why)
                    self.made.append(database.service)

    def settle(self) -> None:
        """Let go of what is older than is kept."""
        for service in self.made:
            prune(self.state, service, self.keeping.keep)

    @property
    def _why(self) -> str:
        return f"before release {self.number}"


def data_of(
    spec: StackSpec,
    seen: Seen,
    actions: Sequence[Action],
    keeping: Keeping,
    restore: Wanted | None,
) -> Data:
    """Return what a release does with data: a restore, or a backup before a migration."""
    if restore is not None:
        database = restored(databases(spec.contracts, seen), restore.name)
        return Restoring(database, restore, keeping.identity, seen.release.number)
    due = {one.service for one in actions}
    if not any(one.one_shot and one.name in due for one in seen.services):
        return Untouched()
    off = seen.environment.switched_off
    held = {one.service for contract in spec.contracts for one in contract.embedded} - set(off)
    # One that is only now made holds nothing yet.
    if not any(seen.of_service(name) for name in held):
        return Untouched()
    return BackUpFirst(
        spec.state, databases(spec.contracts, seen), keeping, seen.release.number + 1
    )
