"""Checks that are no GET: a port of the container itself, a command beside the service."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.model import (
    CommandCheck,
    TcpCheck,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Container
from ansible_collections.todo.stack.plugins.module_utils.look.probes import probe_inside
from ansible_collections.todo.stack.tests.unit.fakes import FakeDocker

PING = CommandCheck("ping", ("redis-cli", "ping"))
REDIS = Container("id-redis", "todo-redis-1", "redis", networks={"a": "", "b": "127.0.0.1"})


@pytest.fixture
def port() -> Iterator[int]:
    """A port that takes connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def test_a_port_of_the_container_is_connected_to(port: int) -> None:
    docker = FakeDocker()
    found = probe_inside(DockerCli(docker), REDIS, TcpCheck("open", port), 1.0)
    assert found.error == "" and 0 < found.seconds < 1
    assert docker.asked == []


def test_a_port_that_nobody_has_is_refused(port: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        free = gone.getsockname()[1]
    found = probe_inside(DockerCli(FakeDocker()), REDIS, TcpCheck("open", free), 1.0)
    assert found.error == "connection refused"


@pytest.mark.parametrize(
    ("answer", "status", "body", "error"),
    [
        ((0, "PONG\n", ""), 0, "PONG", ""),
        ((1, "", "warning\nNOAUTH required\n"), 1, "NOAUTH required", ""),
        ((124, "", ""), 0, "", "it did not end within 1.5 s"),
    ],
)
def test_a_command_is_judged_by_its_exit_code(
    answer: tuple[int, str, str], status: int, body: str, error: str
) -> None:
    docker = FakeDocker({"exec id-redis redis-cli ping": answer})
    found = probe_inside(DockerCli(docker), REDIS, PING, 1.5)
    assert (found.status, found.body, found.error) == (status, body, error)
    assert docker.asked == ["exec id-redis redis-cli ping"]
