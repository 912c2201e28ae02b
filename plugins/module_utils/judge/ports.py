"""The ports of a service with a contract: what listens inside, and where it is published."""

from __future__ import annotations

import ipaddress

from ansible_collections.todo.stack.plugins.module_utils.judge.check import Finding
from ansible_collections.todo.stack.plugins.module_utils.judge.subject import Subject, each
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Container,
    Listener,
)

EMBEDDED_DNS = "127.0.0.11"
WILDCARDS = {"0.0.0.0", "::"}  # noqa: S104 - compared with, not bound to


def ports(subject: Subject) -> Finding:
    """Return whether the contract's port, and only it, listens and is published as asked."""
    port = subject.contract.run.port if subject.contract else 0
    # Docker publishes the IPv4 wildcard on IPv6 too unless told otherwise.
    wide = subject.bind_address == "0.0.0.0"  # noqa: S104
    addresses = WILDCARDS if wide else {subject.bind_address}
    allowed = {f"{_bracket(address)}:{port}" for address in addresses}
    everywhere = {one for container in subject.containers for one in container.published}

    def measure(container: Container) -> tuple[str, str]:
        listening = [one for one in container.inside.listeners if one.address != EMBEDDED_DNS]
        open_ports = {one.port for one in listening}
        faults = {
            "nothing listens on": _texts({port} - open_ports),
            "listens, and the contract does not say so:": _texts(open_ports - {port}),
            "published, and should not be:": _texts(set(container.published) - allowed),
            "not published on": [] if everywhere & allowed else _texts(allowed),
        }
        said = "; ".join(f"{text} {', '.join(found)}" for text, found in faults.items() if found)
        return _shown(_described(listening), sorted(container.published)), said

    measured, fault = each(subject, measure, inside=True)
    limit = _shown([str(port)], [f"{_bracket(subject.bind_address)}:{port}"])
    return Finding(measured, limit, fault, "" if fault else _reach(subject.bind_address))


def _reach(bind_address: str) -> str:
    if ipaddress.ip_address(bind_address).is_loopback:
        return ""
    return f"reached from other machines: stack_bind_address is {bind_address}"


def _described(listening: list[Listener]) -> list[str]:
    wide = {one.port for one in listening if one.address in WILDCARDS}
    narrow = {(one.port, one.address) for one in listening if one.port not in wide}
    return [str(port) for port in sorted(wide)] + [f"{p} ({a})" for p, a in sorted(narrow)]


def _texts(values: set[int] | set[str]) -> list[str]:
    return [str(value) for value in sorted(values)]


def _shown(listening: list[str], published: list[str]) -> str:
    return f"{', '.join(listening) or 'none'}, on {', '.join(published) or 'no address'}"


def _bracket(address: str) -> str:
    return f"[{address}]" if ":" in address else address
