"""All that one call for backups does, under the stack's lock: made, proven, pruned, handed over."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.backup import Backup, chosen
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import from_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.decide.databases import (
    Database,
    databases,
    restored,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.backups import (
    path_of,
    prune,
    read_backups,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.files import (
    PRIVATE_FILE,
    ensure_private_folder,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.process import (
    terminated_as_interrupted,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.state import adopt, locked
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Seen
from ansible_collections.todo.stack.plugins.module_utils.release.backup import (
    Keeping,
    back_up,
    keeping_of,
    refuse_full,
    server_of,
)
from ansible_collections.todo.stack.plugins.module_utils.release.drill import Drill

LOCK_SECONDS = 60.0


@dataclass(frozen=True)
class BackupOrder:
    """What is asked for: backups of ``databases``, or ``name`` to be proven again.

    ``containers``: service -> the container that runs. ``fetch_to``: a folder that gets copies,
    owned by its owner, "" for none.
    """

    state: StateDir
    databases: tuple[Database, ...]
    containers: Mapping[str, str]
    keeping: Keeping
    name: str = ""
    drill: bool = True
    fetch_to: str = ""
    by: str = ""


def order_of(params: Mapping[str, Any]) -> BackupOrder:
    """Return what the controller has asked for; raise StackError for what cannot be done."""
    seen = from_plain(Seen, json.loads(params["seen"]))
    own = databases([from_plain(Contract, one) for one in params["contracts"]], seen)
    if params["name"]:
        own = [restored(own, params["name"])]
    running = {
        one.service: next((c.name for c in seen.of_service(one.service) if c.pid), "")
        for one in own
    }
    for service, container in running.items():
        if not container:
            raise StackError("it does not run", where=service, remedy="run local.yml or site.yml")
    return BackupOrder(
        state=StateDir(params["state_dir"], seen.stack),
        databases=tuple(own),
        containers=running,
        keeping=keeping_of(params["backups"]),
        name=params["name"],
        drill=params["drill"],
        fetch_to=params["fetch_to"],
        by=params["by"],
    )


def back_up_all(docker: DockerCli, order: BackupOrder) -> tuple[list[Backup], list[str]]:
    """Return the backups that were made or proven, and the names of those that were pruned.

    Raises StackError for one that is not whole: it stays, with its problem noted.
    """
    ensure_private_folder(Path(order.state.root))
    ensure_private_folder(Path(order.state.folder))
    with locked(order.state, order.by, LOCK_SECONDS), terminated_as_interrupted():
        adopt(order.state)
        made = [_one(docker, order, database) for database in order.databases]
        pruned = [
            name for one in made for name in prune(order.state, one.service, order.keeping.keep)
        ]
        if order.fetch_to:
            for one in made:
                _hand_over(order.state, one, Path(order.fetch_to))
    return made, pruned


def _one(docker: DockerCli, order: BackupOrder, database: Database) -> Backup:
    container = order.containers[database.service]
    if order.name:
        backup = chosen(read_backups(order.state), order.name)
    else:
        server = server_of(docker, container, database)
        server.drop(database.side)  # left by a restore that was killed
        new = back_up(order.state, server, database.service, order.keeping, why="asked for")
        if new is None:
            raise StackError("it holds no row: there is nothing to back up", where=database.service)
        backup = new
    if not order.drill:
        return backup
    identity = order.keeping.identity
    proven = Drill(docker, order.state, database, container, identity).prove(backup)
    if proven.problem:
        raise StackError(
            f"the backup {proven.name} cannot be counted on: {proven.problem}",
            where=order.state.backups,
            remedy="make another; the last proven one is kept",
            changed=True,
        )
    return proven


def _hand_over(state: StateDir, backup: Backup, folder: Path) -> None:
    """Copy a backup to where the controller's user can fetch it."""
    refuse_full(str(folder), backup.bytes, "a copy of the backup")
    owner = folder.stat()
    for path in (path_of(state, backup), Path(state.backups) / f"{backup.name}.json"):
        copy = folder / path.name
        try:
            shutil.copyfile(path, copy, follow_symlinks=False)
            copy.chmod(PRIVATE_FILE)
            os.chown(copy, owner.st_uid, owner.st_gid)
        except OSError as error:
            what = f"it could not be handed over: {(error.strerror or '').lower()}"
            raise StackError(what, where=str(folder), changed=True) from None
