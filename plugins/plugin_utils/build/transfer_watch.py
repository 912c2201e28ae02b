"""Show how many bytes of a file have gone, or come, while its transfer lasts."""

from __future__ import annotations

import copy
import json
import shlex
import time
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.plugin_utils.build.build_watch import BuildWatch


class TransferWatch(BuildWatch):
    """Follows a file that grows to ``whole`` bytes: here, or on the host of a connection."""

    def __init__(self, connection: Any, file: str, whole: int, prefix: str, *, here: bool) -> None:
        super().__init__(connection, None, prefix)
        self._growing, self._whole, self._here = file, whole, here
        self._begun = time.time()
        # A connection of its own: the task's is busy with the transfer.
        self._second = copy.copy(connection)
        self._second.set_become_plugin(None)

    def _read_here(self) -> tuple[str, float]:
        done = Path(self._growing).stat().st_size if self._here else self._asked()
        step = f"{done / 1e6:.1f} of {self._whole / 1e6:.1f} MB"
        way = "from the builder" if self._here else "to the host"
        told = {"target": f"images {way}", "step": step, "started": self._begun}
        return json.dumps([told]), time.time()

    def _asked(self) -> int:
        command = f"stat -c %s {shlex.quote(self._growing)}"
        _code, out, _err = self._second.exec_command(command, sudoable=False)
        return int(out)
