"""Changed backends are rolled out, broken ones refused or reported with evidence."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HOST = "todo-update"
IMAGE = "todo-backend:latest"
ANSWER = 'return {"status": "ok", "version": __version__}'


@dataclass(frozen=True)
class Edit:
    """A change of one file of the backend: ``old`` becomes ``new``; an empty ``old`` appends."""

    file: str
    old: str
    new: str

    def apply(self, project: Path) -> None:
        """Change the file; what is to be replaced must be there."""
        path = project / "backend" / self.file
        text = path.read_text()
        assert self.old in text, f"{self.old!r} is not in {self.file}"
        path.write_text(text.replace(self.old, self.new, 1) if self.old else text + self.new)


SOON_SECONDS = 5
SOON = Edit("contract.yml", "within_seconds: 60", f"within_seconds: {SOON_SECONDS}")

# Refused before the tag moves: the old container goes on.
REFUSED: dict[str, tuple[list[Edit], list[str]]] = {
    "a step of its build fails": (
        [Edit("Dockerfile", "RUN python -m compileall -q app migrations",
              "RUN echo no more of this >&2; exit 7")], ["no more of this", "7"]),
    "a file that is copied is missing": (
        [Edit("Dockerfile", "COPY alembic.ini ./", "COPY alembic.in ./")], ["alembic.in"]),
    "over its budget, runs as root, and nothing asks for its health": (
        [Edit("contract.yml", "bytes: 500000000", "bytes: 1000000"),
         Edit("Dockerfile", "LABEL todo.stack.service=backend",
              "LABEL todo.stack.service=backend\nUSER 0:00"),
         Edit("Dockerfile", 'CMD ["python", "-m", "app.server"]',
              'CMD ["python", "-m", "app.server"]\nHEALTHCHECK NONE')],
        ["over its budget", "'0:00'", "root", "HEALTHCHECK", "no tag was moved"]),
}  # fmt: skip

# Rolled out and found out: reported with the evidence, the silent and the lying at their deadline.
REPORTED: dict[str, tuple[list[Edit], list[str]]] = {
    "exits at once": (
        [SOON, Edit("app/main.py", "def create_app(settings: Settings) -> FastAPI:",
                    "raise SystemExit('bye from the backend')\n\n\n"
                    "def create_app(settings: Settings) -> FastAPI:")],
        ["backend", "bye from the backend", "exit"]),
    "listens and never answers": (
        [SOON, Edit("app/health.py", ANSWER, "import time\n    time.sleep(600)\n    return {}")],
        ["backend is not healthy"]),
    "answers 500": (
        [SOON, Edit("app/health.py", ANSWER, "raise RuntimeError")], ["backend", "500"]),
    "answers with another body": (
        [SOON, Edit("app/health.py", ANSWER, 'return {"status": "fine"}')],
        ["backend is not healthy", "does not meet"]),
}  # fmt: skip


def health(eyes: Any, fetch_script: str) -> Any:
    """Return the body of the backend's health."""
    url = "http://127.0.0.1:8000/health"
    return json.loads(json.loads(eyes.run("python3", "-c", fetch_script, url))[2])


def seconds_since_start(eyes: Any) -> float:
    """Return how long ago the backend's container was started, by the host's clock."""
    started = eyes.container("backend").inspect["State"]["StartedAt"]
    return float(eyes.run("date", "+%s.%N")) - float(eyes.run("date", "+%s.%N", "-d", started))


def deploy(run_play: Any, project: Path, edits: list[Edit]) -> Any:
    """Run site.yml with a project that was edited."""
    for edit in edits:
        edit.apply(project)
    return run_play("site.yml", variables={"stack_project_dir": str(project)})


def test_a_changed_backend_is_rolled_out_and_nothing_else_restarts(
    eyes: Any, run_play: Any, project_copy: Path, fetch_script: str
) -> None:
    kept = {name: eyes.container(name).inspect["Id"] for name in ("frontend", "postgres")}
    run = deploy(run_play, project_copy, [Edit("app/__init__.py", "", '__version__ = "9.9.9"\n')])
    assert run.code == 0, run.output
    assert health(eyes, fetch_script)["version"] == "9.9.9"
    assert {name: eyes.container(name).inspect["Id"] for name in kept} == kept


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_build_leaves_the_old_one_serving(
    name: str, eyes: Any, run_play: Any, project_copy: Path, unchanged: Callable[[], bool]
) -> None:
    edits, named = REFUSED[name]
    before = eyes.docker_json("image", "inspect", IMAGE)[0]["Id"]
    run = deploy(run_play, project_copy, edits)
    assert run.code != 0, run.output
    assert [one for one in named if one not in run.output] == [], run.output
    assert "Traceback" not in run.output
    assert eyes.container("backend").inspect["Image"] == before
    assert unchanged()


@pytest.mark.parametrize("name", REPORTED)
def test_a_broken_backend_is_reported_with_evidence(
    name: str, eyes: Any, run_play: Any, project_copy: Path
) -> None:
    edits, named = REPORTED[name]
    run = deploy(run_play, project_copy, edits)
    assert run.code != 0, run.output
    told = run.output[run.output.index("fatal:") :]
    assert [one for one in named if one not in told] == [], run.output
    assert "Traceback" not in told.replace("Traceback (most recent call last)", "", 1)
    age = seconds_since_start(eyes)
    assert age < SOON_SECONDS + 15
    assert age >= SOON_SECONDS or "exits" in name
    assert run.seconds < 90


def test_a_good_one_heals_the_host(eyes: Any, run_play: Any, fetch_script: str) -> None:
    run = run_play("site.yml")
    assert run.code == 0, run.output
    assert health(eyes, fetch_script)["version"] != "9.9.9"
    assert run_play("site.yml").recap(HOST)["changed"] == 0
