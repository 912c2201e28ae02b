"""Restore an embedded database: beside it first, then in its place, and back if that fails."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.backup import (
    Backup,
    chosen,
    major_of,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.decide.databases import (
    Database,
    databases,
    restored,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.backups import (
    note,
    read_backups,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.pipes import feed
from ansible_collections.todo.stack.plugins.module_utils.edge.postgres import (
    Postgres,
    literal,
    quoted,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.state import (
    amend_record,
    read_record,
)
from ansible_collections.todo.stack.plugins.module_utils.look.host import docker_root
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Container, Seen
from ansible_collections.todo.stack.plugins.module_utils.release.backup import (
    reading,
    refuse_full,
    server_of,
    utc,
)
from ansible_collections.todo.stack.plugins.module_utils.release.drill import fault_of_file
from ansible_collections.todo.stack.plugins.module_utils.release.gate import Trial
from ansible_collections.todo.stack.plugins.module_utils.release.services import Services

_SESSIONS = "FROM pg_stat_activity WHERE datname"


@dataclass(frozen=True)
class Wanted:
    """The restore that is asked for; ``name``: the backup's, "" for the newest proven one."""

    name: str = ""
    over_data: bool = False


def named(wanted: Wanted, spec: StackSpec, seen: Seen) -> Wanted:
    """Return the restore with its backup's name; raise StackError where there is none to choose."""
    database = restored(databases(spec.contracts, seen), wanted.name)
    return replace(wanted, name=_chosen(spec.state, database, wanted.name).name)


def _chosen(state: StateDir, database: Database, name: str) -> Backup:
    own = [one for one in read_backups(state) if one.service == database.service]
    return chosen(own, name)


@dataclass
class Restoring:
    """A database's data is replaced by a backup's, and kept until the application has passed.

    The backup is restored beside the database, while the application serves, and compared with
    what was said of it. Then the application is stopped and the two change names, at once.
    """

    database: Database
    wanted: Wanted
    identity: str
    release: int
    postgres: Postgres | None = None
    kept: str = ""
    record: dict[str, Any] = field(default_factory=dict)
    stopped: list[Container] = field(default_factory=list)

    def prepare(self, services: Services) -> None:
        """Restore beside, compare, stop those that write, change names."""
        state = services.spec.state
        postgres, backup = self._chosen(services)
        services.gate.tell([Trial(self.database.service, list, why=f"{backup.name} is restored")])
        file, plain = reading(state, backup, self.identity)
        self._asked.drop(self.database.side)
        owner = f"OWNER {quoted(self.database.role)} TEMPLATE template0"
        postgres.manage(f"CREATE DATABASE {quoted(self.database.side)} {owner};")
        feed(file, [*plain, postgres.fill_argv(self.database.side)])
        faults = backup.holding.faults(postgres.holding(self.database.side))
        if faults:
            note(state, replace(backup, proven="", problem="; ".join(faults)))
            raise StackError(f"the backup {backup.name} is not whole: {'; '.join(faults)}")
        note(state, replace(backup, proven=utc(time.time()).isoformat(timespec="seconds")))
        self._forget_migrations(services)
        self._stop_writers(services)
        self.kept = f"{self.database.name}_before_{time.time():.0f}"
        self._rename((self.database.name, self.kept), (self.database.side, self.database.name))

    def undo(self, services: Services) -> None:
        """Give the data of before its name again, and start what was stopped."""
        if self.kept and self.kept in self._asked.databases():
            self._rename((self.database.name, self.database.side), (self.kept, self.database.name))
        if self.postgres:
            self._asked.drop(self.database.side)
        if self.record:
            amend_record(services.spec.state, self.release, self.record)
        found = [now for one in self.stopped for now in services.find(one.service)]
        if still := [one for one in found if not one.pid]:
            services.docker.read("start", *(one.id for one in still))
            services.gate.wait([services.trial(one.service) for one in still])

    def settle(self) -> None:
        """Drop the data of before, that of restores which were cut off too."""
        before = re.compile(re.escape(self.database.name) + r"_before_\d+")
        for name in self._asked.databases():
            if before.fullmatch(name):
                self._asked.drop(name)

    @property
    def _asked(self) -> Postgres:
        if self.postgres is None:
            raise StackError("the database was not reached", where=self.database.service)
        return self.postgres

    def _chosen(self, services: Services) -> tuple[Postgres, Backup]:
        """Return the server and the backup; raise StackError for what speaks against it."""
        running = services.find(self.database.service)
        if not running:
            raise StackError("it does not run", where=self.database.service)
        state = services.spec.state
        backup = _chosen(state, self.database, self.wanted.name)
        if wrong := fault_of_file(state, backup):
            note(state, replace(backup, proven="", problem=wrong))
            raise StackError(f"the backup {backup.name} cannot be restored: {wrong}")
        postgres = server_of(services.docker, running[0].name, self.database)
        major = major_of(postgres.server())
        if major < major_of(backup.server):
            what = f"the backup {backup.name} is of PostgreSQL {backup.server}, this is {major}"
            raise StackError(what, where=self.database.service)
        self._refuse_over_data(postgres, backup)
        refuse_full(docker_root(services.docker), backup.database_bytes, "a restore")
        self.postgres = postgres
        return postgres, backup

    def _refuse_over_data(self, postgres: Postgres, backup: Backup) -> None:
        if self.wanted.over_data:
            return
        there = postgres.holding()
        if tables := there.adds(backup.holding):
            told = ", ".join(f"{name} ({there.tables[name].rows} rows)" for name in tables)
            raise StackError(
                f"the database holds other data than the backup {backup.name}: {told}",
                where=self.database.service,
                remedy="-e stack_restore_over_data=true replaces it; playbooks/backup.yml keeps it",
            )

    def _stop_writers(self, services: Services) -> None:
        names = [name for name in self.database.asked_by if name != self.database.service]
        # Before they are: a stop may fail half-way.
        self.stopped = [one for name in names for one in services.find(name) if one.pid]
        services.stop(self.stopped)

    def _forget_migrations(self, services: Services) -> None:
        """Have whatever run comes next migrate the restored data, should this one be killed."""
        asked = self.database.asked_by
        services.remove([c for name in asked for c in services.find(name) if c.ended_well])
        record = read_record(services.spec.state, self.release)
        if ran := record.get("one_shots"):
            self.record = record
            left = {name: said for name, said in ran.items() if name not in asked}
            amend_record(services.spec.state, self.release, {**record, "one_shots": left})

    def _rename(self, *pairs: tuple[str, str]) -> None:
        """Rename databases all at once, and end the sessions that are in the way."""
        names = ", ".join(literal(old) for old, _new in pairs)
        lines = [
            f"SELECT pg_terminate_backend(pid) {_SESSIONS} IN ({names});",
            "BEGIN;",
            *(f"ALTER DATABASE {quoted(old)} RENAME TO {quoted(new)};" for old, new in pairs),
            "COMMIT;",
        ]
        self._asked.manage("\n".join(lines))
