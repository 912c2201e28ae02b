"""The databases of a stack that are its own, and what a restore of one makes due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import (
    Problem,
    ProblemList,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract, Embedded
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import Action
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Seen

_PROVIDER = (
    "back it up where it is: Neon has branches and a restore to a point in time, "
    "any PostgreSQL takes pg_dump"
)


@dataclass(frozen=True)
class Database:
    """A database that a compose ``service`` of the stack supplies, and the services that ask it."""

    service: str
    role: str
    name: str
    revision: str
    asked_by: tuple[str, ...]

    @property
    def side(self) -> str:
        """The database that a backup is restored into, before it takes this one's place."""
        return f"{self.name}_restoring"


def databases(contracts: Sequence[Contract], seen: Seen) -> list[Database]:
    """Return the stack's own databases that are in use; raise ProblemList where there is none."""
    found = {
        embedded.service: _database(contracts, embedded)
        for contract in contracts
        for embedded in contract.embedded
        if embedded.service not in seen.environment.switched_off
    }
    if not found:
        raise ProblemList(_foreign(contracts) or [Problem("no database is this stack's", "stack")])
    return list(found.values())


def restored(own: Sequence[Database], name: str) -> Database:
    """Return the database that the backup ``name`` is of; "" where there is only one."""
    for one in own:
        if name.endswith(f"-{one.service}") or (not name and len(own) == 1):
            return one
    names = ", ".join(one.service for one in own)
    remedy = "name one, such as 20260131T101500Z-" + own[0].service
    what = f"{name or 'nothing'} names no backup of {names}"
    raise ProblemList([Problem(what, "stack_backup", remedy)])


def restore_actions(seen: Seen, contracts: Sequence[Contract], name: str) -> tuple[Action, ...]:
    """Return what the restore of a backup does: the data, what migrates it, those that ask it.

    Raises ProblemList where it cannot be done.
    """
    database = restored(databases(contracts, seen), name)
    unready = []
    if seen.environment.drift or seen.changed or not seen.definition_current:
        what = "the environment or the definition on the host is another than the one given"
        unready.append(Problem(what, database.service, "run local.yml or site.yml first"))
    if not any(one.pid for one in seen.of_service(database.service)):
        what = "it does not run, and nothing can be restored into it"
        unready.append(Problem(what, database.service, "run local.yml or site.yml first"))
    if unready:
        raise ProblemList(unready)
    told = f"from the backup {name}" if name else "from the backup that was proven last"
    actions = [Action(database.service, "restore", told)]
    for service in seen.services:
        if service.name not in database.asked_by:
            continue
        if service.one_shot:
            why = "the restored schema may be an older one"
            actions.append(Action(service.name, "recreate", why, new=True))
        else:
            how = "start" if seen.of_service(service.name) else "create"
            why = "it is stopped while its data is replaced"
            actions.append(Action(service.name, how, why))
    return tuple(sorted(actions, key=lambda one: one.action != "restore"))


def _database(contracts: Sequence[Contract], embedded: Embedded) -> Database:
    url = urlsplit(embedded.url.replace("{password}", "-"))
    return Database(
        service=embedded.service,
        role=unquote(url.username or ""),
        name=unquote(url.path.lstrip("/")),
        revision=embedded.revision.strip().rstrip(";"),
        asked_by=tuple(
            name
            for contract in contracts
            if embedded.service in {one.service for one in contract.embedded}
            for name in contract.compose_services
        ),
    )


def _foreign(contracts: Sequence[Contract]) -> list[Problem]:
    return [
        Problem("it is given, so that the database is not this stack's",
                f"{contract.service}.{name}", _PROVIDER)
        for contract in contracts
        for name, variable in contract.env.items()
        if variable.embedded
    ]  # fmt: skip
