"""The contract's port is open, where it should be, and no other."""

from __future__ import annotations

from typing import Any

EMBEDDED_DNS = "127.0.0.11"


def listening(table: str) -> list[tuple[str, int]]:
    """Return address and port of each line of ``ss``."""
    locals_ = [line.split()[3].rsplit(":", 1) for line in table.splitlines()]
    return [(address, int(port)) for address, port in locals_]


def test_only_the_contracts_port_listens_in_the_container(
    container: Any, contract: dict[str, Any]
) -> None:
    sockets = listening(container.in_network_namespace("ss", "-Hltn"))
    ports = {port for address, port in sockets if address != EMBEDDED_DNS}
    assert ports == {contract["run"]["port"]}


def test_no_udp_port_is_open_in_the_container(container: Any) -> None:
    sockets = listening(container.in_network_namespace("ss", "-Hlun"))
    assert [one for one in sockets if one[0] != EMBEDDED_DNS] == []


def test_the_host_publishes_it_on_the_expected_address_alone(
    eyes: Any, contract: dict[str, Any]
) -> None:
    port = contract["run"]["port"]
    addresses = {address for address, p in listening(eyes.run("ss", "-Hltn")) if p == port}
    assert addresses == {eyes.bind_address}


def test_nothing_else_of_the_container_is_published(
    container: Any, contract: dict[str, Any]
) -> None:
    bindings = container.inspect["NetworkSettings"]["Ports"]
    published = {inner for inner, where in bindings.items() if where}
    assert published == {f"{contract['run']['port']}/tcp"}


def test_nothing_is_published_but_what_contracts_promise(
    eyes: Any, contracts: list[dict[str, Any]]
) -> None:
    published = {
        (binding["HostIp"], int(binding["HostPort"]))
        for one in eyes.running()
        for bindings in one.inspect["NetworkSettings"]["Ports"].values()
        for binding in bindings or []
    }
    assert published == {(eyes.bind_address, contract["run"]["port"]) for contract in contracts}
