"""A module leaves its caller's shell before it calls docker, and cannot forget to."""

from __future__ import annotations

import ast
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from ansible_collections.todo.stack.plugins.module_utils.edge import surroundings
from ansible_collections.todo.stack.plugins.module_utils.edge.surroundings import (
    leave_callers_shell,
)

PLUGINS = Path(__file__).parents[4] / "plugins"
PACKAGE = "ansible_collections.todo.stack.plugins."
# What calls docker, or starts something that does.
CLIENTS = {"module_utils.edge.docker", "module_utils.edge.process", "module_utils.look.engine"}
NO_CALLERS = {"modules.apt_mirror_info"}  # knows only the type of what runs commands


@pytest.fixture
def theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the configuration of a person with a context, a proxy and a registry."""
    (tmp_path / "cli-plugins").mkdir()
    config = {"currentContext": "other", "proxies": {}, "auths": {"r.example": {"auth": "YTpi"}}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("COMPOSE_PROFILES", "*")
    return tmp_path


def test_what_is_started_afterwards_gets_our_environment_and_configuration(theirs: Path) -> None:
    before = leave_callers_shell()
    shown = subprocess.run(["env"], capture_output=True, text=True, check=True).stdout
    config = Path(os.environ["DOCKER_CONFIG"])
    assert before["COMPOSE_PROFILES"] == "*"
    assert "COMPOSE_PROFILES" not in shown
    assert f"DOCKER_CONFIG={config}\n" in shown
    assert json.loads((config / "config.json").read_text()) == {
        "auths": {"r.example": {"auth": "YTpi"}}
    }
    assert (config / "cli-plugins").samefile(theirs / "cli-plugins")
    assert stat.S_IMODE(config.stat().st_mode) == 0o700


def test_a_configuration_that_cannot_be_read_is_none(theirs: Path) -> None:
    (theirs / "config.json").write_bytes(b"\xff")
    leave_callers_shell()
    assert not (Path(os.environ["DOCKER_CONFIG"]) / "config.json").exists()


def test_the_configuration_is_gone_with_the_process(theirs: Path, tmp_path: Path) -> None:
    program = f"from {surroundings.__name__} import leave_callers_shell as leave\n"
    program += "import os; leave(); print(os.environ['DOCKER_CONFIG'])"
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    assert "todo-stack-client-" in done.stdout
    assert not Path(done.stdout.strip()).exists()


def reached(name: str, seen: set[str]) -> set[str]:
    """Return the names of our own files that a file imports, at any distance."""
    file = PLUGINS / (name.replace(".", "/") + ".py")
    if name in seen or not file.is_file():
        return seen
    seen.add(name)
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith(PACKAGE):
            module = str(node.module)[len(PACKAGE) :]
            for one in (module, *(f"{module}.{alias.name}" for alias in node.names)):
                reached(one, seen)
    return seen


CALLERS = [
    name
    for name in sorted(f"modules.{file.stem}" for file in (PLUGINS / "modules").glob("*.py"))
    if reached(name, set()) & CLIENTS and name not in NO_CALLERS
]


@pytest.mark.parametrize("name", CALLERS)
def test_every_module_that_can_call_docker_leaves_the_callers_shell(name: str) -> None:
    tree = ast.parse((PLUGINS / (name.replace(".", "/") + ".py")).read_text())
    calls = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert "leave_callers_shell" in calls


def test_the_rule_above_sees_the_modules() -> None:
    assert {"modules.look", "modules.release", "modules.remove"} <= set(CALLERS)
