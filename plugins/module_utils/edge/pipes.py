"""Files of any size through commands: piece by piece, and whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import select
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import last_line
from ansible_collections.todo.stack.plugins.module_utils.edge.files import PRIVATE_FILE
from ansible_collections.todo.stack.plugins.module_utils.edge.process import (
    ended_with_parent,
    nobody_listens,
)

_PIECE_BYTES = 1 << 20
_LOOK_SECONDS = 0.2
_TOLD_BYTES = 4000

Command = Sequence[str]
Gone = Callable[[], bool]


@dataclass(frozen=True)
class Written:
    """A file that was written: its size, and its SHA-256 in hexadecimal."""

    bytes: int
    sha256: str


def write_output(commands: Sequence[Command], target: Path, gone: Gone = nobody_listens) -> Written:
    """Write what the last of the ``commands`` puts out, each one's output being the next's input.

    The new file has the mode 0600 from its first moment. Raises StackError if one of the commands
    fails or the disk is full; then there is no file.
    """
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
        try:
            with os.fdopen(descriptor, "wb") as file:
                os.fchmod(file.fileno(), PRIVATE_FILE)
                with _running(commands, subprocess.DEVNULL, subprocess.PIPE) as last:
                    assert last.stdout is not None  # noqa: S101 - it is a pipe
                    written = _copied(last.stdout, file, gone)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            target.unlink(missing_ok=True)
            raise
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        what = "the disk is full" if full else (error.strerror or type(error).__name__).lower()
        remedy = "make room there, run again" if full else "see what lies there"
        raise StackError(what, where=str(target.parent), remedy=remedy) from None
    return written


def feed(source: Path, commands: Sequence[Command], gone: Gone = nobody_listens) -> None:
    """Give a file to the first of the ``commands``; raise StackError if one of them fails."""
    try:
        file = source.open("rb")
    except OSError as error:
        raise StackError((error.strerror or "").lower(), where=str(source)) from None
    with file, _running(commands, file, subprocess.DEVNULL) as last:
        while True:
            try:
                last.wait(_LOOK_SECONDS)
                break
            except subprocess.TimeoutExpired:
                _refuse_gone(gone)


@contextmanager
def packed(target: Path) -> Iterator[IO[bytes]]:
    """Yield a file whose content goes compressed into the new file ``target``, if all goes well.

    With what is quickest of what is here; engines unpack both when they load an archive.
    """
    command = ["zstd", "-3", "--quiet"] if shutil.which("zstd") else ["gzip", "-6"]
    reading, writing = os.pipe()
    try:
        with (
            target.open("xb") as file,
            os.fdopen(reading, "rb") as source,
            os.fdopen(writing, "wb") as sink,
            _running([command], source, file.fileno()),
            # What it ended of is told by its own complaint.
            suppress(BrokenPipeError),
        ):
            source.close()
            try:
                yield sink
            finally:
                sink.close()
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def digest(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal, "" where there is no file."""
    found = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE_BYTES):
                found.update(piece)
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise StackError((error.strerror or "").lower(), where=str(path)) from None
    return found.hexdigest()


def _copied(source: IO[bytes], target: IO[bytes], gone: Gone) -> Written:
    found, size = hashlib.sha256(), 0
    while True:
        _refuse_gone(gone)
        if not select.select([source], [], [], _LOOK_SECONDS)[0]:
            continue
        piece = os.read(source.fileno(), _PIECE_BYTES)
        if not piece:
            break
        found.update(piece)
        size += len(piece)
        target.write(piece)
    return Written(size, found.hexdigest())


def _refuse_gone(gone: Gone) -> None:
    if gone():
        raise StackError("it was stopped: the play that asked for it is gone")


@contextmanager
def _running(
    commands: Sequence[Command], stdin: int | IO[bytes], stdout: int
) -> Iterator[subprocess.Popen[bytes]]:
    """Run commands as a pipeline and yield the last; raise StackError unless all have ended well.

    Whatever happens meanwhile, none of them is left running.
    """
    # What they complain of takes no room on a disk that may be full.
    told = [os.memfd_create("stderr") for _ in commands]
    started: list[subprocess.Popen[bytes]] = []
    try:
        for command, complaint in zip(commands, told):
            end = stdout if len(started) == len(commands) - 1 else subprocess.PIPE
            started.append(_start(command, stdin, end, complaint))
            if len(started) > 1 and (before := started[-2].stdout):
                before.close()  # so that a writer hears of its reader's end
            stdin = started[-1].stdout or stdin
        yield started[-1]
        codes = [one.wait() for one in started]
        if any(codes):
            said = [_failure(*each) for each in zip(commands, codes, told) if each[1]]
            raise StackError("; ".join(said), remedy="see the message, run again")
    finally:
        for one in started:
            if one.poll() is None:
                one.kill()
                one.wait()
            if one.stdout:
                one.stdout.close()
        for complaint in told:
            os.close(complaint)


def _start(
    command: Command, stdin: int | IO[bytes], stdout: int, stderr: int
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            list(command),
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            preexec_fn=ended_with_parent(),  # noqa: PLW1509 - no thread of ours runs
        )
    except OSError as error:
        raise StackError(f"{command[0]}: {(error.strerror or '').lower()}") from None


def _failure(command: Command, code: int, complaint: int) -> str:
    size = os.fstat(complaint).st_size
    text = os.pread(complaint, _TOLD_BYTES, max(0, size - _TOLD_BYTES)).decode("utf-8", "replace")
    return last_line(text) or f"{command[0]} ended with code {code}"
