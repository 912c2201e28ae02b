"""look on a real host: who has a port is named, and what there is to build from."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.engine

ROOT = Path(__file__).parents[2]
NAME = f"look-stranger-{os.getpid()}"
# An address of its own, so that a stack that runs here is not in the way.
ADDRESS = f"127.{os.getpid() % 200 + 10}.7.9"


@pytest.fixture
def stranger() -> Iterator[str]:
    """A container that publishes the backend's port."""
    publish = f"{ADDRESS}:8000:8000"
    image = "localhost/todo-stack/python:3.12-slim"
    argv = ["docker", "run", "--detach", "--rm", "--name", NAME, "--publish", publish, image]
    subprocess.run([*argv, "sleep", "60"], check=True, capture_output=True)
    yield NAME
    subprocess.run([*argv[:1], "rm", "--force", NAME], check=True, capture_output=True)


def look(folder: Path, *options: str, project: Path = ROOT) -> subprocess.CompletedProcess[str]:
    task = {"todo.stack.look": {"project_dir": str(project), "bind_address": ADDRESS}}
    plays = [{"hosts": "localhost", "gather_facts": False, "tasks": [task]}]
    (folder / "play.yml").write_text(yaml.safe_dump(plays))
    argv = [sys.executable, "-m", "ansible", "playbook", str(folder / "play.yml"), *options]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_container_that_has_the_port_is_named(tmp_path: Path, stranger: str) -> None:
    done = look(tmp_path)
    expected = f"port 8000 of backend: is taken by container {stranger}"
    assert expected in done.stdout + done.stderr


def test_a_host_with_free_ports_passes(tmp_path: Path) -> None:
    done = look(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_images_there_are_told_with_what_decides_on_a_build(tmp_path: Path) -> None:
    done = look(tmp_path, "-v")
    result = yaml.safe_load(done.stdout.partition("localhost] => ")[2].partition("\nPLAY")[0])
    tags = {tag for image in result["images"] for tag in image["RepoTags"]}
    assert any(tag.endswith("python:3.12-slim") for tag in tags)
    assert any(tag.endswith("postgres:17") for tag in tags)


def test_what_cannot_be_built_is_told_with_all_the_rest(tmp_path: Path) -> None:
    for name in ("backend", "frontend"):
        (tmp_path / name).mkdir()
        text = (ROOT / name / "contract.yml").read_text()
        (tmp_path / name / "contract.yml").write_text(text.replace("port: 3000", "port: 0"))
    (tmp_path / "backend/Dockerfile").mkdir()
    (tmp_path / "compose.yaml").write_text((ROOT / "compose.yaml").read_text())
    done = look(tmp_path, project=tmp_path)
    told = done.stdout + done.stderr
    assert "backend/Dockerfile: the Dockerfile is a folder" in told
    assert "frontend/contract.yml" in told
