"""A host's measurements become problems with numbers, names and remedies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.decide.engine_state import EngineState
from ansible_collections.todo.stack.plugins.module_utils.decide.host_checks import (
    Container,
    Expected,
    Measured,
    PortUse,
    Space,
    judge_host,
    read_container,
)

ENGINE = EngineState(
    "running", server_version="26.1.5", buildx_version="0.13.1", compose_version="2.26.1"
)
GOOD = Measured(
    engine=ENGINE,
    space=[
        Space("/var/lib/docker", 50_000_000_000, 1_000_000),
        Space("/var/lib/x", 3_000_000_000, None),
    ],
    ports=[PortUse("backend", 8000)],
    containers=[Container("todo-backend-1", "todo", True, (("127.0.0.1", 8000),))],
    available_memory_bytes=8_000_000_000,
    ip_forward=True,
)
EXPECTED = Expected("todo", {"backend", "postgres"}, "127.0.0.1", 3_000_000_000, False)


def lines(expected: Expected = EXPECTED, **changes: Any) -> list[str]:
    return [problem.line() for problem in judge_host(replace(GOOD, **changes), expected)]


def test_a_good_host_has_no_problems() -> None:
    assert lines() == []


@pytest.mark.parametrize("state", ["absent", "stopped"])
def test_an_engine_that_a_role_will_start_is_no_problem(state: str) -> None:
    down = EngineState(state, "it is down", "start it")
    assert lines(engine=down) == ["docker engine: it is down -> start it"]
    assert lines(replace(EXPECTED, engine_managed=True), engine=down) == []


@pytest.mark.parametrize("state", ["permission_denied", "wrong_docker_host"])
def test_an_engine_that_no_role_can_mend_is_a_problem(state: str) -> None:
    down = EngineState(state, "no way", "mend it")
    assert lines(replace(EXPECTED, engine_managed=True), engine=down)


def test_an_old_engine_is_a_problem_unless_a_role_updates_it() -> None:
    old = replace(ENGINE, server_version="20.10.24", buildx_version="")
    assert len(lines(engine=old)) == 2
    assert lines(replace(EXPECTED, engine_managed=True), engine=old) == []


def test_a_taken_port_is_told_with_its_owner() -> None:
    found = lines(ports=[PortUse("backend", 8000, "nginx (pid 812)"), PortUse("frontend", 3000)])
    assert found == [
        "port 8000 of backend: is taken by nginx (pid 812) -> stop it, or give it another port"
    ]


def test_an_address_of_no_interface_is_told_once() -> None:
    foreign = [PortUse("backend", 8000, "", True), PortUse("frontend", 3000, "", True)]
    assert len(lines(ports=foreign)) == 1
    assert lines(ports=foreign)[0].startswith("stack_bind_address: 127.0.0.1 is no address of")


def test_a_full_disk_is_told_with_numbers() -> None:
    found = lines(space=[Space("/data", 2_900_000_000, 100)])
    assert found[0].startswith("disk at /data: 2.9 GB free, 3.0 GB needed")
    assert found[1].startswith("disk at /data: 100 inodes free, 50000 needed")


def test_forwarding_matters_once_the_engine_runs() -> None:
    assert "sysctl -w net.ipv4.ip_forward=1" in lines(ip_forward=False)[0]
    managed = replace(EXPECTED, engine_managed=True)
    assert lines(managed, engine=EngineState("stopped"), ip_forward=False) == []


def test_a_name_clash_is_refused() -> None:
    clash = Container("todo-backend-1", "", False, ())
    assert lines(containers=[clash])[0].startswith("container todo-backend-1: has the name of")
    assert lines(containers=[replace(clash, name="todo-other-1")]) == []


def test_another_stack_of_the_same_project_name_is_refused() -> None:
    found = lines(containers=[Container("todo-web-1", "todo", False, ())])
    assert "lacks the label todo.stack.service" in found[0]


def inspected(labels: dict[str, str], running: bool = True) -> dict[str, Any]:
    return {
        "Name": "/todo-backend-1",
        "Config": {"Labels": labels},
        "State": {"Running": running},
        "HostConfig": {
            "PortBindings": {"8000/tcp": [{"HostIp": "", "HostPort": "8000"}], "9/tcp": None}
        },
    }


def test_a_container_is_ours_by_project_and_label() -> None:
    labels = {"com.docker.compose.project": "todo", "todo.stack.service": "backend"}
    assert read_container(inspected(labels), "todo").ours
    assert not read_container(inspected(labels), "shop").ours
    assert not read_container(inspected({"com.docker.compose.project": "todo"}), "todo").ours


def test_a_stopped_container_holds_no_port() -> None:
    assert read_container(inspected({}), "todo").published == (("", 8000),)
    assert read_container(inspected({}, running=False), "todo").published == ()
