"""look in a real play: one list of problems, and no value at any verbosity."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import from_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract

ROOT = Path(__file__).parents[2]
MARKER = "MaRkEr77QzkWvBtY9xPd"
URL = f"postgresql://todo:{MARKER}@db.example.net/todo"
GOOD = {"backend": {"DATABASE_URL": URL, "BETTER_AUTH_SECRET": f"{MARKER}{MARKER}"}}
HERE = {"project_dir": ".", "engine_managed": True, "min_free_bytes": 1}
Play = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def play(tmp_path: Path, project: Path) -> Play:
    """Runs one task on localhost, with a docker command that finds no engine."""
    (tmp_path / "bin").mkdir()
    docker = tmp_path / "bin" / "docker"
    docker.write_text("#!/bin/sh\necho 'Cannot connect to the Docker daemon' >&2\nexit 1\n")
    docker.chmod(0o755)

    def run(module: str, args: dict[str, Any], *options: str) -> subprocess.CompletedProcess[str]:
        args = {"state_dir": str(tmp_path / "state"), **args}
        plays = [{"hosts": "localhost", "gather_facts": False, "tasks": [{module: args}]}]
        (project / "play.yml").write_text(yaml.safe_dump(plays))
        argv = [sys.executable, "-m", "ansible", "playbook", str(project / "play.yml"), *options]
        environ = {**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
        return subprocess.run(
            argv, cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=60
        )

    return run


def assert_hidden(done: subprocess.CompletedProcess[str]) -> None:
    output = done.stdout + done.stderr
    assert "PLAY RECAP" in output
    assert MARKER not in output
    assert base64.b64encode(MARKER.encode()).decode()[:-4] not in output
    assert MARKER.encode().hex() not in output


@pytest.mark.parametrize("options", [("--diff",), ("--diff", "--check", "-vvvvv"), ("-vvvvv",)])
def test_a_look_shows_no_value(play: Play, options: tuple[str, ...]) -> None:
    args = {**HERE, "secrets": GOOD, "extra_env": {"backend": {"MORE": MARKER}}}
    done = play("todo.stack.look", args, *options)
    assert done.returncode == 0, done.stdout
    assert_hidden(done)


WRONG = {
    "a misspelt option": {"secret": GOOD, "secrets": GOOD},
    "a misspelt name": {"secrets": {"backend": {"BETTER_AUTH_SECRETS": MARKER * 2}}},
    "a secret in the open": {"env": GOOD},
    "a bad value": {"secrets": {"backend": {"DATABASE_URL": URL + "#x@y:0"}}},
}


@pytest.mark.parametrize(
    ("option", "left"), [("--diff", "previous-acceptance.json"), ("--check", "acceptance.json")]
)
def test_a_run_that_is_refused_leaves_no_report_of_before(
    play: Play, tmp_path: Path, option: str, left: str
) -> None:
    report = tmp_path / "artifacts/localhost/acceptance.json"
    report.parent.mkdir(parents=True)
    report.write_text('{"passed": true}')
    args = {"project_dir": "nowhere", "artifacts_dir": str(tmp_path / "artifacts")}
    assert play("todo.stack.look", args, option).returncode != 0
    assert [path.name for path in report.parent.iterdir()] == [left]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_refusal_shows_no_value(play: Play, wrong: str) -> None:
    done = play("todo.stack.look", {**HERE, **WRONG[wrong]}, "-vvvvv", "--diff")
    assert done.returncode == 2
    assert "found, nothing was changed" in done.stdout + done.stderr
    assert_hidden(done)


def test_controller_and_host_report_in_one_list(play: Play, project: Path) -> None:
    (project / "frontend/contract.yml").write_text("service: [")
    args = {
        "project_dir": str(project),
        "min_free_bytes": 10**18,
        "bind_address": "everywhere",
        "secrets": {"backend": {"OPENAI_API_KEY": "sk-..."}},
        "env": {"backend": {"PORT": "80x"}, "frontend": {"NODE_ENV": "test"}},
    }
    done = play("todo.stack.look", args, "-v")
    message = done.stdout + done.stderr
    for expected in (
        "frontend/contract.yml, line 1: ",
        "stack_secrets.backend.OPENAI_API_KEY: is a placeholder",
        "stack_env.backend.PORT: is no port",
        "stack_bind_address: is no IP address",
        "docker engine: ",
        "1000000000.0 GB needed",
    ):
        assert expected in message
    assert "stack_env.frontend" not in message
    assert "Traceback" not in message


def test_a_date_is_refused_before_it_becomes_a_text(play: Play) -> None:
    args = {**HERE, **yaml.safe_load("env: {frontend: {NODE_ENV: 2026-01-18}}")}
    done = play("todo.stack.look", args)
    assert "stack_env.frontend.NODE_ENV: is a YAML date or time" in done.stdout + done.stderr


def test_contracts_are_returned_as_modules_take_them(
    play: Play, project: Path, contracts: list[Contract]
) -> None:
    done = play("todo.stack.look", {**HERE, "bind_address": "127.7.7.7"}, "-v")
    assert done.returncode == 0, done.stdout
    result = yaml.safe_load(done.stdout.partition("localhost] => ")[2].partition("\nPLAY")[0])
    assert [from_plain(Contract, one) for one in result["contracts"]] == list(contracts)
    assert result["engine"]["running"] is False
    assert result["changed"] is False
    assert str(project / "backend") == result["contracts"][0]["build"]["context"]
