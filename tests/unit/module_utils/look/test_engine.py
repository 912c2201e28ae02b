"""The engine is asked in bounded time, and its absence is an answer."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.look.engine import describe_engine

SERVER = json.dumps({"Server": {"Version": "26.1.5", "Os": "linux", "Arch": "amd64"}})


class Client:
    """Answers like the docker command, and remembers what it was asked."""

    def __init__(self, answers: dict[str, tuple[int, str, str]]) -> None:
        self.answers = answers
        self.asked: list[list[str]] = []

    def __call__(self, args: list[str], /, **_options: Any) -> tuple[int, str, str]:
        self.asked.append(args)
        return self.answers.get(args[3], (1, "", "unknown command"))


@pytest.fixture
def path(tmp_path: Path) -> str:
    """Return a PATH on which there is a docker command."""
    program = tmp_path / "docker"
    program.touch(stat.S_IRWXU)
    return str(tmp_path)


def test_versions_of_engine_and_plugins_are_found(path: str) -> None:
    client = Client(
        {
            "version": (0, SERVER, ""),
            "buildx": (0, "github.com/docker/buildx v0.13.1 abc", ""),
            "compose": (0, "2.26.1", ""),
        }
    )
    state = describe_engine(client, {"PATH": path})
    assert state.running
    versions = (state.server_version, state.buildx_version, state.compose_version)
    assert versions == ("26.1.5", "0.13.1", "2.26.1")


def test_every_question_has_a_time_limit(path: str) -> None:
    client = Client({"version": (124, "", "")})
    describe_engine(client, {"PATH": path})
    assert client.asked
    assert all(args[0] == "timeout" and float(args[1]) <= 5 for args in client.asked)


def test_without_a_client_nothing_is_run(tmp_path: Path) -> None:
    client = Client({})
    state = describe_engine(client, {"PATH": str(tmp_path)})
    assert state.state == "absent"
    assert client.asked == []


def test_a_wrong_docker_host_is_named(path: str) -> None:
    refused = (
        "Cannot connect to the Docker daemon at tcp://10.0.0.1:1. Is the docker daemon running?"
    )
    client = Client({"version": (1, '{"Server": null}', refused)})
    state = describe_engine(client, {"PATH": path, "DOCKER_HOST": "tcp://10.0.0.1:1"})
    assert state.state == "wrong_docker_host"
    assert "tcp://10.0.0.1:1" in state.message
