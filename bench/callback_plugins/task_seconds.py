"""Writes the seconds of each task of a run, as JSON, to the file that TASK_SECONDS names."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: task_seconds
type: aggregate
short_description: Write the seconds of each task to a file
description: The file is named by the environment variable TASK_SECONDS.
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]
    """Notes when each task begins: the one before has then ended."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "task_seconds"

    def __init__(self) -> None:
        super().__init__()
        self._begun: list[tuple[str, float]] = []

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        """Note a task's begin."""
        del is_conditional
        self._begun.append((task.get_name(), time.monotonic()))

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """Write what was noted."""
        del stats
        ends = [begun for _name, begun in self._begun[1:]] + [time.monotonic()]
        rows = [
            {"task": name, "seconds": round(end - begun, 3)}
            for (name, begun), end in zip(self._begun, ends, strict=True)
        ]
        Path(os.environ["TASK_SECONDS"]).write_text(json.dumps(rows))
