"""Playbooks run on the scenario's hosts as a user would, over SSH."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PROJECT_DIR = Path(os.environ.get("STACK_PROJECT_DIR", Path(__file__).parents[1]))
LONGEST_SECONDS = 600


@dataclass(frozen=True)
class Run:
    """One finished playbook run; ``lines`` are its output, with the second of each."""

    code: int
    output: str
    seconds: float
    lines: list[tuple[float, str]] = field(default_factory=list)

    def recap(self, host: str) -> dict[str, int]:
        """Return the counts of the recap's line of a host."""
        line = re.search(rf"^{re.escape(host)}\s+: (.*)$", self.output, re.MULTILINE)
        assert line, self.output
        return {key: int(count) for key, count in re.findall(r"(\w+)=(\d+)", line[1])}

    @property
    def told(self) -> str:
        """Return what it says from its first failure on, or nothing."""
        return self.output[at:] if (at := self.output.find("fatal:")) >= 0 else ""

    def failing_task(self) -> str:
        """Return the name of the task that failed first."""
        before = self.output.partition("fatal:")[0]
        names: list[str] = re.findall(r"^TASK \[(.*?)\]", before, re.MULTILINE)
        return names[-1]

    def failing_seconds(self) -> float:
        """Return how long the task that failed took to say so."""
        moments = [second for second, line in self.lines if line.startswith("TASK [")]
        fatal = next(second for second, line in self.lines if line.startswith("fatal:"))
        return fatal - max(second for second in moments if second <= fatal)


def start(
    playbook: str,
    *options: str,
    variables: dict[str, Any] | None = None,
    project_dir: Path = PROJECT_DIR,
) -> subprocess.Popen[str]:
    """Start a playbook in its own session; of ``project_dir``'s collection where it is another."""
    folder = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"])
    extra = ["--extra-vars", json.dumps(variables)] if variables else []
    colours = {"ANSIBLE_FORCE_COLOR": "0", "ANSIBLE_NOCOLOR": "1"}
    collections = {"ANSIBLE_COLLECTIONS_PATH": str(project_dir / ".dev")}
    return subprocess.Popen(
        [
            str(Path(sys.executable).with_name("ansible-playbook")),
            f"--inventory={folder / 'inventory'}",
            str(project_dir / "playbooks" / playbook),
            *options,
            *extra,
        ],
        env={**os.environ, **colours, **(collections if project_dir != PROJECT_DIR else {})},
        # Together: a failure goes to the one, the recap to the other.
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def play(playbook: str, *options: str, **given: Any) -> Run:
    """Return a playbook's run once it has ended."""
    begun = time.monotonic()
    started = start(playbook, *options, **given)
    lines = []
    try:
        for line in started.stdout or ():
            lines.append((time.monotonic() - begun, line))
            assert time.monotonic() - begun < LONGEST_SECONDS, "the play does not end"
    finally:
        if started.poll() is None and time.monotonic() - begun >= LONGEST_SECONDS:
            os.killpg(started.pid, signal.SIGKILL)
        code = started.wait(timeout=60)
    return Run(code, "".join(line for _, line in lines), time.monotonic() - begun, lines)
