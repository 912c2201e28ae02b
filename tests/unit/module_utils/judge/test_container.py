"""State, users and ports of a container."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.judge.container import (
    ports,
    running,
    user,
)
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    End,
    Listener,
    Observation,
    Process,
)

EVERYWHERE = "0.0.0.0"  # noqa: S104 - looked at, not bound to
Contract = dict[str, Any]


def with_state(seen: Observation, **changes: Any) -> Observation:
    container = dict(seen.container or {})
    return replace(seen, container={**container, "State": {**container["State"], **changes}})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"Status": "restarting", "Pid": 0, "ExitCode": 3}, "exit code 3"),
        ({"Status": "exited", "Pid": 0, "OOMKilled": True}, "killed by its memory limit"),
        ({"Status": "paused"}, "paused"),
        ({"Status": "created", "Pid": 0, "Error": "address already in use"}, "already in use"),
        ({"Health": {"Status": "starting"}}, "starting"),
        ({"Health": {"Status": "unhealthy"}}, "unhealthy"),
        ({"Health": None}, "no healthcheck"),
    ],
)
def test_only_running_and_healthy_passes(
    contract: Contract, seen: Observation, changes: dict[str, Any], said: str
) -> None:
    check = running(contract, with_state(seen, **changes))
    assert not check.passed
    assert said in f"{check.measured} {check.message}"


@pytest.mark.parametrize(("uptime", "passed"), [(5.0, False), (59.9, False), (600.0, True)])
def test_a_container_that_just_came_back_may_be_in_a_crash_loop(
    contract: Contract, seen: Observation, uptime: float, passed: bool
) -> None:
    back = replace(
        seen,
        container={**(seen.container or {}), "RestartCount": 2},
        ends=(End(1, False), End(137, True)),
        uptime_seconds=uptime,
    )
    check = running(contract, back)
    assert check.passed is passed
    assert check.measured == "running, healthy, 2 restarts"
    assert "2 restarts, last cause: killed by its memory limit" in check.message


def test_a_container_of_an_older_image_is_not_what_was_built(
    contract: Contract, seen: Observation
) -> None:
    check = running(contract, replace(seen, container={**(seen.container or {}), "Image": "old"}))
    assert not check.passed
    assert "does not run todo-backend:latest" in check.message


@pytest.mark.parametrize("uids", [(0, 0, 0), (10001, 0, 10001), (10001, 10001, 0)])
def test_one_process_that_is_root_or_can_become_it_fails(
    contract: Contract, seen: Observation, uids: tuple[int, ...]
) -> None:
    helper = Process(44, "helper", uids, 0, True)
    inside = replace(seen.inside, processes=(*seen.inside.processes, helper))
    check = user(contract, replace(seen, inside=inside))
    assert not check.passed
    assert "helper" in check.message


@pytest.mark.parametrize(
    ("configured", "passed"),
    [("10001:10001", True), ("10001", True), ("app", False), ("", False), ("00", False)],
)
def test_the_user_has_to_be_a_fixed_number(
    contract: Contract, seen: Observation, configured: str, passed: bool
) -> None:
    container = {**(seen.container or {}), "Config": {"User": configured}}
    assert user(contract, replace(seen, container=container)).passed is passed


def test_a_container_without_visible_processes_fails(contract: Contract, seen: Observation) -> None:
    inside = replace(seen.inside, processes=())
    assert not user(contract, replace(seen, inside=inside)).passed


@pytest.mark.parametrize(
    ("listeners", "measured", "said"),
    [
        ([], "none, on 127.0.0.1:8000", "nothing listens on 8000"),
        ([(EVERYWHERE, 8000), ("127.0.0.1", 9229)], "8000, 9229 (127.0.0.1), on", "9229"),
        ([("::", 8000)], "8000, on 127.0.0.1:8000", ""),
        ([("127.0.0.11", 5000), (EVERYWHERE, 8000)], "8000, on 127.0.0.1:8000", ""),
    ],
)
def test_the_contracts_port_listens_and_no_other(
    contract: Contract,
    seen: Observation,
    listeners: list[tuple[str, int]],
    measured: str,
    said: str,
) -> None:
    inside = replace(seen.inside, listeners=tuple(Listener(*one) for one in listeners))
    check = ports(contract, replace(seen, inside=inside), "127.0.0.1")
    assert check.passed is not bool(said)
    assert measured in str(check.measured)
    assert said in check.message


@pytest.mark.parametrize(
    ("published", "bind_address", "passed"),
    [
        ({"8000/tcp": [("127.0.0.1", "8000")]}, "127.0.0.1", True),
        ({"8000/tcp": [("127.0.0.1", "8000")], "9000/tcp": None}, "127.0.0.1", True),
        ({"8000/tcp": None}, "127.0.0.1", False),
        ({}, "127.0.0.1", False),
        ({"8000/tcp": [(EVERYWHERE, "8000")]}, "127.0.0.1", False),
        ({"8000/tcp": [(EVERYWHERE, "8000"), ("::", "8000")]}, EVERYWHERE, True),
        ({"8000/tcp": [("::1", "8000")]}, "::1", True),
        ({"8000/tcp": [("127.0.0.1", "8080")]}, "127.0.0.1", False),
        (
            {"8000/tcp": [("127.0.0.1", "8000")], "22/tcp": [("127.0.0.1", "22")]},
            "127.0.0.1",
            False,
        ),
    ],
)
def test_it_is_published_on_the_expected_address_alone(
    contract: Contract,
    seen: Observation,
    published: dict[str, list[tuple[str, str]] | None],
    bind_address: str,
    passed: bool,
) -> None:
    table = {
        inner: [{"HostIp": ip, "HostPort": port} for ip, port in bindings or []]
        for inner, bindings in published.items()
    }
    container = {**(seen.container or {}), "NetworkSettings": {"Ports": table}}
    assert ports(contract, replace(seen, container=container), bind_address).passed is passed


def test_a_service_without_a_port_may_open_none(contract: Contract, seen: Observation) -> None:
    contract["run"]["port"] = None
    assert not ports(contract, seen, "127.0.0.1").passed
    closed = replace(
        seen,
        inside=replace(seen.inside, listeners=()),
        container={**(seen.container or {}), "NetworkSettings": {"Ports": {}}},
    )
    assert ports(contract, closed, "127.0.0.1").passed
