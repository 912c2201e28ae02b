"""What stands in the way of a stack on its host: all of it found before anything changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import Problem
from ansible_collections.todo.stack.plugins.module_utils.contract.labels import SERVICE_LABEL
from ansible_collections.todo.stack.plugins.module_utils.decide.engine_state import (
    ABSENT,
    MINIMUM,
    OUTDATED,
    STOPPED,
    EngineState,
    shortfalls,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.parts import VOLUME
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import Action, Images
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Container,
    PortUse,
    Seen,
    Space,
)

MINIMUM_FREE_INODES = 50_000
# What a service that was never seen running is taken to need.
_UNKNOWN_BYTES = 128_000_000


def host_problems(
    seen: Seen, bind_address: str, *, min_free_bytes: int, engine_managed: bool
) -> list[Problem]:
    """Return everything that stands in the way of the stack."""
    return [
        *engine_problems(seen, min_free_bytes=min_free_bytes, engine_managed=engine_managed),
        *port_problems(seen.ports, bind_address),
        *foreign_problems(seen),
        *volume_problems(seen),
    ]


def engine_problems(seen: Seen, *, min_free_bytes: int, engine_managed: bool) -> list[Problem]:
    """Return everything that stands in the way of an engine and its images, whatever they run."""
    return [
        *_engine_problems(seen.engine, engine_managed),
        *(p for space in seen.space for p in _space_problems(space, min_free_bytes)),
        *_forwarding_problems(seen),
    ]


def foreign_problems(seen: Seen) -> list[Problem]:
    """Return the containers that bear this stack's names and are not its own."""
    return [*unlabelled_problems(seen.stack, seen.containers), *_namesakes(seen)]


def volume_problems(seen: Seen) -> list[Problem]:
    """Return the volumes that compose.yaml gives other options: only an empty one can have them."""
    what = "compose.yaml gives it other options, which only a new and empty volume would have"
    remedy = (
        "take that change back; or save what it holds, remove its containers and "
        "`docker volume rm` it, then run again"
    )
    return [Problem(what, f"volume {name}", remedy) for name in seen.outdated(VOLUME)]


def memory_problems(seen: Seen, actions: Sequence[Action]) -> list[Problem]:
    """Return whether the new versions cannot be tried beside the running ones for want of memory.

    Each is taken to need twice what runs of it takes now, within its limit.
    """
    due = {action.service for action in actions if action.new and action.action == "recreate"}
    needs = {}
    for service in seen.services:
        running = [one for one in seen.of_service(service.name) if one.pid]
        if service.name in due and running and not (service.keeps_data or service.one_shot):
            taken = sum(p.resident_bytes for one in running[:1] for p in one.inside.processes)
            expected = 2 * taken or _UNKNOWN_BYTES
            needs[service.name] = min(expected, service.memory_bytes or expected)
    needed = sum(needs.values())
    if needed <= seen.available_memory_bytes:
        return []
    what = (
        f"{_megabytes(seen.available_memory_bytes)} are available, and {_megabytes(needed)} are "
        f"needed to try {', '.join(sorted(needs))} beside what runs"
    )
    return [Problem(what, "memory of the host", "free some, or give the host more")]


def image_problems(images: Images) -> list[Problem]:
    """Return the services whose image is not on the host, when nothing is left that brings it."""
    remedy = "build it with the role images, or have it with the role base_images"
    return [
        Problem(f"there is no image {image.reference}", f"image of {service}", remedy)
        for service, image in images.items()
        if not image.id
    ]


def _engine_problems(engine: EngineState, managed: bool) -> Iterator[Problem]:
    if engine.running:
        remedy = "run playbooks/local.yml, whose role docker_engine brings it up to date"
        lacks = [] if managed else shortfalls(engine, MINIMUM)
        yield from (Problem(lack, "docker engine", remedy) for lack in lacks)
    elif not (managed and engine.state in (ABSENT, STOPPED, OUTDATED)):
        yield Problem(engine.message, "docker engine", engine.remedy)


def port_problems(ports: Sequence[PortUse], bind_address: str) -> Iterator[Problem]:
    """Yield which of the stack's ports others have, and an address that is none of the host's."""
    if any(use.foreign_address for use in ports):
        remedy = "choose an address that `ip address` lists; 0.0.0.0 is every one"
        yield Problem(f"{bind_address} is no address of this host", "stack_bind_address", remedy)
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


def unlabelled_problems(stack: str, containers: Sequence[Container]) -> Iterator[Problem]:
    """Yield the containers of the stack's project that are not ours to touch."""
    for container in containers:
        if not (container.ours or container.one_off):
            what = f"lacks the label {SERVICE_LABEL}: another stack has the same project name"
            where = f"container {container.name} (project {stack})"
            yield Problem(what, where, "remove it, or rename that project")


def _namesakes(seen: Seen) -> Iterator[Problem]:
    own = {service.container_name for service in seen.services}
    own |= {f"{seen.stack}-{name}-1" for name in seen.environment.names}
    for other in seen.others:
        if other.name in own:
            what = "has the name of a container of this stack, but is none of it"
            where = f"container {other.name}" + (other.project and f" (project {other.project})")
            yield Problem(what, where, "rename or remove it")


def _forwarding_problems(seen: Seen) -> Iterator[Problem]:
    # A starting engine switches it on; switched off later, containers lose their network.
    if seen.engine.running and not seen.ip_forward:
        remedy = "sysctl -w net.ipv4.ip_forward=1, and keep it in /etc/sysctl.d"
        yield Problem("is 0: containers are cut off", "net.ipv4.ip_forward", remedy)


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB"


def _megabytes(count: int) -> str:
    return f"{count / 1e6:.0f} MB"
