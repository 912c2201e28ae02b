"""A shell and a client full of somebody's settings change neither a build nor a container."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from .conftest import BASE, ROOT, Bench, docker

pytestmark = pytest.mark.engine

SHELL = {
    "DOCKER_CONTEXT": "elsewhere", "DOCKER_API_VERSION": "1.23", "DOCKER_CONTENT_TRUST": "1",
    "DOCKER_DEFAULT_PLATFORM": "linux/arm64", "COMPOSE_PROFILES": "*", "COMPOSE_FILE": "none.yaml",
    "COMPOSE_ENV_FILES": "none.env", "COMPOSE_PARALLEL_LIMIT": "x", "COMPOSE_REMOVE_ORPHANS": "1",
    "BUILDX_BUILDER": "elsewhere", "BUILDKIT_PROGRESS": "tty", "SOURCE_DATE_EPOCH": "1",
    "LC_ALL": "C", "TZ": "Asia/Tokyo", "COMMAND": "false",
}  # fmt: skip
CLIENT = {
    "currentContext": "elsewhere",
    "proxies": {"default": {"httpProxy": "http://p.invalid:1", "noProxy": "x.invalid"}},
    "psFormat": "table {{.ID}}", "detachKeys": "ctrl-e,e",
}  # fmt: skip
UP = """
import os, subprocess, sys
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.surroundings import (
    leave_callers_shell,
)

def run(args, /, environ_update=None, data=None):
    env = {**os.environ, **(environ_update or {})}
    done = subprocess.run(args, input=data, capture_output=True, text=True, env=env)
    return done.returncode, done.stdout, done.stderr

leave_callers_shell()
project, definition = sys.argv[1:]
options = {"files": ["-"], "project": project, "variables": {}, "stdin": definition}
DockerCli(run).compose(["up", "--detach", "--pull", "never"], **options)
"""


@pytest.fixture
def hostile(tmp_path: Path) -> dict[str, str]:
    """Return the environment of one who works with many engines; ``.env`` lies where they stand."""
    (tmp_path / "config.json").write_text(json.dumps(CLIENT))
    (tmp_path / ".env").write_text("COMMAND=false\n")
    return {**SHELL, "DOCKER_CONFIG": str(tmp_path)}


def test_a_container_gets_no_proxy_and_its_definition_no_foreign_value(
    hostile: dict[str, str], tmp_path: Path
) -> None:
    project = f"todo-shell-{uuid.uuid4().hex[:8]}"
    one = {"image": BASE, "command": ["${COMMAND:-true}"], "init": True}
    services = {"one": one, "other": {"image": BASE, "profiles": ["other"]}}
    environment = {**os.environ, **hostile, "PYTHONPATH": str(ROOT / ".dev")}
    try:
        subprocess.run([sys.executable, "-c", UP, project, json.dumps({"services": services})],
                       env=environment, cwd=tmp_path, check=True)  # fmt: skip
        label = f"--filter=label=com.docker.compose.project={project}"
        [found] = json.loads(docker("container", "inspect", *docker("ps", "-aq", label).split()))
        assert found["Config"]["Cmd"] == ["true"]
        names = [entry.partition("=")[0].lower() for entry in found["Config"]["Env"]]
        assert [name for name in names if name.endswith("_proxy")] == []
    finally:
        docker("compose", "--project-name", project, "down")


def test_an_image_is_built_by_the_engine_of_the_host_and_known_again(
    hostile: dict[str, str], bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        for name, value in hostile.items():
            # Ansible itself asks for a locale of UTF-8; what the Makefile gives it.
            patched.setenv(name, "C.UTF-8" if name == "LC_ALL" else value)
        assert bench.build()["changed"] is True
    again = bench.build()
    assert (again["failed"], again["changed"]) == (False, False)
