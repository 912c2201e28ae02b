"""Show a build's steps on the controller's terminal while the module runs."""

from __future__ import annotations

import json
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from ansible.utils.display import Display

_TERMINAL_EVERY_SECONDS = 2.0
_PLAIN_EVERY_SECONDS = 10.0


class BuildWatch:
    """Follows the progress file of a build on this machine, and prints the steps under way.

    A remote host's builds are not followed: ``file`` is None there.
    """

    def __init__(self, connection: Any, task: Any) -> None:
        self.file: str | None = None
        self._local = connection.transport == "local" and not task.check_mode
        self._done = threading.Event()
        self._display = Display()
        self._every = _TERMINAL_EVERY_SECONDS if sys.stdout.isatty() else _PLAIN_EVERY_SECONDS
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self) -> BuildWatch:
        if self._local:
            self._folder = tempfile.TemporaryDirectory()
            self.file = str(Path(self._folder.name) / "progress.json")
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        if self._local:
            self._thread.join()
            self._folder.cleanup()

    def _follow(self) -> None:
        while not self._done.wait(self._every):
            for line in read_steps(Path(str(self.file)), time.time()):
                self._display.display(line)


def read_steps(file: Path, now: float) -> list[str]:
    """Return a line a running step: image, step, its seconds so far; none before the first."""
    try:
        steps = json.loads(file.read_text())
    except (OSError, ValueError):
        return []  # not begun, or caught in the middle of a write
    return [f"  {s['target']}: {s['step']} ({max(0.0, now - s['started']):.0f} s)" for s in steps]
