"""Prove a backup: restore it into a throwaway database that nobody reaches, and compare."""

from __future__ import annotations

import secrets as random_source
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.backup import Backup
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.labels import (
    COMPOSE_ONE_OFF,
    COMPOSE_PROJECT,
    COMPOSE_SERVICE,
    SERVICE_LABEL,
    candidate_name,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.decide.databases import Database
from ansible_collections.todo.stack.plugins.module_utils.decide.resolution import EMBEDDED_PASSWORD
from ansible_collections.todo.stack.plugins.module_utils.edge.backups import note, path_of
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli, last_line
from ansible_collections.todo.stack.plugins.module_utils.edge.pipes import digest, feed
from ansible_collections.todo.stack.plugins.module_utils.edge.postgres import Postgres
from ansible_collections.todo.stack.plugins.module_utils.look.host import docker_root
from ansible_collections.todo.stack.plugins.module_utils.release.backup import (
    reading,
    refuse_full,
    server_of,
    utc,
)

CORRUPTED = "its file is not the one that was written: it is corrupted"
_WAIT_SECONDS = 60.0
_MEMORY_BYTES = 512 << 20
# Of a cluster that was just made, and of the log of what is restored.
_CLUSTER_BYTES = 300_000_000
# It is thrown away: nothing has to outlive a power cut.
_QUICK = ("fsync=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0",
          "max_wal_size=128MB", "autovacuum=off")  # fmt: skip


@dataclass(frozen=True)
class Drill:
    """What a drill needs: the database in whose likeness another is started, and its container."""

    docker: DockerCli
    state: StateDir
    database: Database
    container: str
    identity: str = ""

    def prove(self, backup: Backup) -> Backup:
        """Return the backup with when it was proven, or with its problem; both are noted.

        Raises StackError where the drill itself cannot be held, which says nothing of the backup.
        """
        begun = time.monotonic()
        if wrong := fault_of_file(self.state, backup):
            return self._noted(replace(backup, proven="", problem=wrong))
        file, plain = reading(self.state, backup, self.identity)
        room = 2 * backup.database_bytes + _CLUSTER_BYTES
        refuse_full(docker_root(self.docker), room, "a drill")
        name = candidate_name(self.state.name, self.database.service)
        self.docker.remove_containers([name])
        try:
            postgres = self._started(name)
            try:
                feed(file, [*plain, postgres.fill_argv()])
                faults = backup.holding.faults(postgres.holding())
            except StackError as error:
                self._refuse_ended(name)
                faults = [f"it cannot be restored: {error.what}"]
        finally:
            self.docker.remove_containers([name])
        if faults:
            return self._noted(replace(backup, proven="", problem="; ".join(faults)))
        proven = utc(time.time()).isoformat(timespec="seconds")
        seconds = round(time.monotonic() - begun, 2)
        return self._noted(replace(backup, proven=proven, proven_seconds=seconds, problem=""))

    def _noted(self, backup: Backup) -> Backup:
        note(self.state, backup)
        return backup

    def _started(self, name: str) -> Postgres:
        """Return a database like the stack's, empty, in a container of its own."""
        found = self.docker.inspect_containers([self.container])
        if not found:
            raise StackError("its container is gone", where=self.database.service)
        password = {EMBEDDED_PASSWORD: random_source.token_hex(16)}
        argv = run_argv(name, self.state.name, self.database, found[0])
        self.docker.read(*argv, environ_update=password)
        postgres = server_of(self.docker, name, self.database)
        deadline = time.monotonic() + _WAIT_SECONDS
        while self.docker.run(["docker", *postgres.ready_argv()])[0] != 0:
            self._refuse_ended(name)
            if time.monotonic() >= deadline:
                what = f"the throwaway database was not ready after {_WAIT_SECONDS:.0f} s"
                raise StackError(what, where=name, remedy="run again")
            time.sleep(0.2)
        return postgres

    def _refuse_ended(self, name: str) -> None:
        found = self.docker.inspect_containers([name])
        state: Mapping[str, Any] = (found[0].get("State") or {}) if found else {}
        if not state.get("Running"):
            killed = " (killed by its memory limit)" if state.get("OOMKilled") else ""
            said = last_line(self.docker.logs(name, 5)) if found else ""
            what = f"the throwaway database has ended{killed}: {said or 'it is gone'}"
            raise StackError(what, where=name, remedy="mend the cause and run again")


def fault_of_file(state: StateDir, backup: Backup) -> str:
    """Return what is wrong with a backup's file, "" where it is the one that was written."""
    found = digest(path_of(state, backup))
    if not found:
        return f"{backup.file} is missing"
    return "" if found == backup.sha256 else CORRUPTED


def run_argv(name: str, stack: str, database: Database, like: Mapping[str, Any]) -> list[str]:
    """Return the docker arguments that start a throwaway database in the likeness of another.

    It bears the name and the labels of a candidate, so that a run that is ended leaves nothing
    that the next one does not take away.
    """
    config, host = like.get("Config") or {}, like.get("HostConfig") or {}
    kept = [m["Destination"] for m in like.get("Mounts") or () if m.get("RW")]
    environment = {
        "POSTGRES_USER": database.role,
        "POSTGRES_DB": database.name,
        "POSTGRES_INITDB_ARGS": "--no-sync",
    }
    labels = {
        COMPOSE_PROJECT: stack, COMPOSE_SERVICE: database.service, COMPOSE_ONE_OFF: "True",
        SERVICE_LABEL: database.service,
    }  # fmt: skip
    return [
        "run", "--detach", "--name", name, "--network", "none", "--init", "--read-only",
        "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--pids-limit", "200",
        "--memory", str(host.get("Memory") or _MEMORY_BYTES),
        "--shm-size", str(host.get("ShmSize") or 128 << 20),
        *(part for key, one in labels.items() for part in ("--label", f"{key}={one}")),
        *(part for key, one in environment.items() for part in ("--env", f"{key}={one}")),
        # One that nobody needs to know, from the caller's environment.
        "--env", EMBEDDED_PASSWORD,
        *(["--user", config["User"]] if config.get("User") else []),
        *(part for path in host.get("Tmpfs") or {} for part in ("--tmpfs", path)),
        *(part for path in kept for part in ("--volume", path)),
        str(like["Image"]), "postgres", *(part for one in _QUICK for part in ("-c", one)),
    ]  # fmt: skip
