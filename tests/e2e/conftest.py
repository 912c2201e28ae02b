"""The machine under test: playbooks run for real against this host."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).parents[2]
BACKEND = "http://127.0.0.1:8000"
FRONTEND = "http://127.0.0.1:3000"


@dataclass(frozen=True)
class Run:
    """One finished playbook run."""

    code: int
    output: str

    @property
    def changed(self) -> int:
        """The recap's count of changed tasks on localhost."""
        match = re.search(r"localhost\s+: ok=\d+\s+changed=(\d+)", self.output)
        assert match, self.output
        return int(match[1])


def play(playbook: str, *options: str, variables: dict[str, Any] | None = None) -> Run:
    """Run a playbook as a user would, from a folder that is not the project's."""
    extra = ["--extra-vars", json.dumps(variables)] if variables else []
    done = subprocess.run(
        [
            str(PROJECT / ".venv/bin/ansible-playbook"),
            str(PROJECT / "playbooks" / playbook),
            *options,
            *extra,
        ],
        cwd="/",
        env={**os.environ, "ANSIBLE_CONFIG": str(PROJECT / "ansible.cfg")},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    return Run(done.returncode, done.stdout + done.stderr)


def docker(*args: str) -> str:
    """Return a docker command's output."""
    return subprocess.run(
        ["docker", *args], capture_output=True, text=True, timeout=300, check=True
    ).stdout


def report() -> dict[str, Any]:
    """Return the acceptance report of this machine."""
    found: dict[str, Any] = json.loads(
        (PROJECT / "artifacts/localhost/acceptance.json").read_text()
    )
    return found


@pytest.fixture(scope="session")
def first_run() -> Run:
    """Return the run that leaves this machine with a stack."""
    run = play("local.yml")
    assert run.code == 0, run.output
    return run


@pytest.fixture
def stack(first_run: Run) -> Run:
    """Return the first run; the test needs a running stack."""
    return first_run
