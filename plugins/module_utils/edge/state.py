"""The stack's folder on the host: read, adopted from the layout before it, its releases kept."""

from __future__ import annotations

import json
import re
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.state import (
    RELEASES_KEPT,
    StateDir,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.files import (
    ensure_private_folder,
    exclusive,
    read_text,
    write_private,
)
from ansible_collections.todo.stack.plugins.module_utils.judge.contents import EDITION
from ansible_collections.todo.stack.plugins.module_utils.look.contents import recorded
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Contents

LOCK_FILE = "lock"
# The keys of a record that tell what was released.
IDENTITY = ("images", "environment", "definition")
_NAME = re.compile(r"^name:\s*[\"']?([\w-]+)", re.MULTILINE)
# The definition last: while it is there, it tells whose the others are.
_FLAT = (
    "secrets.json", "environment.json", "builds.json", "contents.json", "fingerprint.key",
    "compose.yaml",
)  # fmt: skip
_CONTENTS_KEPT = 20
_DROPPED = ("turns.json", "secrets.before.json")


def as_it_is(state: StateDir) -> StateDir:
    """Return where the stack's files are now: before the first release, maybe in the root itself.

    Version 0.1.0 kept one stack's files there.
    """
    flat = StateDir(state.root, "")
    if not any((Path(flat.root) / name).is_file() for name in _FLAT):
        return state
    text = read_text(Path(flat.definition))
    if text is None:  # the data of a stack that was taken away
        return state if any(Path(state.folder).glob("*.json")) else flat
    named = _NAME.search(text)
    return flat if named is not None and named[1] == state.name else state


def to_adopt(state: StateDir) -> list[str]:
    """Return the names of the stack's files that lie in the root itself."""
    if as_it_is(state) == state:
        return []
    return [name for name in _FLAT if (Path(state.root) / name).is_file()]


def adopt(state: StateDir) -> None:
    """Have the files that lie in the root in the stack's own folder, if they are the stack's."""
    names = to_adopt(state)
    for name in names:
        (Path(state.root) / name).replace(Path(state.folder) / name)
    for name in _DROPPED if names else ():
        (Path(state.root) / name).unlink(missing_ok=True)


def modes(state: StateDir) -> dict[str, int]:
    """Return the modes of the stack's folder, by the name "", and of the files below it."""
    folder = Path(state.folder)
    try:
        found = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*"))}
        return {
            name: stat.S_IMODE(path.lstat().st_mode) for name, path in {"": folder, **found}.items()
        }
    except OSError:
        return {}


def numbers(state: StateDir) -> list[int]:
    """Return the numbers of the recorded releases, the oldest first."""
    found = Path(state.releases).glob("*.json")
    return sorted(int(path.stem) for path in found if re.fullmatch("[0-9]+", path.stem))


def read_record(state: StateDir, number: int) -> dict[str, Any]:
    """Return a release's record; a damaged one tells nothing."""
    try:
        raw = json.loads(read_text(Path(state.record(number))) or "")
    except (ValueError, RecursionError):
        return {}
    return raw if isinstance(raw, dict) else {}


def released_images(state: StateDir) -> set[str]:
    """Return the images that the kept releases run, by their references."""
    found = [read_record(state, number).get("images") for number in numbers(state)]
    rows = [row for images in found if isinstance(images, dict) for row in images.values()]
    return {str(row["reference"]) for row in rows if isinstance(row, dict) and "reference" in row}


def write_record(
    state: StateDir, number: int, record: Mapping[str, Any], keep: int = RELEASES_KEPT
) -> None:
    """Write a release's record, and forget those before the last ``keep``.

    One that only mended the release before takes its place: mending must not push out what can be
    gone back to.
    """
    amend_record(state, number, record)
    if is_same(read_record(state, number - 1), record):
        Path(state.record(number - 1)).unlink(missing_ok=True)
    for old in numbers(state)[:-keep]:
        Path(state.record(old)).unlink(missing_ok=True)
    forget_files(state)


def amend_record(state: StateDir, number: int, record: Mapping[str, Any]) -> None:
    """Write a release's record, and leave the files of the one that is being made."""
    ensure_private_folder(Path(state.releases))
    write_private(Path(state.record(number)), json.dumps(record, indent=1, sort_keys=True) + "\n")


def is_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether two records are of the same images, values and definition."""
    told = [one.get(key) for key in IDENTITY]
    return all(told) and told == [other.get(key) for key in IDENTITY]


def remember_contents(state: StateDir, found: Mapping[str, Contents]) -> None:
    """Record what was seen in images, by ID, before what is recorded already.

    An image's ID is a digest of its content, and the root is read-only: once is enough.
    """
    file = Path(state.contents)
    known = recorded(file)
    whole = {image_id: one for image_id, one in found.items() if not one.problem}
    if whole.keys() - known.keys():
        rows = {i: {"setuid": c.setuid, "tools": c.tools} for i, c in {**whole, **known}.items()}
        kept = dict(list(rows.items())[:_CONTENTS_KEPT])
        write_private(file, json.dumps({"edition": EDITION, "images": kept}, indent=1) + "\n")


def forget_files(state: StateDir) -> None:
    """Remove the files of releases that have no record: dropped ones, and those that failed."""
    kept = {str(number) for number in numbers(state)}
    folder = Path(state.releases)
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_dir() and path.name not in kept:
            shutil.rmtree(path)


@contextmanager
def locked(state: StateDir, by: str, wait_seconds: float) -> Iterator[None]:
    """Hold the stack's lock, and say in its file who does; raise StackError naming who has it."""
    file = Path(state.folder) / LOCK_FILE

    def holder(_folder: Path) -> str:
        return (read_text(file) or "an unknown play").strip()

    with exclusive(Path(state.folder), wait_seconds, holder=holder):
        write_private(file, by + "\n")
        try:
            yield
        finally:
            file.unlink(missing_ok=True)
