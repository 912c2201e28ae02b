"""Run a command whose output is read while it runs, within a time limit."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence

_GRACE_SECONDS = 5.0


class TimeLimitError(Exception):
    """The command was stopped at its time limit."""


def stream(
    argv: Sequence[str],
    *,
    stdin: str,
    environment: Mapping[str, str],
    on_line: Callable[[str], None],
    time_limit: float | None = None,
) -> int:
    """Return the exit code; every line of standard error goes to ``on_line`` as it comes.

    Raises TimeLimitError after stopping the command, which runs longer than ``time_limit``
    seconds. The command ends with this process, whether that is interrupted or terminated.
    """
    process = subprocess.Popen(
        list(argv),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, **environment},
        text=True,
        errors="replace",
        # The CLI runs its plugins as children: only as a group are they all reached.
        start_new_session=True,
    )
    stopped = threading.Event()
    timer = threading.Timer(time_limit or 0, _stop, (process, stopped))
    timer.daemon = True
    try:
        with _terminated_as_interrupted():
            if time_limit is not None:
                timer.start()
            code = _converse(process, stdin, on_line)
    finally:
        timer.cancel()
        if process.poll() is None:
            _stop(process, stopped)
    if stopped.is_set():
        raise TimeLimitError
    return code


def _converse(process: subprocess.Popen[str], stdin: str, on_line: Callable[[str], None]) -> int:
    assert process.stdin is not None and process.stderr is not None  # noqa: S101 - both are pipes
    # A command that refuses its arguments ends before it has read its input.
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(stdin)
        process.stdin.close()
    for line in process.stderr:
        on_line(line)
    return process.wait()


def _stop(process: subprocess.Popen[str], stopped: threading.Event) -> None:
    stopped.set()
    # An interrupt lets the client tell the builder to cancel.
    _signal_all(process, signal.SIGINT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE_SECONDS)
    _signal_all(process, signal.SIGKILL)


def _signal_all(process: subprocess.Popen[str], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


@contextlib.contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
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


def _interrupt(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)
