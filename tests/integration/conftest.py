"""A project of its own on the real engine; what a test made there, it takes away."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
DOCKER = shutil.which("docker") or "docker"
BASE = "localhost/todo-stack/python:3.12-slim"


def docker(*args: str) -> str:
    """Return the output of a docker command that must succeed."""
    done = subprocess.run([DOCKER, *args], capture_output=True, text=True, check=True)
    return done.stdout


@dataclass(frozen=True)
class Bench:
    """A context, a state folder and an image name that nobody else has."""

    folder: Path
    image: str

    @property
    def context(self) -> Path:
        """The build context."""
        return self.folder / "context"

    def dockerfile(self, *lines: str) -> None:
        """Write the Dockerfile: these lines on the base."""
        (self.context / "Dockerfile").write_text("\n".join([f"FROM {BASE}", *lines, ""]))

    def build(
        self, *flags: str, image: dict[str, Any] | None = None, **options: Any
    ) -> dict[str, Any]:
        """Return the result of image_build, run by ansible as a user would."""
        wanted = {"service": "one", "image": self.image, "context": str(self.context)}
        args = {
            "images": [{**wanted, **(image or {})}],
            "state_dir": str(self.folder / "state"),
            **options,
        }
        tree = self.folder / "tree"
        done = subprocess.run(
            [ROOT / ".venv/bin/ansible", "localhost", "-t", tree, *flags,
             "-m", "todo.stack.image_build", "-a", json.dumps(args)],
            cwd=ROOT, capture_output=True, text=True, check=False,
            env={**os.environ, "ANSIBLE_LOCALHOST_WARNING": "0"},
        )  # fmt: skip
        # The tree leaves out whether the task failed.
        found: dict[str, Any] = json.loads((tree / "localhost").read_text())
        return {**found, "failed": done.returncode != 0}

    def image_ids(self) -> dict[str, str]:
        """Return tag -> ID of the images under our name."""
        out = docker("image", "ls", "--no-trunc", "--format", "{{.Tag}} {{.ID}}", self.image)
        return dict(line.split() for line in out.splitlines())


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Return a bench; its images are gone afterwards."""
    made = Bench(tmp_path, f"todo-stack-test-{uuid.uuid4().hex[:12]}")
    made.context.mkdir()
    made.dockerfile("COPY . /src")
    (made.context / "app.py").write_text("print(1)\n")
    yield made
    for tag in made.image_ids():
        docker("image", "rm", f"{made.image}:{tag}")
