"""BuildKit's structured progress (`--progress=rawjson`), read into steps and their seconds."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass
class Step:
    """One vertex of the build: times as BuildKit reports them, in seconds since the epoch."""

    name: str
    started: float | None = None
    completed: float | None = None
    cached: bool = False
    error: str = ""

    @property
    def seconds(self) -> float:
        """How long the step ran; 0 for one that never did."""
        if self.started is None or self.completed is None:
            return 0.0
        return max(0.0, self.completed - self.started)

    @property
    def running(self) -> bool:
        """Whether the step has started and not ended."""
        return self.started is not None and self.completed is None


@dataclass
class BuildProgress:
    """What a stream of progress lines has told so far; ``feed`` takes the next line.

    ``clock_jump`` is by how many seconds the time of day, which BuildKit tells, has been set
    forward since the build began. Times are kept as if it never had.
    """

    targets: tuple[str, ...]
    steps: dict[str, Step] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)
    logs: dict[str, list[str]] = field(default_factory=dict)
    pending: str = ""
    clock_jump: float = 0.0
    times: dict[str, float] = field(default_factory=dict)

    def feed(self, line: str) -> None:
        """Take one line; what is no JSON is a message of the CLI itself.

        Older releases spread an object over many lines, newer ones write it on one.
        """
        if not self.pending and not line.startswith("{"):
            if line.strip():
                self.messages.append(line.strip())
            return
        self.pending += line
        if not line.rstrip("\n").endswith("}") or line.startswith(" "):
            return
        try:
            event = json.loads(self.pending)
        except ValueError:
            self.messages.append(self.pending.strip())
            event = {}
        self.pending = ""
        for vertex in event.get("vertexes") or ():
            self._vertex(vertex)
        for entry in event.get("logs") or ():
            self._log(entry)

    def target_steps(self, target: str) -> list[Step]:
        """Return the steps of one target in the order they were announced."""
        return [step for step in list(self.steps.values()) if self._target_of(step.name) == target]

    def seconds(self, target: str) -> float:
        """Return the span from the target's first start to its last end."""
        steps = self.target_steps(target)
        started = [step.started for step in steps if step.started is not None]
        ended = [step.completed for step in steps if step.completed is not None]
        return max(0.0, max(ended) - min(started)) if started and ended else 0.0

    def under_way(self) -> list[tuple[str, Step]]:
        """Return the steps now running, each with its target."""
        return [(self._target_of(s.name), s) for s in list(self.steps.values()) if s.running]

    def failed_step(self) -> tuple[Step, list[str]] | None:
        """Return the step that failed on its own account, and the end of its output."""
        for digest, step in self.steps.items():
            if step.error and "context canceled" not in step.error:
                return step, self.logs.get(digest, [])[-20:]
        return None

    def bare_name(self, step: Step) -> str:
        """Return a step's name without its target."""
        target = self._target_of(step.name)
        return step.name.replace(f"[{target} ", "[", 1) if len(self.targets) > 1 else step.name

    def _target_of(self, name: str) -> str:
        # With one target BuildKit's names carry no prefix.
        if len(self.targets) == 1:
            return self.targets[0]
        word = name[1:].split(" ", 1)[0].rstrip("]") if name.startswith("[") else ""
        return word if word in self.targets else ""

    def _vertex(self, vertex: Mapping[str, Any]) -> None:
        step = self.steps.setdefault(str(vertex["digest"]), Step(str(vertex.get("name", ""))))
        # A vertex may run in several spans, a look at the cache and the work: keep the whole.
        started, completed = self._time(vertex.get("started")), self._time(vertex.get("completed"))
        if started is not None:
            step.started = started if step.started is None else min(step.started, started)
            step.completed = completed
        step.cached = step.cached or bool(vertex.get("cached"))
        step.error = str(vertex.get("error") or "") or step.error

    def _time(self, text: object) -> float | None:
        time = parse_time(text)
        # It is told again with later events, when the clock may have been set.
        return None if time is None else self.times.setdefault(str(text), time - self.clock_jump)

    def _log(self, entry: Mapping[str, Any]) -> None:
        text = base64.b64decode(entry.get("data") or "").decode(errors="replace")
        self.logs.setdefault(str(entry.get("vertex")), []).extend(text.splitlines())


def parse_time(text: object) -> float | None:
    """Return an RFC 3339 time with up to nanoseconds as seconds since the epoch, None for none."""
    if not isinstance(text, str) or not text:
        return None
    # Python 3.9 reads at most six digits of a second, and no "Z".
    head, _, tail = text.replace("Z", "+00:00").partition(".")
    zone = tail.lstrip("0123456789")
    digits = tail.removesuffix(zone)
    whole = datetime.fromisoformat(head + zone).timestamp()
    return whole + (int(digits) / 10 ** len(digits) if digits else 0.0)
