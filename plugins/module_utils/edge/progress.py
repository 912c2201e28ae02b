"""What is under way, told in a file to whoever watches: the controller reads it while we run."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any


def tell(file: Path | None, steps: Sequence[Mapping[str, Any]]) -> None:
    """Write the steps: each ``target``, ``step``, and when it ``started``, in seconds of the epoch.

    The reader may be another user, and must never find half of them.
    """
    if file is None:
        return
    with suppress(OSError):  # nothing fails for want of onlookers
        fresh = file.with_suffix(".new")
        fresh.write_text(json.dumps(list(steps)))
        fresh.chmod(0o644)
        fresh.replace(file)


def silence(file: Path | None) -> None:
    """Say that nothing is under way any more."""
    if file is not None:
        with suppress(OSError):
            file.unlink(missing_ok=True)


class UnderWay:
    """What several threads do at the same time, told together for as long as it lasts."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._steps: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()

    @contextmanager
    def doing(self, target: str, step: str) -> Iterator[None]:
        """Tell a step of ``target`` until it has ended."""
        self._tell(target, {"target": target, "step": step, "started": time.time()})
        try:
            yield
        finally:
            self._tell(target, None)

    def _tell(self, target: str, step: dict[str, Any] | None) -> None:
        with self._lock:
            self._steps.pop(target, None)
            self._steps |= {target: step} if step else {}
            if self._steps:
                tell(self._file, list(self._steps.values()))
            else:
                silence(self._file)
