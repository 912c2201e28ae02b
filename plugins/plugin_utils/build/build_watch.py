"""Show a build's steps on the controller's terminal while the module runs, wherever it runs."""

from __future__ import annotations

import contextlib
import copy
import json
import os
import re
import shlex
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from ansible.utils.display import Display

_TERMINAL_EVERY_SECONDS = 1.5
_LINE_LENGTH = 90
_PLAIN_EVERY_SECONDS = 10.0
_TICK_SECONDS = 0.5
# Asked when the play loads this file: the process that runs a task has no terminal any more.
_ON_TERMINAL = sys.stdout.isatty()


class BuildWatch:
    """Follows the progress file of a build on any host, and prints the steps under way.

    ``file`` is where the module shall write them: given for a remote host, a folder of our own on
    this machine. When the play itself is killed, the task ends, and its build with it.
    """

    def __init__(self, connection: Any, remote_file: str | None = None, prefix: str = "") -> None:
        self._folder = None if remote_file else tempfile.TemporaryDirectory()
        self.file = remote_file or str(Path(self._folder.name if self._folder else "") / "steps")
        self._read = _remote_reader(connection, remote_file) if remote_file else self._read_here
        self._prefix = prefix
        self._done = threading.Event()
        self._display = Display()
        self._every = _TERMINAL_EVERY_SECONDS if _ON_TERMINAL else _PLAIN_EVERY_SECONDS
        self._play = os.getppid()
        self._threads = [
            threading.Thread(target=target, daemon=True) for target in (self._follow, self._attend)
        ]

    def __enter__(self) -> BuildWatch:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()
        if self._folder is not None:
            self._folder.cleanup()

    def _follow(self) -> None:
        due = time.monotonic() + self._every
        while not self._done.wait(max(0.0, due - time.monotonic())):
            due = time.monotonic() + self._every
            # Not begun, or a line that was cut: the build goes on without an onlooker.
            with contextlib.suppress(Exception):
                for line in steps_under_way(*self._read()):
                    self._display.display(f"  {self._prefix}{line}")

    def _attend(self) -> None:
        while not self._done.wait(_TICK_SECONDS):
            if os.getppid() != self._play:
                os.kill(os.getpid(), signal.SIGTERM)
                return

    def _read_here(self) -> tuple[str, float]:
        return Path(self.file).read_text(), time.time()


def steps_under_way(text: str, now: float) -> list[str]:
    """Return a line a running step: image, step, its seconds so far."""
    steps = json.loads(text) if text.strip() else []
    return [
        f"{s['target']}: {in_a_line(s['step'])} ({max(0.0, now - s['started']):.0f} s)"
        for s in steps
    ]


def in_a_line(step: str) -> str:
    """Return a step's name without its mounts, at most 90 characters long."""
    bare = " ".join(re.sub(r"--mount=\S+", "", step).split())
    return bare if len(bare) <= _LINE_LENGTH else f"{bare[: _LINE_LENGTH - 3]}..."


def _remote_reader(connection: Any, file: str) -> Callable[[], tuple[str, float]]:
    """Return what reads the file, and the host's own clock, by a connection of its own."""
    second = copy.copy(connection)
    second.set_become_plugin(None)  # it is the task's user who owns the folder
    command = f"date +%s && cat {shlex.quote(file)}"

    def read() -> tuple[str, float]:
        code, out, _err = second.exec_command(command, sudoable=False)
        clock, _, text = out.decode().partition("\n")
        return ("", 0.0) if code else (text, float(clock))

    return read
