"""The ports of a service with a contract: what listens inside, and where it is published."""

from __future__ import annotations

import ipaddress

from ansible_collections.todo.stack.plugins.module_utils.contract.model import TCP, Port
from ansible_collections.todo.stack.plugins.module_utils.judge.check import Finding
from ansible_collections.todo.stack.plugins.module_utils.judge.subject import Subject, each
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Container,
    Listener,
)

EMBEDDED_DNS = "127.0.0.11"
WILDCARDS = {"0.0.0.0", "::"}  # noqa: S104 - compared with, not bound to


def ports(subject: Subject) -> Finding:
    """Return whether the contract's ports, and no others, listen and are published as asked.

    Of UDP nobody can tell a server's socket from a client's: only a missing one is a fault.
    """
    wanted = subject.contract.run.ports if subject.contract else ()
    declared = {port.inside() for port in wanted}
    # Docker publishes the IPv4 wildcard on IPv6 too unless told otherwise.
    wide = subject.bind_address == "0.0.0.0"  # noqa: S104
    addresses = WILDCARDS if wide else {subject.bind_address}
    published = [p for p in wanted if p.published]
    allowed = {port: {port.published_at(address) for address in addresses} for port in published}
    everywhere = {one for container in subject.containers for one in container.published}
    lacking = {one for port in published if not everywhere & allowed[port] for one in allowed[port]}

    def measure(container: Container) -> tuple[str, str]:
        listening = [one for one in container.inside.listeners if one.address != EMBEDDED_DNS]
        of_tcp = [one for one in listening if one.protocol == TCP]
        there = {Port(one.port, protocol=one.protocol).inside() for one in listening}
        faults = {
            "nothing listens on": declared - there,
            "listens, and the contract does not say so:": {str(o.port) for o in of_tcp} - declared,
            "published, and should not be:": set(container.published).difference(*allowed.values()),
            "not published on": lacking,
        }
        said = "; ".join(
            f"{text} {', '.join(sorted(found))}" for text, found in faults.items() if found
        )
        udp = sorted(there & declared - {str(one.port) for one in of_tcp})
        return _shown([*_described(of_tcp), *udp], sorted(container.published)), said

    measured, fault = each(subject, measure, inside=True)
    places = [port.published_at(subject.bind_address) for port in published]
    limit = _shown([port.inside() for port in wanted], places)
    note = _reach(subject.bind_address) if published and not fault else ""
    return Finding(measured, limit, fault, note)


def _reach(bind_address: str) -> str:
    if ipaddress.ip_address(bind_address).is_loopback:
        return ""
    return f"reached from other machines: stack_bind_address is {bind_address}"


def _described(listening: list[Listener]) -> list[str]:
    wide = {one.port for one in listening if one.address in WILDCARDS}
    narrow = {(one.port, one.address) for one in listening if one.port not in wide}
    return [str(port) for port in sorted(wide)] + [f"{p} ({a})" for p, a in sorted(narrow)]


def _shown(listening: list[str], published: list[str]) -> str:
    return f"{', '.join(listening) or 'none'}, on {', '.join(published) or 'no address'}"
