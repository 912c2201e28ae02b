"""Ports: who has them, told by name."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.todo.stack.plugins.module_utils.decide.host_checks import Container
from ansible_collections.todo.stack.plugins.module_utils.edge.ports import owners_of, use_of

THEIRS = Container(name="shop-web-1", project="shop", ours=False, published=())


OWNERS = "ansible_collections.todo.stack.plugins.module_utils.edge.ports.owners_of"


@pytest.fixture
def proxied(monkeypatch: pytest.MonkeyPatch, taken: int) -> int:
    """A port that the engine's proxy has, for a container."""
    monkeypatch.setattr(OWNERS, lambda _address, _port: ["docker-proxy (pid 7)"])
    return taken


@pytest.fixture
def taken() -> Iterator[int]:
    """A port this process listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_process_that_has_the_port_is_named(taken: int) -> None:
    owner = use_of("backend", taken, "127.0.0.1", [], True).owner
    name = Path("/proc/self/comm").read_text().strip()
    assert owner == f"{name} (pid {os.getpid()})"


def test_a_listener_on_another_address_is_none_of_our_business(taken: int) -> None:
    assert use_of("backend", taken, "127.0.0.7", [], True).owner == ""


def test_a_listener_on_another_address_hinders_a_wildcard(taken: int) -> None:
    assert use_of("backend", taken, "0.0.0.0", [], True).owner  # noqa: S104


def test_a_free_port_has_no_owner(taken: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    assert use_of("backend", free, "127.0.0.1", [], True).owner == ""
    assert free != taken


def test_a_container_that_has_the_port_is_named(proxied: int) -> None:
    theirs = replace(THEIRS, published=(("127.0.0.1", proxied),))
    owner = use_of("backend", proxied, "127.0.0.1", [theirs], True).owner
    assert owner == "container shop-web-1 (project shop)"


def test_our_own_container_may_have_the_port(proxied: int) -> None:
    ours = Container(name="todo-backend-1", project="todo", ours=True, published=(("", proxied),))
    assert use_of("backend", proxied, "127.0.0.1", [ours], True).owner == ""


def test_an_address_of_no_interface_is_told() -> None:
    assert use_of("backend", 8000, "192.0.2.77", [], True).foreign_address


def test_ipv6_is_looked_at_too() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        port = server.getsockname()[1]
        assert str(os.getpid()) in use_of("backend", port, "::1", [], True).owner
        assert owners_of("::", port)


def test_the_proxy_of_a_dead_engine_does_not_count(proxied: int) -> None:
    assert use_of("backend", proxied, "127.0.0.1", [], False).owner == ""
    assert use_of("backend", proxied, "127.0.0.1", [], True).owner == "docker-proxy (pid 7)"


def test_our_own_container_on_another_address_does_not_hide_a_stranger(taken: int) -> None:
    ours = Container("todo-backend-1", "todo", ours=True, published=(("127.0.0.5", taken),))
    assert f"pid {os.getpid()}" in use_of("backend", taken, "127.0.0.1", [ours], True).owner
