"""Ports: who has them, told by name."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Port
from ansible_collections.todo.stack.plugins.module_utils.edge import ports
from ansible_collections.todo.stack.plugins.module_utils.edge.ports import owners_of, use_of
from ansible_collections.todo.stack.plugins.module_utils.look.observation import PortUse

EVERYWHERE = "0.0.0.0"  # noqa: S104 - looked for, not bound to
ME = f"{Path('/proc/self/comm').read_text().strip()} (pid {os.getpid()})"


def holding(port: int, name: str, project: str, address: str = "", **state: Any) -> dict[str, Any]:
    """Return a running container, inspected, that is published on a port."""
    return {
        "Name": f"/{name}",
        "Config": {"Labels": {"com.docker.compose.project": project} if project else {}},
        "State": {"Running": True, "Pid": 1, **state},
        "HostConfig": {
            "NetworkMode": "bridge",
            "PortBindings": {
                "80/tcp": [{"HostIp": address, "HostPort": str(port)}], "9/tcp": None,
            },
        },
    }  # fmt: skip


def owner(port: int, address: str = "127.0.0.1", *everything: dict[str, Any]) -> str:
    return use_of("backend", Port(8000, port), address, "todo", everything).owner


@pytest.fixture
def taken() -> Iterator[int]:
    """A port this process listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize(
    ("address", "expected"),
    [("127.0.0.1", ME), (EVERYWHERE, ME), ("127.0.0.7", "")],
)
def test_a_listener_is_named_where_it_is_in_the_way(
    taken: int, address: str, expected: str
) -> None:
    assert owner(taken, address) == expected


def test_a_free_port_has_no_owner(taken: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    assert owner(free) == ""
    assert free != taken


def test_ipv6_is_looked_at_too() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        port = server.getsockname()[1]
        assert owner(port, "::1") == ME
        assert owners_of("::", Port(80, port))


def test_udp_and_tcp_are_not_in_each_other_s_way() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        number = server.getsockname()[1]
        udp = Port(53, number, "udp")
        bound = holding(number, *THEIRS)
        assert use_of("dns", udp, "127.0.0.1", "todo", [bound]).owner == ME
        bound["HostConfig"]["PortBindings"] = {"53/udp": [{"HostIp": "", "HostPort": str(number)}]}
        told = use_of("dns", udp, "127.0.0.1", "todo", [bound]).owner
        assert told.startswith("container shop-web-1 (project shop)")
        assert use_of("dns", Port(53, number), "127.0.0.1", "todo", []).owner == ""


def test_an_address_of_no_interface_is_told() -> None:
    found = use_of("backend", Port(80, 8000), "192.0.2.77", "todo", [])
    assert found == PortUse("backend", 8000, foreign_address=True)


THEIRS = ("shop-web-1", "shop")
OURS = ("todo-backend-1", "todo")


@pytest.mark.parametrize("proxy", ["docker-proxy", "dockerd", "rootlesskit"])
@pytest.mark.parametrize(
    ("holder", "expected"),
    [
        ((*THEIRS, "127.0.0.1"), "container shop-web-1 (project shop)"),
        ((*THEIRS, ""), "container shop-web-1 (project shop)"),
        ((*THEIRS, "::"), "container shop-web-1 (project shop)"),
        (("lone", "", ""), "container lone"),
        ((*OURS, "127.0.0.1"), ""),
        ((*OURS, ""), ""),
        ((*THEIRS, "127.0.0.9"), "{proxy} (pid 7)"),
    ],
)
def test_a_port_of_the_engine_is_told_by_its_container(
    monkeypatch: pytest.MonkeyPatch,
    taken: int,
    proxy: str,
    holder: tuple[str, str, str],
    expected: str,
) -> None:
    monkeypatch.setattr(ports, "owners_of", lambda *_, **__: [f"{proxy} (pid 7)"])
    assert owner(taken, "127.0.0.1", holding(taken, *holder)) == expected.format(proxy=proxy)


def test_a_container_that_does_not_run_has_no_port(taken: int) -> None:
    assert owner(taken, "127.0.0.1", holding(taken, *THEIRS, Running=False)) == ME


@pytest.mark.parametrize(
    ("everything", "expected"),
    [((), ""), ((holding(1, *THEIRS),), "docker-proxy (pid 7)")],
)
def test_the_proxy_of_a_dead_engine_does_not_count(
    monkeypatch: pytest.MonkeyPatch, taken: int, everything: Any, expected: str
) -> None:
    monkeypatch.setattr(ports, "owners_of", lambda *_, **__: ["docker-proxy (pid 7)"])
    assert owner(taken, "127.0.0.1", *everything) == expected


def test_an_owner_that_cannot_be_seen_is_an_owner(
    monkeypatch: pytest.MonkeyPatch, taken: int
) -> None:
    monkeypatch.setattr(ports, "owners_of", lambda *_, **__: [])
    assert owner(taken, "127.0.0.1", holding(1, *OURS)) == "a process that this user may not see"


def test_two_that_are_in_the_way_are_both_told(taken: int) -> None:
    found = owner(taken, "127.0.0.1", holding(taken, *THEIRS))
    assert found == f"container shop-web-1 (project shop) and {ME}"


def test_our_own_container_does_not_hide_a_stranger(taken: int) -> None:
    assert owner(taken, "127.0.0.1", holding(taken, *OURS, "127.0.0.5")) == ME


@pytest.mark.parametrize(("project", "expected"), [("todo", ""), ("shop", ME)])
def test_our_own_service_on_the_host_s_network_may_have_its_port(
    taken: int, project: str, expected: str
) -> None:
    one = holding(1, "agent", project, Pid=os.getpid())
    one["HostConfig"].update(NetworkMode="host", PortBindings={})
    assert owner(taken, "127.0.0.1", one) == expected


def test_a_process_that_is_gone_hides_nobody(taken: int) -> None:
    one = holding(1, "agent", "todo", Pid=4_194_304)
    one["HostConfig"].update(NetworkMode="host")
    assert owner(taken, "127.0.0.1", one) == ME
