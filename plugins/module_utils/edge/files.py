"""Files on the managed host: private from their first moment, replaced whole, one writer a time."""

from __future__ import annotations

import fcntl
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


def ensure_private_folder(path: Path) -> bool:
    """Make ``path`` a folder of mode 0700; return whether that changed anything."""
    with _explained(path):
        if path.is_dir():
            return ensure_mode(path, PRIVATE_FOLDER)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=PRIVATE_FOLDER)
        ensure_mode(path, PRIVATE_FOLDER)
        return True


def has_mode(path: Path, mode: int) -> bool:
    """Tell whether ``path`` exists with exactly this mode."""
    try:
        return stat.S_IMODE(path.lstat().st_mode) == mode
    except OSError:
        return False


def ensure_mode(path: Path, mode: int) -> bool:
    """Give an existing ``path`` this mode; return whether it had another one."""
    if has_mode(path, mode):
        return False
    with _explained(path):
        path.chmod(mode)
    return True


def read_text(path: Path) -> str | None:
    """Return a file's text, None when there is no file; undecodable bytes become U+FFFD."""
    with _explained(path):
        try:
            return path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return None


def read_start(path: Path, count: int) -> bytes:
    """Return the first ``count`` bytes of a file, however large it is."""
    with _explained(path), path.open("rb") as file:
        return file.read(count)


def write_private(path: Path, text: str | bytes) -> None:
    """Replace ``path`` by ``text``, mode 0600: whole or not at all, also when the power goes."""
    raw = text if isinstance(text, bytes) else text.encode()
    fresh = _fresh(path)
    with _explained(path):
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                os.fchmod(stream.fileno(), PRIVATE_FILE)
                stream.write(raw)
                stream.flush()
                os.fsync(stream.fileno())
            fresh.replace(path)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)


def move_aside(path: Path) -> Path:
    """Rename an unusable file so that it can be looked at, and return its new path."""
    aside = path.with_name(f"{path.name}.unreadable")
    with _explained(path):
        path.replace(aside)
        aside.chmod(PRIVATE_FILE)
    return aside


@contextmanager
def exclusive(
    folder: Path,
    wait_seconds: float = 60,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
    holder: Callable[[Path], str] | None = None,
) -> Iterator[None]:
    """Hold the lock of ``folder``; it dies with the process and leaves no file behind.

    Raises StackError naming the holder when it is not free within ``wait_seconds``.
    """
    deadline = clock() + wait_seconds
    while (descriptor := _locked(folder)) is None:
        if clock() >= deadline:
            raise StackError(
                f"another run holds the lock since over {wait_seconds:.0f} s: "
                f"{(holder or _holder)(folder)}",
                where=str(folder),
                remedy="wait for it, or end that process",
            )
        sleep(0.1)
    try:
        yield
    finally:
        os.close(descriptor)


def _locked(folder: Path) -> int | None:
    """Return a descriptor that holds the lock, None while another process does."""
    with _explained(folder):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    if _try_lock(descriptor) and _is_still(folder, descriptor):
        return descriptor
    os.close(descriptor)
    return None


def _is_still(folder: Path, descriptor: int) -> bool:
    """Tell whether ``folder`` is the one that was opened, and no newer one of its name."""
    with suppress(FileNotFoundError):
        return os.path.samestat(folder.stat(), os.fstat(descriptor))
    return False


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(folder: Path) -> str:
    """Return the process that holds the lock of ``folder``, as /proc/locks tells it."""
    inode = str(folder.stat().st_ino)
    with suppress(OSError):
        for line in Path("/proc/locks").read_text(encoding="ascii").splitlines():
            words = line.split()
            if "->" not in words and words[1] == "FLOCK" and words[5].rpartition(":")[2] == inode:
                name = Path(f"/proc/{words[4]}/comm").read_text(encoding="utf-8").strip()
                return f"{name} (pid {words[4]})"
    return "an unknown process"


def _fresh(path: Path) -> Path:
    return path.with_name(f".{path.name}.new")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise StackError(reason, where=str(path), remedy=_remedy(error)) from None


def _remedy(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "run with become: true, or choose a stack_state_dir this user may write"
    return "see what lies there and whether the disk is full"
