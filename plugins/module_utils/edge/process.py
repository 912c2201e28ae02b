"""Run a command whose output is read while it runs, within a time limit."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence

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
    seconds.
    """
    process = subprocess.Popen(
        list(argv),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, **environment},
        text=True,
        errors="replace",
    )
    assert process.stdin is not None and process.stderr is not None  # noqa: S101 - both are pipes
    stopped = threading.Event()
    timer = threading.Timer(time_limit or 0, _stop, (process, stopped))
    timer.daemon = True
    if time_limit is not None:
        timer.start()
    try:
        # A command that refuses its arguments ends before it has read its input.
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(stdin)
            process.stdin.close()
        for line in process.stderr:
            on_line(line)
        code = process.wait()
    finally:
        timer.cancel()
        if process.poll() is None:
            _stop(process, stopped)
    if stopped.is_set():
        raise TimeLimitError
    return code


def _stop(process: subprocess.Popen[str], stopped: threading.Event) -> None:
    stopped.set()
    # An interrupt lets the client tell the builder to cancel.
    process.send_signal(signal.SIGINT)
    try:
        process.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
