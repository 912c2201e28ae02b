"""The table of .dockerignore rules against the builder of this machine."""

from __future__ import annotations

import io
import json
import os
import subprocess
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.tests.integration.conftest import DOCKER

pytestmark = pytest.mark.engine

DATA: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "unit/data/dockerignore.json").read_text()
)


def hidden_by_docker(folder: Path, rules: str) -> list[str] | None:
    """Return the files a build of ``COPY .`` lacks, None when the builder refuses the rules."""
    for path in DATA["tree"]:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(path)
    (folder / "Dockerfile").write_text("FROM scratch\nCOPY . /\n")
    (folder / ".dockerignore").write_text(rules)
    argv = [DOCKER, "buildx", "build", "--quiet", "--output", "type=tar,dest=-", "."]
    env = {**os.environ, "BUILDX_BUILDER": "default", "BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}
    for _ in range(5):
        done = subprocess.run(argv, cwd=folder, capture_output=True, env=env, check=False)
        # A build that is refused now and then has the builder cancel one beside it, or itself.
        if b"context canceled" not in done.stderr:
            break
    if done.returncode:
        assert b"exclu" in done.stderr, done.stderr
        return None
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:
        return sorted(set(DATA["tree"]) - {member.name for member in tar if member.isfile()})


def test_docker_hides_what_our_table_says(tmp_path: Path) -> None:
    folders = [tmp_path / str(number) for number in range(len(DATA["hidden"]))]
    with ThreadPoolExecutor(4) as pool:
        found = pool.map(hidden_by_docker, folders, (rules for rules, _ in DATA["hidden"]))
    wrong = [(row, one) for row, one in zip(DATA["hidden"], found) if row[1] != one]
    assert wrong == []
