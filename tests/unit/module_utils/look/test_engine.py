"""The engine is asked in bounded time, and its absence is an answer."""

from __future__ import annotations

import json
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.decide.engine_state import MINIMUM, decide
from ansible_collections.todo.stack.plugins.module_utils.look.engine import describe_engine

SERVER = json.dumps({"Server": {"Version": "26.1.5", "Os": "linux", "Arch": "amd64"}})
ANSWERS = {
    "version": (0, SERVER, ""),
    "buildx": (0, "github.com/docker/buildx v0.13.1 abc", ""),
    "compose": (0, "2.26.1", ""),
}


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
    client = Client(ANSWERS)
    state = describe_engine(client, {"PATH": path})
    assert state.running
    versions = (state.server_version, state.buildx_version, state.compose_version)
    assert versions == ("26.1.5", "0.13.1", "2.26.1")


def test_every_question_has_a_time_limit(path: str) -> None:
    client = Client({"version": (124, "", "")})
    describe_engine(client, {"PATH": path})
    limits = {args[3]: float(args[1]) for args in client.asked if args[0] == "timeout"}
    assert limits == {"version": 4, "buildx": 60, "compose": 60}


class Clock:
    """Stands still, but for the seconds that commands take."""

    def __init__(self) -> None:
        self.own = threading.local()

    def __call__(self) -> float:
        return float(getattr(self.own, "now", 0.0))


@pytest.mark.parametrize(
    ("part", "seconds", "said"),
    [("buildx", 5, "buildx took 5 s"), ("compose", 59, "compose took 59 s"), ("buildx", 1, ""),
     ("version", 3, "")],
)  # fmt: skip
def test_a_plugin_that_takes_its_time_is_there_and_said_to_be_slow(
    path: str, part: str, seconds: int, said: str
) -> None:
    clock = Clock()
    client = Client(ANSWERS)

    def run(args: list[str], /, **options: Any) -> tuple[int, str, str]:
        clock.own.now = clock() + (seconds if args[3] == part else 0)
        return client(args, **options)

    state = describe_engine(run, {"PATH": path}, clock)
    assert decide(state, MINIMUM, True) == ("none", "")
    assert said in state.slow
    assert bool(state.slow) is bool(said)


@pytest.mark.parametrize("version", [ANSWERS["version"], (124, "", "")])
@pytest.mark.parametrize("part", ["buildx", "compose"])
def test_a_plugin_that_does_not_answer_at_all_is_no_missing_one(
    path: str, part: str, version: tuple[int, str, str]
) -> None:
    client = Client({**ANSWERS, "version": version, part: (124, "", "")})
    state = describe_engine(client, {"PATH": path})
    action, why = decide(state, MINIMUM, True)
    assert (state.state, action) == ("busy", "access")
    assert f"`docker {part} version` did not answer within 60 s" in why


@pytest.mark.parametrize(
    ("name", "text", "state"),
    [
        ("docker", '#!/bin/sh\nexec /usr/bin/podman "$@"\n', "unsupported"),
        ("docker", '#!/usr/bin/sh\n[ -e /etc/containers/nodocker ] || echo "Emulate" >&2\n'
         'exec podman "$@"\n', "unsupported"),
        ("docker", '#!/bin/bash\nsudo nerdctl --namespace k8s.io "$@"\n', "unsupported"),
        ("docker", '#!/bin/sh\nexec /opt/docker "$@"\n', "running"),
        ("docker", "\x7fELF podman", "running"),
    ],
)  # fmt: skip
def test_a_docker_command_that_is_another_program_is_known(
    tmp_path: Path, name: str, text: str, state: str
) -> None:
    (tmp_path / name).write_text(text)
    (tmp_path / name).chmod(0o755)
    assert describe_engine(Client(ANSWERS), {"PATH": str(tmp_path)}).state == state


@pytest.mark.parametrize(
    ("target", "said"),
    [("podman", "leads to Podman"), ("nerdctl", "is nerdctl"), ("snap", "as a snap"),
     ("docker-26.1", ""), ("com.docker.cli", "")],
)  # fmt: skip
def test_a_link_is_known_by_what_it_leads_to(tmp_path: Path, target: str, said: str) -> None:
    (tmp_path / "opt").mkdir()
    (tmp_path / "opt" / target).touch(stat.S_IRWXU)
    (tmp_path / "between").symlink_to(tmp_path / "opt" / target)
    (tmp_path / "docker").symlink_to(tmp_path / "between")
    state = describe_engine(Client(ANSWERS), {"PATH": str(tmp_path)})
    assert said in state.message
    assert state.running is (said == "")


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
