"""Run a command whose output is read while it runs, and which ends when its reason to run does."""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import IO

_GRACE_SECONDS = 5.0
_LOOK_SECONDS = 0.2
_STANDARD_OUTPUT = 1
_SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)

Halt = Callable[[], "Exception | None"]


def run(
    args: list[str],
    /,
    *,
    data: str | None = None,
    environ_update: Mapping[str, str] | None = None,
) -> tuple[int, str, str]:
    """Return exit code, standard output and standard error; 127 for a program that is not there.

    Unlike Ansible's own it may be called from several threads at once.
    """
    try:
        done = subprocess.run(
            args,
            input=data,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            env={**os.environ, "LC_ALL": "C.UTF-8", **(environ_update or {})},
            check=False,
        )
    except OSError as problem:
        return 127, "", f"{args[0]}: {problem.strerror}"
    return done.returncode, done.stdout, done.stderr


@contextlib.contextmanager
def output_of(argv: Sequence[str]) -> Iterator[IO[bytes]]:
    """Yield what a command writes to its standard output, as it comes."""
    with subprocess.Popen(list(argv), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        yield process.stdout


def stream(
    argv: Sequence[str],
    *,
    stdin: str,
    environment: Mapping[str, str],
    on_line: Callable[[str], None],
    halt: Halt = lambda: None,
) -> int:
    """Return the exit code; every line of standard error goes to ``on_line`` as it comes.

    ``halt`` is asked several times a second, and what it returns is raised once the command was
    stopped. The command ends with this process: interrupted, terminated or killed.
    """
    process = _start(argv, environment)
    found: list[Exception] = []
    ended = threading.Event()
    guard = threading.Thread(target=_guard, args=(process, halt, ended, found), daemon=True)
    # Before signals unwind the stack: one that hits a thread's start would leave its lock held.
    guard.start()
    try:
        with terminated_as_interrupted():
            code = _converse(process, stdin, on_line)
    finally:
        ended.set()
        if process.poll() is None:
            _stop(process)
        guard.join()
    if found:
        raise found[0]
    return code


def nobody_listens() -> bool:
    """Tell whether the reader of this process's output is gone: the play killed, the line cut."""
    poll = select.poll()
    poll.register(_STANDARD_OUTPUT, 0)
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))


def _start(argv: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        list(argv),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, **environment},
        text=True,
        errors="replace",
        # The CLI runs its plugins as children: only as a group are they all reached.
        start_new_session=True,
        preexec_fn=ended_with_parent(),  # noqa: PLW1509 - before any thread of ours
    )


def ended_with_parent() -> Callable[[], None]:
    """Return what lets a child be interrupted, and terminated when this process is killed."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)

    def ask() -> None:
        # A shell's background job ignores interrupts, and hands that on; ours must be heard.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if prctl is not None:
            prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)

    return ask


def _guard(
    process: subprocess.Popen[str], halt: Halt, ended: threading.Event, found: list[Exception]
) -> None:
    while not ended.wait(_LOOK_SECONDS):
        reason = halt()
        if reason is not None:
            found.append(reason)
            _stop(process)
            return


def _converse(process: subprocess.Popen[str], stdin: str, on_line: Callable[[str], None]) -> int:
    assert process.stdin is not None and process.stderr is not None  # noqa: S101 - both are pipes
    # A command that refuses its arguments ends before it has read its input.
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(stdin)
        process.stdin.close()
    for line in process.stderr:
        on_line(line)
    return process.wait()


def _stop(process: subprocess.Popen[str]) -> None:
    # An interrupt lets the client tell the builder to cancel.
    _signal_all(process, signal.SIGINT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE_SECONDS)
    _signal_all(process, signal.SIGKILL)


def _signal_all(process: subprocess.Popen[str], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


@contextlib.contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """Let a termination unwind the stack: the command has a session of its own to be stopped."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, _interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Let no signal but SIGKILL end what must not be left half done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)
