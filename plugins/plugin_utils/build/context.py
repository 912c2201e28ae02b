"""A build context on the controller: read as the build will see it, hashed as streams, packed."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tarfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ansible_collections.todo.stack.plugins.module_utils.build.dockerfile import (
    base_images,
    first_instruction,
)
from ansible_collections.todo.stack.plugins.module_utils.build.dockerignore import (
    IgnoreRules,
    parse_dockerignore,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import Problem, ProblemList
from ansible_collections.todo.stack.plugins.plugin_utils.build.context_tree import (
    Entry,
    list_entries,
)

_READ_BYTES = 1_000_000
# More than processors: opening many small files waits more than it computes.
_HASHERS = 2 * (os.cpu_count() or 1)
# The host is taken to be of the controller's kind: it is asked only once a build is due.
_MACHINES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm/v7", "i686": "386"}


@dataclass(frozen=True)
class BuildContext:
    """A build context without its file contents; a named one has no Dockerfile of its own."""

    folder: Path
    entries: tuple[Entry, ...]
    dockerfile: str = ""
    dockerfile_text: str = ""
    ignore_file: str = ""
    leavings: bool = False

    def bases(
        self, args: Mapping[str, str], target: str | None, platforms: Sequence[str] = ()
    ) -> list[str]:
        """Return the image references the build starts from, the result's own last."""
        own = _own_platform()
        found = [
            image
            for one in platforms or (own,)
            for image in base_images(self.dockerfile_text, args, target, one, own)
        ]
        return list(dict.fromkeys(reversed(found)))[::-1]

    def fingerprints(self) -> dict[str, str]:
        """Return ``path -> mode and SHA-256`` of every file, link and empty folder.

        Of their modes, only what git keeps counts.
        """
        filled = {entry.path.rpartition("/")[0] for entry in self.entries}
        leaves = [entry for entry in self.entries if entry.path not in filled]
        with ThreadPoolExecutor(_HASHERS) as pool:
            shares = [leaves[number::_HASHERS] for number in range(_HASHERS)]
            found = dict(pair for share in pool.map(_fingerprints, shares) for pair in share)
        if self.dockerfile:
            found[self.dockerfile] = hashlib.sha256(self.dockerfile_text.encode()).hexdigest()
        return found

    def pack(self, archive: Path) -> None:
        """Write what the build sees, and its Dockerfile, as a gzipped tar of owner root."""
        with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
            for entry in self._members():
                tar.add(entry.source, entry.path, recursive=False, filter=_anonymous)

    def lay_out(self, target: Path) -> None:
        """Make ``target`` the folder that a build on this machine reads.

        It is a link to the context, or where permissions are not those of git, or editors left
        something, a copy without either. A name of its own in any case: BuildKit keeps what it read
        from a name, and does not notice when only a folder's permissions change there.
        """
        members = self._members()
        if not self.leavings and all(entry.is_normal for entry in members):
            target.symlink_to(self.folder.absolute())
            return
        root = str(target)
        for path in ["", *(entry.path for entry in members if entry.is_folder)]:
            Path(root, path).mkdir()
            Path(root, path).chmod(0o755)  # whatever the umask says
        leaves = [entry for entry in members if not entry.is_folder]
        with ThreadPoolExecutor(_HASHERS) as pool:
            shares = [leaves[number::_HASHERS] for number in range(_HASHERS)]
            list(pool.map(partial(_copy_all, root), shares))

    def _members(self) -> list[Entry]:
        """Return the entries, the folders above them, and the two files that Docker always sends.

        Those two it sends even where they hide themselves, and applies them there.
        """
        seen = {entry.path for entry in self.entries}
        needed = {name for name in (self.dockerfile, self.ignore_file) if name}
        for path in [*seen, *needed]:
            above = path.rpartition("/")[0]
            while above and above not in needed:
                needed.add(above)
                above = above.rpartition("/")[0]
        more = (self.folder / path for path in needed - seen)
        others = [Entry(str(one.relative_to(self.folder)), str(one), one.lstat()) for one in more]
        return sorted([*self.entries, *others])


