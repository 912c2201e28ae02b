"""Back up an embedded database: one snapshot, one file, and the JSON that tells what it holds."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.backup import Backup
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.decide.databases import Database
from ansible_collections.todo.stack.plugins.module_utils.edge.backups import (
    path_of,
    settle,
    sweep,
    write_file,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.pipes import Command
from ansible_collections.todo.stack.plugins.module_utils.edge.postgres import Postgres
from ansible_collections.todo.stack.plugins.module_utils.edge.process import run
from ansible_collections.todo.stack.plugins.module_utils.look.host import free_space
from ansible_collections.todo.stack.plugins.module_utils.look.releases import current_release

# Beside the dump there is its JSON, and others write on the same disk.
SPARE_BYTES = 50_000_000
_RECIPIENT = re.compile(r"(age1[a-z0-9]{20,}|ssh-(rsa|ed25519) \S+( .*)?)\Z")


@dataclass(frozen=True)
class Keeping:
    """How backups are kept: how many of each database, and encrypted to whom.

    ``recipient``: a public key as ``age`` takes it, "" for none. ``identity``: the file on this
    host with the private key, which only a drill and a restore need.
    """

    keep: int = 7
    recipient: str = ""
    identity: str = ""


def server_of(docker: DockerCli, container: str, database: Database) -> Postgres:
    """Return the server of a database, in this container."""
    return Postgres(docker, container, database.role, database.name, database.revision)


def keeping_of(options: Mapping[str, Any]) -> Keeping:
    """Return how backups are to be kept; raise StackError for what is wrong with it.

    ``options``: those that a module was given, all of them or none.
    """
    keeping = Keeping(**options)
    if keeping.keep < 1:
        raise StackError("must be 1 or more", where="stack_backups_keep")
    if keeping.recipient and not _RECIPIENT.match(keeping.recipient):
        remedy = "give one that begins with age1, ssh-ed25519 or ssh-rsa"
        raise StackError("is no public key", where="stack_backup_recipient", remedy=remedy)
    if keeping.recipient or keeping.identity:
        _refuse_without_age()
    if keeping.identity and not Path(keeping.identity).is_file():
        raise StackError(f"there is no file {keeping.identity}", where="stack_backup_identity")
    return keeping


def back_up(
    state: StateDir, postgres: Postgres, service: str, keeping: Keeping, *, why: str
) -> Backup | None:
    """Return the new backup, None where the database holds no row; what fails leaves nothing.

    What is written to the database meanwhile is either whole in it or not in it at all.
    """
    begun = time.monotonic()
    sweep(state)
    size = postgres.size_bytes()
    refuse_full(state.backups, size, "a backup")
    with postgres.snapshot() as snapshot:
        holding = snapshot.holding()
        if not holding.rows:
            return None
        name = _name(state, service)
        file = f"{name}.dump.age" if keeping.recipient else f"{name}.dump"
        commands = [postgres.dump_argv(snapshot.name), *_encrypting(keeping.recipient)]
        fresh, written = write_file(state, file, commands)
    try:
        backup = Backup(
            name=name,
            file=file,
            at=_now(),
            stack=state.name,
            service=service,
            why=why,
            release=current_release(state).number,
            holding=holding,
            bytes=written.bytes,
            sha256=written.sha256,
            database_bytes=size,
            server=postgres.server(),
            tools=_tools(postgres, keeping),
            recipient=keeping.recipient,
            seconds=round(time.monotonic() - begun, 2),
        )
        settle(state, fresh, backup)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    return backup


def reading(state: StateDir, backup: Backup, identity: str) -> tuple[Path, list[Command]]:
    """Return a backup's file, and what makes it readable; raise StackError for want of a key."""
    if not backup.recipient:
        return path_of(state, backup), []
    if not identity:
        raise StackError(
            f"{backup.name} is encrypted, and this host has no key to it",
            where="stack_backup_identity",
            remedy="name the file on the host that holds the private key",
        )
    _refuse_without_age()
    return path_of(state, backup), [["age", "--decrypt", "--identity", identity]]


def refuse_full(folder: str, needed_bytes: int, what: str) -> None:
    """Raise StackError with the numbers where a file system lacks room for what is to come."""
    free = free_space(folder).free_bytes
    if free < needed_bytes + SPARE_BYTES:
        raise StackError(
            f"{what} may take {needed_bytes / 1e6:.0f} MB, and {free / 1e6:.0f} MB are free",
            where=folder,
            remedy="make room there; nothing was changed",
        )


def utc(seconds: float) -> datetime:
    """Return a moment in seconds of the epoch as UTC."""
    return datetime.fromtimestamp(seconds, timezone.utc)


def _now() -> str:
    return utc(time.time()).isoformat(timespec="seconds")


def _name(state: StateDir, service: str) -> str:
    """Return a name that is not taken, by the time: they sort by their age."""
    while True:
        name = f"{utc(time.time()):%Y%m%dT%H%M%SZ}-{service}"
        if not (Path(state.backups) / f"{name}.json").exists():
            return name
        time.sleep(0.1)


def _encrypting(recipient: str) -> list[Command]:
    return [["age", "--encrypt", "--recipient", recipient]] if recipient else []


def _refuse_without_age() -> None:
    if shutil.which("age") is None:
        remedy = "install it: apt-get install age"
        raise StackError("the program age is not on this host", where="backups", remedy=remedy)


def _tools(postgres: Postgres, keeping: Keeping) -> dict[str, str]:
    said = postgres.docker.read("exec", postgres.container, "pg_dump", "--version")
    tools = {"pg_dump": said.strip()}
    if keeping.recipient:
        tools["age"] = run(["age", "--version"])[1].strip()
    return tools
