"""Two plays at once, with other values and other images: one after the other, never a mixture."""

from __future__ import annotations

import json
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from .conftest import PROJECT, Run, docker, play

OVERTAKEN = re.compile(r"another run has released \d+ in the meantime|another run holds the lock")


@pytest.fixture
def projects(tmp_path: Path) -> list[Path]:
    """Two projects whose backend images tell which they are from."""
    ignored = shutil.ignore_patterns("node_modules", ".next", "__pycache__", ".env")
    for name in ("one", "two"):
        for service in ("backend", "frontend"):
            shutil.copytree(PROJECT / service, tmp_path / name / service, ignore=ignored)
        shutil.copy(PROJECT / "compose.yaml", tmp_path / name)
        dockerfile = tmp_path / name / "backend" / "Dockerfile"
        dockerfile.write_text(dockerfile.read_text() + f'LABEL made.by="{name}"\n')
    return [tmp_path / "one", tmp_path / "two"]


def provision(project: Path) -> Run:
    variables: dict[str, Any] = {
        "stack_project_dir": str(project),
        "stack_artifacts_dir": str(project / "artifacts"),
        "stack_extra_env": {"backend": {"MADE_BY": project.name}},
    }
    return play("local.yml", "--tags", "images,stack", variables=variables)


@pytest.mark.usefixtures("stack")
def test_two_plays_at_once_leave_no_mixture(projects: list[Path]) -> None:
    try:
        with ThreadPoolExecutor(2) as pool:
            runs = list(pool.map(provision, projects))
        told = docker("inspect", "--format", "{{json .Config}}", "todo-backend-1")
        config = json.loads(told)
        made_by = [e.partition("=")[2] for e in config["Env"] if e.startswith("MADE_BY=")]
        assert made_by == [config["Labels"]["made.by"]]
        assert any(run.code == 0 for run in runs), runs[0].output + runs[1].output
        for run in runs:
            assert run.code == 0 or OVERTAKEN.search(run.output), run.output
    finally:
        healed = play("local.yml")
    assert healed.code == 0, healed.output
