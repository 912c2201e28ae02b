"""What a host must offer before anything changes on it, judged from measurements."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import Problem
from ansible_collections.todo.stack.plugins.module_utils.decide.engine_state import (
    ABSENT,
    MINIMUM,
    OUTDATED,
    STOPPED,
    EngineState,
    shortfalls,
)

SERVICE_LABEL = "todo.stack.service"
PROJECT_LABEL = "com.docker.compose.project"
WILDCARDS = ("", "0.0.0.0", "::")  # noqa: S104  compared with, not bound
MINIMUM_FREE_INODES = 50_000


@dataclass(frozen=True)
class Space:
    """What is free where ``path`` is, or will be; ``inodes`` is None where there is no limit."""

    path: str
    free_bytes: int
    free_inodes: int | None


@dataclass(frozen=True)
class PortUse:
    """A port the stack publishes: who has it ("" when it is free), and an address that is none."""

    service: str
    port: int
    owner: str = ""
    foreign_address: bool = False


@dataclass(frozen=True)
class Container:
    """A container on the host, of whatever project; ``published`` are addresses and ports."""

    name: str
    project: str
    ours: bool
    published: tuple[tuple[str, int], ...]

    def holds(self, address: str, port: int) -> bool:
        """Tell whether it is in the way of a listener on ``address``."""
        return any(
            port == taken and (here == address or here in WILDCARDS or address in WILDCARDS)
            for here, taken in self.published
        )

    def described(self) -> str:
        """Return the name a user finds it by."""
        return f"container {self.name}" + (f" (project {self.project})" if self.project else "")


@dataclass(frozen=True)
class Measured:
    """Everything measured on the host."""

    engine: EngineState
    space: Sequence[Space]
    ports: Sequence[PortUse]
    containers: Sequence[Container]
    available_memory_bytes: int
    ip_forward: bool
    images: Sequence[Mapping[str, Any]] = ()

    def as_result(self) -> dict[str, Any]:
        """Return what the module tells about the host."""
        return {
            "engine": self.engine.as_result(),
            "space": [asdict(space) for space in self.space],
            "available_memory_bytes": self.available_memory_bytes,
            "ip_forward": self.ip_forward,
            "images": list(self.images),
        }


@dataclass(frozen=True)
class Expected:
    """What the stack needs of the host; ``compose_services`` are all that may run.

    ``images`` are looked for, and none is missed.
    """

    project: str
    compose_services: Collection[str]
    bind_address: str
    min_free_bytes: int
    engine_managed: bool
    images: Sequence[str] = ()


def judge_host(measured: Measured, expected: Expected) -> list[Problem]:
    """Return everything that stands in the way of the stack."""
    return [
        *_engine_problems(measured.engine, expected.engine_managed),
        *_port_problems(measured.ports, expected),
        *(p for space in measured.space for p in _space_problems(space, expected.min_free_bytes)),
        *_clashes(measured.containers, expected),
        *_forwarding_problems(measured),
    ]


def read_container(inspected: Mapping[str, Any], project: str) -> Container:
    """Return what matters of a ``docker container inspect``."""
    labels = inspected.get("Config", {}).get("Labels") or {}
    bindings = inspected.get("HostConfig", {}).get("PortBindings") or {}
    running = inspected.get("State", {}).get("Running", False)
    published = {
        (str(binding.get("HostIp", "")), int(binding["HostPort"]))
        for rows in bindings.values()
        for binding in rows or []
        if str(binding.get("HostPort", "")).isdigit()
    }
    return Container(
        name=str(inspected.get("Name", "")).lstrip("/"),
        project=labels.get(PROJECT_LABEL, ""),
        ours=labels.get(PROJECT_LABEL) == project and SERVICE_LABEL in labels,
        published=tuple(sorted(published)) if running else (),
    )


def _engine_problems(engine: EngineState, managed: bool) -> Iterator[Problem]:
    if engine.running:
        remedy = "run playbooks/local.yml, whose role docker_engine brings it up to date"
        lacks = [] if managed else shortfalls(engine, MINIMUM)
        yield from (Problem(lack, "docker engine", remedy) for lack in lacks)
    elif not (managed and engine.state in (ABSENT, STOPPED, OUTDATED)):
        yield Problem(engine.message, "docker engine", engine.remedy)


def _port_problems(ports: Sequence[PortUse], expected: Expected) -> Iterator[Problem]:
    if any(use.foreign_address for use in ports):
        remedy = "choose an address that `ip address` lists; 0.0.0.0 is every one"
        what = f"{expected.bind_address} is no address of this host"
        yield Problem(what, "stack_bind_address", remedy)
    for use in ports:
        if use.owner:
            where = f"port {use.port} of {use.service}"
            yield Problem(f"is taken by {use.owner}", where, "stop it, or give it another port")


def _space_problems(space: Space, min_free_bytes: int) -> Iterator[Problem]:
    if space.free_bytes < min_free_bytes:
        what = f"{_gigabytes(space.free_bytes)} free, {_gigabytes(min_free_bytes)} needed"
        yield Problem(what, f"disk at {space.path}", "make room, e.g. docker system prune")
    if space.free_inodes is not None and space.free_inodes < MINIMUM_FREE_INODES:
        what = f"{space.free_inodes} inodes free, {MINIMUM_FREE_INODES} needed"
        yield Problem(what, f"disk at {space.path}", "remove small files, e.g. old logs or caches")


def _clashes(containers: Sequence[Container], expected: Expected) -> Iterator[Problem]:
    own_names = {f"{expected.project}-{service}-1" for service in expected.compose_services}
    for container in containers:
        if container.ours:
            continue
        if container.project == expected.project:
            what = f"lacks the label {SERVICE_LABEL}: another stack has the same project name"
            yield Problem(what, container.described(), "remove it, or rename that project")
        elif container.name in own_names:
            what = "has the name of a container of this stack, but is none of it"
            yield Problem(what, container.described(), "rename or remove it")


def _forwarding_problems(measured: Measured) -> Iterator[Problem]:
    # A starting engine switches it on; switched off later, containers lose their network.
    if measured.engine.running and not measured.ip_forward:
        remedy = "sysctl -w net.ipv4.ip_forward=1, and keep it in /etc/sysctl.d"
        yield Problem("is 0: containers are cut off", "net.ipv4.ip_forward", remedy)


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB"
