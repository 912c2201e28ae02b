"""What lies in a build context, path by path, and what of it no build can take."""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ansible_collections.todo.stack.plugins.module_utils.build.dockerignore import (
    IgnoreRules,
    Verdict,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import Problem

MAX_FILES = 50_000
MAX_BYTES = 2_000_000_000
_LARGEST_SHOWN = 5
_REMEDY = "remove it or list it in .dockerignore"
_TOO_BIG_REMEDY = "list what the build does not need in .dockerignore"
# What editors and desktops leave beside the files: swap, lock, backup and view files.
_LEAVING = re.compile(
    r"\..*\.sw[a-p]|4913|\.#.*|#.*#|.*~|\.nfs[0-9a-f]{8,}|\.DS_Store|Thumbs\.db|desktop\.ini"
)


class Entry(NamedTuple):
    """A path the build can see: a file, a folder or a link. ``source`` is where it lies."""

    path: str
    source: str
    status: os.stat_result

    @property
    def mode(self) -> int:
        """The permissions as git keeps them: of a file, whether its owner may run it."""
        mode = self.status.st_mode
        return 0o755 if stat.S_ISDIR(mode) or mode & stat.S_IXUSR else 0o644

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return stat.S_ISDIR(self.status.st_mode)

    @property
    def is_normal(self) -> bool:
        """Whether it lies there with these permissions; a link has none of its own."""
        mode = self.status.st_mode
        return stat.S_ISLNK(mode) or stat.S_IMODE(mode) == self.mode


class Listing(NamedTuple):
    """What a build shall see of a folder, and whether editors left more there."""

    entries: tuple[Entry, ...]
    leavings: bool


def list_entries(folder: Path, rules: IgnoreRules, problems: list[Problem]) -> Listing:
    """Return what a build shall see of ``folder``, sorted; what it could not take is a problem."""
    entries: list[Entry] = []
    leavings = False
    root = os.path.abspath(folder)  # noqa: PTH100 - resolve() follows links
    for entry in _walk(str(folder), "", rules, rules.root, problems):
        if _LEAVING.fullmatch(entry.path.rpartition("/")[2]) and not entry.is_folder:
            leavings = True
            continue
        if fault := _entry_problem(root, entry):
            problems.append(fault)
            continue
        entries.append(entry)
        if len(entries) > MAX_FILES:
            problems.append(_too_many(folder, entries))
            break
    problems.extend(_too_large(folder, entries))
    return Listing(tuple(sorted(entries)), leavings)


def _walk(
    folder: str, at: str, rules: IgnoreRules, above: Verdict, problems: list[Problem]
) -> Iterator[Entry]:
    # Texts, not Path objects: they would take a third of the time of a large context.
    try:
        with os.scandir(folder) as scan:
            found = list(scan)
    except OSError as problem:
        problems.append(Problem(f"cannot be read: {problem.strerror}", folder))
        return
    for item in found:
        path = f"{at}/{item.name}" if at else item.name
        verdict = rules.judge(path, above)
        if not verdict.ignored:
            yield Entry(path, item.path, item.stat(follow_symlinks=False))
        if item.is_dir(follow_symlinks=False) and not (verdict.ignored and rules.can_prune):
            yield from _walk(item.path, path, rules, verdict, problems)


def _entry_problem(root: str, entry: Entry) -> Problem | None:
    mode, where = entry.status.st_mode, entry.source
    if stat.S_ISLNK(mode):
        # Its folder by way of the root: the context itself may be named relatively.
        beside = Path(root, entry.path).parent
        aim = Path(os.path.abspath(beside / Path(entry.source).readlink()))  # noqa: PTH100
        inside = aim.is_relative_to(root)
        return None if inside else Problem("links out of the build context", where, _REMEDY)
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        return Problem("is a pipe, socket or device, which no image can hold", where, _REMEDY)
    if not os.access(entry.source, os.R_OK):
        return Problem("cannot be read by this user", where, f"chmod it, or {_REMEDY}")
    return None


def _too_many(folder: Path, entries: list[Entry]) -> Problem:
    tops = Counter(entry.path.partition("/")[0] for entry in entries).most_common(_LARGEST_SHOWN)
    shown = ", ".join(f"{path} ({count:,})" for path, count in tops)
    what = f"the build context holds more than {MAX_FILES:,} files: {shown}"
    return Problem(what, str(folder), _TOO_BIG_REMEDY)


def _too_large(folder: Path, entries: list[Entry]) -> list[Problem]:
    files = [entry for entry in entries if stat.S_ISREG(entry.status.st_mode)]
    total = sum(entry.status.st_size for entry in files)
    if total <= MAX_BYTES:
        return []
    files.sort(key=lambda entry: entry.status.st_size, reverse=True)
    largest = ", ".join(f"{e.path} ({e.status.st_size:,} bytes)" for e in files[:_LARGEST_SHOWN])
    what = f"the build context holds {total:,} bytes, over the limit of {MAX_BYTES:,}: {largest}"
    return [Problem(what, str(folder), _TOO_BIG_REMEDY)]
