"""The networks of a container: those that compose.yaml gives it, and no other."""

from __future__ import annotations

from ansible_collections.todo.stack.plugins.module_utils.judge.check import BUILD_REMEDY, Finding
from ansible_collections.todo.stack.plugins.module_utils.judge.subject import Subject, each
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Container

# What a container is on that asked for no network of its own: it has no address there.
UNADDRESSED = {"host", "none"}


def networks(subject: Subject) -> Finding:
    """Return whether each container is attached to exactly the networks it is to have.

    A one-shot that has ended is on no network any more, whatever the engine remembers.
    """
    service = subject.service
    wanted = {"host"} if service.host_network else set(service.networks)

    def measure(container: Container) -> tuple[str, str]:
        if service.one_shot and container.state == "exited":
            return "ended", ""
        return _text(set(container.networks)), _fault(wanted, container)

    measured, fault = each(subject, measure)
    return Finding(measured, _text(wanted), fault)


def _fault(wanted: set[str], container: Container) -> str:
    attached = set(container.networks)
    if not wanted and attached == {"none"}:
        return ""
    unreached = {
        name
        for name, address in container.networks.items()
        if not address and name in wanted - UNADDRESSED and container.state == "running"
    }
    faults = {
        "not attached to": wanted - attached,
        "attached, and should not be, to": attached - wanted,
        "without an address on": unreached,
    }
    found = [f"{text} {_text(names)}" for text, names in faults.items() if names]
    if not attached and not wanted:
        found = ["attached to no network"]
    return "; ".join([*found, BUILD_REMEDY]) if found else ""


def _text(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "none"
