"""The folder of a stack's backups: a file each, and a JSON beside it, without which it is none."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from ansible_collections.todo.stack.plugins.module_utils.contract.backup import Backup, dispensable
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import from_plain, to_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.edge.files import (
    ensure_private_folder,
    read_text,
    write_private,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.pipes import (
    Command,
    Written,
    write_output,
)


def read_backups(state: StateDir) -> list[Backup]:
    """Return the stack's backups, the newest first; what cannot be read is none."""
    found = [_read(path) for path in sorted(Path(state.backups).glob("[!.]*.json"), reverse=True)]
    return [one for one in found if one is not None]


def path_of(state: StateDir, backup: Backup) -> Path:
    """Return where a backup's file lies."""
    # Its name comes out of a file: only one in this folder is meant.
    return Path(state.backups) / Path(backup.file).name


def note(state: StateDir, backup: Backup) -> Path:
    """Write what is known of a backup into the JSON beside it, and return its path."""
    path = Path(state.backups) / f"{backup.name}.json"
    write_private(path, json.dumps(to_plain(backup), indent=1, sort_keys=True) + "\n")
    return path


def write_file(state: StateDir, file: str, commands: list[Command]) -> tuple[Path, Written]:
    """Write a backup's file under another name, which `settle` makes its own; return that path."""
    ensure_private_folder(Path(state.backups))
    fresh = Path(state.backups) / f".{file}.new"
    return fresh, write_output(commands, fresh)


def settle(state: StateDir, fresh: Path, backup: Backup) -> None:
    """Have a written file be a backup; if that fails, there is nothing of it."""
    said = note(state, backup)
    try:
        fresh.replace(path_of(state, backup))
    except OSError as error:
        said.unlink(missing_ok=True)
        raise StackError((error.strerror or "").lower(), where=str(said.parent)) from None


def sweep(state: StateDir) -> None:
    """Remove what backups that were cut off have left: half files, and JSON beside no file."""
    for path in Path(state.backups).glob(".*.new"):
        path.unlink(missing_ok=True)
    for backup in read_backups(state):
        if not path_of(state, backup).exists():
            (Path(state.backups) / f"{backup.name}.json").unlink(missing_ok=True)


def prune(state: StateDir, service: str, keep: int) -> list[str]:
    """Remove a database's old backups and return their names; the last proven one stays."""
    own = [one for one in read_backups(state) if one.service == service]
    return _remove(state, dispensable(own, keep))


def thin(state: StateDir, service: str, why: str) -> list[str]:
    """Remove what was backed up for one and the same reason, but for its first and its last."""
    own = [one for one in read_backups(state) if (one.service, one.why) == (service, why)]
    return _remove(state, [one for one in own[1:-1] if not one.proven])


def _remove(state: StateDir, backups: Sequence[Backup]) -> list[str]:
    for one in backups:
        path_of(state, one).unlink(missing_ok=True)
        (Path(state.backups) / f"{one.name}.json").unlink(missing_ok=True)
    return [one.name for one in backups]


def _read(path: Path) -> Backup | None:
    try:
        raw = json.loads(read_text(path) or "")
        found = from_plain(Backup, raw) if isinstance(raw, Mapping) else None
    except (ValueError, TypeError, AttributeError, RecursionError, StackError):
        return None
    return found if found is not None and found.name == path.stem else None
