"""A build context on the controller: read as the build will see it, hashed as streams, packed."""

from __future__ import annotations

import hashlib
import os
import stat
import tarfile
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.todo.stack.plugins.module_utils.errors import Problem, ProblemList
from ansible_collections.todo.stack.plugins.module_utils.image.dockerfile import (
    base_images,
    first_instruction,
)
from ansible_collections.todo.stack.plugins.module_utils.image.dockerignore import (
    IgnoreRules,
    Verdict,
    parse_dockerignore,
)

MAX_FILES = 50_000
MAX_BYTES = 2_000_000_000
_LARGEST_SHOWN = 5


@dataclass(frozen=True)
class Entry:
    """A path the build can see: a file, a folder or a link."""

    path: str
    source: Path
    status: os.stat_result


@dataclass(frozen=True)
class BuildContext:
    """A build context without its file contents."""

    folder: Path
    dockerfile: str
    dockerfile_text: str
    entries: tuple[Entry, ...]
    ignore_file: str = ""

    def bases(self, args: Mapping[str, str], target: str | None) -> list[str]:
        """Return the image references the build starts from."""
        return base_images(self.dockerfile_text, args, target)

    def fingerprints(self) -> dict[str, str]:
        """Return ``path -> mode and SHA-256`` of every file, link and empty folder."""
        filled = {entry.path.rpartition("/")[0] for entry in self.entries}
        leaves = [entry for entry in self.entries if entry.path not in filled]
        with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            digests = pool.map(_fingerprint, leaves, chunksize=64)
            found = dict(zip((entry.path for entry in leaves), digests))
        dockerfile = hashlib.sha256(self.dockerfile_text.encode()).hexdigest()
        return {**found, self.dockerfile: dockerfile}

    def pack(self, archive: Path) -> None:
        """Write what the build sees, and its Dockerfile, as a gzipped tar of owner root."""
        with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
            for entry in self.entries:
                tar.add(entry.source, entry.path, recursive=False, filter=_anonymous)
            # Docker sends these two even where they hide themselves, and applies them there.
            packed = {entry.path for entry in self.entries}
            for name in (self.dockerfile, self.ignore_file):
                if name and name not in packed:
                    tar.add(self.folder / name, name, filter=_anonymous)


def read_context(folder: Path, dockerfile: str = "Dockerfile") -> BuildContext:
    """Return the context in ``folder``; raise ProblemList with all that keeps it from building."""
    if not folder.is_dir():
        raise ProblemList([_context_problem(folder)])
    text, problems = _read_dockerfile(folder / dockerfile)
    rules, ignore_file = _read_rules(folder, dockerfile, problems)
    entries: list[Entry] = []
    for entry in _walk(folder, "", rules, rules.root, problems):
        entries.append(entry)
        if len(entries) > MAX_FILES:
            problems.append(_too_many(folder, entries))
            break
    problems.extend(_too_large(folder, entries))
    if problems:
        raise ProblemList(problems)
    entries.sort(key=lambda entry: entry.path)
    return BuildContext(folder, dockerfile, text, tuple(entries), ignore_file)


def _context_problem(folder: Path) -> Problem:
    kind = "is not a folder" if folder.exists() else "does not exist"
    return Problem(f"the build context {kind}", str(folder), "set build.context to a folder")


def _read_dockerfile(path: Path) -> tuple[str, list[Problem]]:
    where, remedy = str(path), "name the file with build.dockerfile"
    if path.is_dir():
        return "", [Problem("the Dockerfile is a folder", where, remedy)]
    if not path.exists():
        return "", [Problem("the Dockerfile is missing", where, remedy)]
    if not path.is_file():  # to open a pipe would wait for a writer
        return "", [Problem("the Dockerfile is no regular file", where, remedy)]
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as problem:
        return "", [Problem(f"the Dockerfile cannot be read: {problem}", where)]
    first = first_instruction(text)
    if first is None:
        return text, [Problem("the Dockerfile is empty", where, "begin it with FROM")]
    if first not in {"FROM", "ARG"}:
        return text, [Problem(f"the Dockerfile begins with {first}", where, "begin it with FROM")]
    return text, []


