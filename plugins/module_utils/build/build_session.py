"""One session with the builder: its progress as it comes, told on, and its reasons to stop."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.build.bake import (
    BAKE_ENVIRONMENT,
    bake_argv,
)
from ansible_collections.todo.stack.plugins.module_utils.build.failure import (
    build_failure,
    too_slow,
)
from ansible_collections.todo.stack.plugins.module_utils.build.progress import BuildProgress
from ansible_collections.todo.stack.plugins.module_utils.build.spec import ImageSpec
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge.process import (
    nobody_listens,
    stream,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.progress import silence, tell


class BuildSession:
    """Builds one or several images by one `buildx bake`, each within its own time."""

    def __init__(
        self,
        specs: Sequence[ImageSpec],
        progress_file: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
        time_of_day: Callable[[], float] = time.time,
    ) -> None:
        self.progress = BuildProgress(tuple(spec.service for spec in specs))
        self._limits = {spec.service: spec.budget.seconds for spec in specs}
        self._secrets = {k: v for s in specs for k, v in s.options.environment(s.service).items()}
        self._progress_file = progress_file
        self._clock = clock
        self._time_of_day = time_of_day
        self._begun: dict[str, float] = {}
        self._told: list[dict[str, Any]] = []

    def run(self, definition: Mapping[str, Any], metadata_file: Path) -> dict[str, Any]:
        """Return the builder's metadata by service; raise StackError for a failed build."""
        self._start = self._clock()
        self._start_of_day = self._time_of_day()
        try:
            code = stream(
                bake_argv(str(metadata_file)),
                stdin=json.dumps(definition),
                environment={**BAKE_ENVIRONMENT, **self._secrets},
                on_line=self._listen,
                halt=self._halt,
            )
        finally:
            silence(self._progress_file)
        if code != 0:
            raise build_failure(self.progress)
        found: dict[str, Any] = json.loads(metadata_file.read_text())
        return found

    def _listen(self, line: str) -> None:
        spent = self._clock() - self._start
        self.progress.clock_jump = round(self._time_of_day() - self._start_of_day - spent, 1)
        self.progress.feed(line)
        if self.progress.pending:
            return
        for service in self._limits.keys() - self._begun:
            if any(step.started is not None for step in self.progress.target_steps(service)):
                self._begun[service] = self._clock()
        steps = under_way(self.progress)
        # A long step may be silent: whoever watches must know of it from its first line.
        if steps != self._told:
            self._told = steps
            tell(self._progress_file, steps)

    def _halt(self) -> StackError | None:
        if nobody_listens():
            return StackError("the build was stopped: the play that asked for it is gone")
        now = self._clock()
        running = {target for target, _step in self.progress.under_way()}
        for service, limit in self._limits.items():
            # Until its first step is seen, an image waits for the builder like all others.
            begun = self._begun.get(service, self._start)
            waits = service not in self._begun
            if limit is not None and now - begun > limit and (waits or service in running):
                return too_slow(self.progress, service, limit)
        return None


def under_way(progress: BuildProgress) -> list[dict[str, Any]]:
    """Return the running steps for whoever watches: target, step, start by the host's clock."""
    return [
        {
            "target": target,
            "step": progress.bare_name(step),
            "started": (step.started or 0.0) + progress.clock_jump,
        }
        for target, step in progress.under_way()
        if target
    ]