def read_context(folder: Path, dockerfile: str = "Dockerfile") -> BuildContext:
    """Return the context in ``folder``; raise ProblemList with all that keeps it from building."""
    if not folder.is_dir():
        raise ProblemList([_context_problem(folder)])
    text, problems = _read_dockerfile(folder, dockerfile)
    # A file beside the Dockerfile and named after it wins over the context's own.
    names = (f"{dockerfile}.dockerignore", ".dockerignore")
    rules, ignore_file = _read_rules(folder, names, problems)
    entries, leavings = list_entries(folder, rules, problems)
    if problems:
        raise ProblemList(problems)
    return BuildContext(folder, entries, dockerfile, text, ignore_file, leavings)


def read_named_context(folder: Path) -> BuildContext:
    """Return a folder that a Dockerfile reads by a name; raise ProblemList as `read_context`."""
    if not folder.is_dir():
        raise ProblemList([_context_problem(folder)])
    problems: list[Problem] = []
    rules, ignore_file = _read_rules(folder, (".dockerignore",), problems)
    entries, leavings = list_entries(folder, rules, problems)
    if problems:
        raise ProblemList(problems)
    return BuildContext(folder, entries, ignore_file=ignore_file, leavings=leavings)


def _own_platform() -> str:
    machine = os.uname().machine
    return f"linux/{_MACHINES.get(machine, machine)}"


def _context_problem(folder: Path) -> Problem:
    kind = "is not a folder" if folder.exists() else "does not exist"
    return Problem(f"the build context {kind}", str(folder), "set build.context to a folder")


def _read_dockerfile(folder: Path, name: str) -> tuple[str, list[Problem]]:
    path, remedy = folder / name, "name the file with build.dockerfile"
    where = str(path)
    if Path(name).is_absolute() or ".." in Path(name).parts:
        return "", [Problem("the Dockerfile lies outside of the build context", where, remedy)]
    if path.is_dir():
        return "", [Problem("the Dockerfile is a folder", where, remedy)]
    if not path.exists():
        return "", [Problem("the Dockerfile is missing", where, remedy)]
    if not path.is_file():  # to open a pipe would wait for a writer
        return "", [Problem("the Dockerfile is no regular file", where, remedy)]
    try:
        # As bytes: the line ends of a heredoc reach the image.
        text = path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as problem:
        return "", [Problem(f"the Dockerfile cannot be read: {problem}", where)]
    first = first_instruction(text)
    if first is None:
        return text, [Problem("the Dockerfile is empty", where, "begin it with FROM")]
    if first not in {"FROM", "ARG"}:
        return text, [Problem(f"the Dockerfile begins with {first}", where, "begin it with FROM")]
    return text, []


def _read_rules(
    folder: Path, names: Sequence[str], problems: list[Problem]
) -> tuple[IgnoreRules, str]:
    """Return the rules and the name of the file they come from, "" for none."""
    for name in names:
        path = folder / name
        if path.is_file():
            try:
                return parse_dockerignore(path.read_text(encoding="utf-8")), name
            except (OSError, ValueError) as problem:
                problems.append(Problem(str(problem), str(path)))
    return IgnoreRules(()), ""


def _copy_all(root: str, entries: Sequence[Entry]) -> None:
    for entry in entries:
        path = f"{root}/{entry.path}"
        if stat.S_ISLNK(entry.status.st_mode):
            os.symlink(os.readlink(entry.source), path)  # noqa: PTH211, PTH115 - as below
            continue
        if entry.is_normal:
            with suppress(OSError):  # another disk, or another's file
                os.link(entry.source, path)
                continue
        shutil.copyfile(entry.source, path)
        os.chmod(path, entry.mode)  # noqa: PTH101


def _fingerprints(entries: Sequence[Entry]) -> list[tuple[str, str]]:
    return [(entry.path, _fingerprint(entry)) for entry in entries]


def _fingerprint(entry: Entry) -> str:
    mode = entry.status.st_mode
    if stat.S_ISLNK(mode):
        return f"link {os.readlink(entry.source)}"  # noqa: PTH115 - a Path only for this is slow
    if entry.is_folder:
        return f"folder {entry.mode:o}"
    return f"{entry.mode:o} {_sha256(entry.source)}"


def _sha256(path: str) -> str:
    digest = hashlib.sha256()
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        while block := os.read(descriptor, _READ_BYTES):
            digest.update(block)
    finally:
        os.close(descriptor)
    return digest.hexdigest()


def _anonymous(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = 0
    info.uname = info.gname = "root"
    if not info.issym():
        info.mode = 0o755 if info.isdir() or info.mode & stat.S_IXUSR else 0o644
    return info