def _read_rules(folder: Path, dockerfile: str, problems: list[Problem]) -> tuple[IgnoreRules, str]:
    """Return the rules and the name of the file they come from, "" for none."""
    # A file beside the Dockerfile and named after it wins over the context's own.
    for name in (f"{dockerfile}.dockerignore", ".dockerignore"):
        path = folder / name
        if path.is_file():
            try:
                return parse_dockerignore(path.read_text()), name
            except (OSError, ValueError) as problem:
                problems.append(Problem(str(problem), str(path)))
    return IgnoreRules(()), ""


def _walk(
    folder: Path, at: str, rules: IgnoreRules, above: Verdict, problems: list[Problem]
) -> Iterator[Entry]:
    try:
        found = list(os.scandir(folder / at))
    except OSError as problem:
        problems.append(Problem(f"cannot be read: {problem.strerror}", str(folder / at)))
        return
    for item in found:
        path = f"{at}/{item.name}" if at else item.name
        verdict = rules.judge(path, above)
        if not verdict.ignored:
            entry = Entry(path, Path(item.path), item.stat(follow_symlinks=False))
            fault = _entry_problem(folder, entry)
            if fault is None:
                yield entry
            else:
                problems.append(fault)
        if item.is_dir(follow_symlinks=False) and not (verdict.ignored and rules.can_prune):
            yield from _walk(folder, path, rules, verdict, problems)


def _entry_problem(folder: Path, entry: Entry) -> Problem | None:
    mode, where = entry.status.st_mode, str(entry.source)
    remedy = "remove it or list it in .dockerignore"
    if stat.S_ISLNK(mode):
        aim = Path(os.path.abspath(entry.source.parent / entry.source.readlink()))  # noqa: PTH100
        inside = aim.is_relative_to(os.path.abspath(folder))  # noqa: PTH100 - resolve() follows links
        return None if inside else Problem("links out of the build context", where, remedy)
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        return Problem("is a pipe, socket or device, which no image can hold", where, remedy)
    if not os.access(entry.source, os.R_OK):
        return Problem("cannot be read by this user", where, f"chmod it, or {remedy}")
    return None


def _too_many(folder: Path, entries: list[Entry]) -> Problem:
    tops = Counter(entry.path.partition("/")[0] for entry in entries).most_common(_LARGEST_SHOWN)
    shown = ", ".join(f"{path} ({count:,})" for path, count in tops)
    what = f"the build context holds more than {MAX_FILES:,} files: {shown}"
    return Problem(what, str(folder), "list what the build does not need in .dockerignore")


def _too_large(folder: Path, entries: list[Entry]) -> list[Problem]:
    files = [entry for entry in entries if stat.S_ISREG(entry.status.st_mode)]
    total = sum(entry.status.st_size for entry in files)
    if total <= MAX_BYTES:
        return []
    files.sort(key=lambda entry: entry.status.st_size, reverse=True)
    largest = ", ".join(f"{e.path} ({e.status.st_size:,} bytes)" for e in files[:_LARGEST_SHOWN])
    what = f"the build context holds {total:,} bytes, over the limit of {MAX_BYTES:,}: {largest}"
    return [Problem(what, str(folder), "list what the build does not need in .dockerignore")]


def _fingerprint(entry: Entry) -> str:
    if stat.S_ISLNK(entry.status.st_mode):
        return f"link {entry.source.readlink()}"
    if stat.S_ISDIR(entry.status.st_mode):
        return f"folder {stat.S_IMODE(entry.status.st_mode):o}"
    with entry.source.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return f"{stat.S_IMODE(entry.status.st_mode):o} {digest}"


def _anonymous(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = 0
    info.uname = info.gname = "root"
    return info
