"""What a criterion sees: one service of the look with its containers, the host, or the fleet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.module_utils.judge.check import BUILD_REMEDY
from ansible_collections.todo.stack.plugins.module_utils.judge.fault import Expect
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Container,
    Seen,
    Service,
)

HOST = "host"
FLEET = "fleet"
Measure = Callable[[Container], tuple[str, str]]


@dataclass(frozen=True)
class Peer:
    """Another host that ought to run the same images, and what was seen of it."""

    name: str
    seen: Seen


@dataclass(frozen=True)
class Subject:
    """What is judged; ``contract`` is the service's own, ``containers`` are all its replicas.

    ``relaxed``: what is not demanded of it, and why, or by which variable.
    Of the fleet, ``peer`` is the host that this one is compared with.
    """

    seen: Seen
    service: Service
    expect: Expect
    contract: Contract | None = None
    containers: tuple[Container, ...] = ()
    relaxed: Mapping[str, str] = field(default_factory=dict)
    bind_address: str = "127.0.0.1"
    is_host: bool = False
    peer: Peer | None = None

    @property
    def name(self) -> str:
        """The service's name, by which its checks go."""
        return self.service.name

    @property
    def reference(self) -> str:
        """The image that the service is to run, by its name."""
        return image_reference(self.seen, self.service, self.contract)

    @property
    def image(self) -> Mapping[str, Any] | None:
        """The image that the service is to run, None where the host has none of this name."""
        return self.seen.image(self.reference)

    @property
    def many(self) -> int:
        """How many containers there are or ought to be."""
        return max(self.service.replicas, len(self.containers))

    @property
    def end_recorded(self) -> bool:
        """Whether the release knows that this one-shot ended well, as it is now to run."""
        known = self.seen.release.one_shots.get(self.name)
        hashes = {self.service.alone_hash, self.service.config_hash} - {""}
        ran = {f"{(self.image or {}).get('Id', '')} {one}" for one in hashes}
        return self.service.one_shot and self.image is not None and known in ran


def image_reference(seen: Seen, service: Service, contract: Contract | None) -> str:
    """Return the name of the image that a service is to run."""
    pinned = seen.environment.pins.get(service.name)
    built = contract is not None and contract.build is not None
    return pinned or (f"{contract.image}:latest" if contract and built else service.image)


def each(subject: Subject, measure: Measure, *, inside: bool = False) -> tuple[str, str]:
    """Return what is measured of all replicas, and their faults by name; "" for none.

    ``inside``: the measure needs a container that runs and could be looked into.
    """
    if not subject.containers:
        if subject.end_recorded:
            return "ended", ""
        return "no container", f"the service {subject.name} has no container; {BUILD_REMEDY}"
    rows = [
        (one, *((_shut(subject, one) if inside else None) or measure(one)))
        for one in subject.containers
    ]
    if subject.many == 1:
        return rows[0][1], rows[0][2]
    counted = Counter(measured for _, measured, _ in rows)
    measured = "; ".join(f"{count} of {subject.many} {text}" for text, count in counted.items())
    return measured, "; ".join(f"{one.name}: {fault}" for one, _, fault in rows if fault)


def _shut(subject: Subject, container: Container) -> tuple[str, str] | None:
    if not container.pid:
        state = container.state or "not running"
        return state, f"the container is not running, see {subject.name}.running"
    if container.inside.problem:
        return "unknown", container.inside.problem
    return None
