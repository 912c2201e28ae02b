"""What must happen for a stack to be as wanted: data, decided from one look at its host."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.labels import STACK_LABEL
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.module_utils.decide.parts import NETWORK
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    SETTLED_SECONDS,
    Container,
    Names,
    Seen,
    Service,
)

HOST = "host"
HTTP_OK = 200


@dataclass(frozen=True)
class Action:
    """One step of the plan, and why.

    ``action`` of a service: ``create``, ``recreate``, ``start``, ``remove``, ``password`` (the
    database takes it anew) or ``tag``; of the host: ``write`` or ``protect`` a file of the stack,
    ``renew`` a network of it.
    ``new``: what is to run differs from what ran, and has to prove itself first.
    """

    service: str
    action: str
    why: str
    new: bool = False

    def as_result(self) -> dict[str, str]:
        """Return the action as a result's row."""
        return {key: value for key, value in asdict(self).items() if key != "new"}

    def line(self) -> str:
        """Return the action as people read it."""
        return f"{self.service}: {self.action}, {self.why}"


def as_result(actions: Sequence[Action]) -> dict[str, Any]:
    """Return the keys of a result that tell the actions: their rows, and the lines of a diff."""
    lines = "".join(f"{action.line()}\n" for action in actions)
    return {
        "actions": [action.as_result() for action in actions],
        "diff": {"prepared": lines} if lines else {},
    }


@dataclass(frozen=True)
class WantedImage:
    """The image that a service is to run: its ``id`` is empty until it is built."""

    reference: str
    id: str
    why: str = ""


Images = Mapping[str, WantedImage]  # by compose service


def plan(seen: Seen, contracts: Sequence[Contract], images: Images) -> tuple[Action, ...]:
    """Return what must happen, services in the order they need each other; nothing if all is well.

    ``images``: what every service is to run, see `decide.images`.
    """
    if seen.problem or not seen.services:
        return tuple(_foreseen(seen, contracts))
    networks = seen.outdated(NETWORK)
    actions = [Action(HOST, "renew", f"the network {name} has other options") for name in networks]
    for service in seen.services:
        actions += _service_actions(seen, service, images.get(service.name), actions)
    actions += _passwords(seen, contracts, actions)
    due = {action.service for action in actions}
    tags = [tag for tag in _tags(seen, contracts, images) if tag.service not in due]
    return (*actions, *_leftovers(seen), *tags, *_files(seen, images))


def _foreseen(seen: Seen, contracts: Sequence[Contract]) -> Iterator[Action]:
    """Return the plan for a host without an engine or Compose, where nothing of ours can run."""
    declared = [name for one in contracts for name in one.running_services()]
    names = dict.fromkeys([*seen.environment.names, *declared])
    lacks = seen.problem if seen.engine.running else ""
    why = lacks or "there is no running engine yet"
    for name in names:
        if name not in seen.environment.switched_off:
            yield Action(name, "create", why, new=True)


def _service_actions(
    seen: Seen, service: Service, image: WantedImage | None, before: Sequence[Action]
) -> list[Action]:
    wanted = image or WantedImage(service.image, "")
    if service.one_shot:
        due = _one_shot(seen, service, wanted, before)
    else:
        due = _lasting(seen, service, wanted)
    return [due] if due else []


def _lasting(seen: Seen, service: Service, image: WantedImage) -> Action | None:
    name, containers = service.name, seen.of_service(service.name)
    if not containers:
        missing = Action(name, "create", "there is no container", new=True)
        return missing if service.replicas else None
    for container in containers:
        if why := _difference(seen, service, container, image):
            return Action(name, "recreate", why, new=True)
    if renewed := [one for one in seen.outdated(NETWORK) if one in service.networks]:
        return Action(name, "recreate", f"the network {renewed[0]} is made anew")
    if len(containers) != service.replicas:
        many = f"{len(containers)} of {service.replicas} replicas are there"
        return Action(name, "create", many)
    for container in containers:
        # Before its start, which would leave it without its network.
        if why := _cut_off(service, container):
            return Action(name, "recreate", why)
        if container.state not in {"running", "restarting"}:
            how = "recreate" if container.state == "dead" else "start"
            return Action(name, how, _ended(container))
        if why := _sick(container):
            return Action(name, "recreate", why)
    return None


def _one_shot(
    seen: Seen, service: Service, image: WantedImage, before: Sequence[Action]
) -> Action | None:
    """Return what is due of a service that is to end: to run again, where it has to."""
    name, containers = service.name, seen.of_service(service.name)
    if renewed := [a.service for a in before if a.service in service.needs and _renews(a)]:
        return Action(name, "recreate", f"{renewed[0]} is begun anew", new=True)
    if not containers:
        if seen.release.one_shots.get(name) == f"{image.id} {service.alone_hash}":
            return None
        return Action(name, "create", "it never ran", new=True)
    for container in containers:
        if why := _difference(seen, service, container, image):
            return Action(name, "recreate", why, new=True)
        if not (container.ended_well or container.state == "running"):
            why = _ended(container) if container.failed else "it never ran"
            return Action(name, "recreate", why, new=True)
    return None


def _renews(action: Action) -> bool:
    return action.action in {"create", "recreate"}


def _difference(seen: Seen, service: Service, container: Container, image: WantedImage) -> str:
    """Return how what a container was made of differs from what it is to be made of."""
    created = container.environment
    # What a client's proxies, or a hand, have put into it shows in no hash.
    names = sorted({*created.missing, *created.different, *created.extra})
    if names:
        return f"its environment changed: {', '.join(names)}"
    if container.image_id != image.id:
        told = f" ({image.why})" if image.why else ""
        return f"{service.image.partition('@')[0]} is another image now{told}"
    if container.config_hash not in {service.alone_hash, service.config_hash}:
        # A value that is no longer given shows in the hash alone.
        gone = seen.environment.drift.get(service.name, Names()).extra
        return (
            f"its environment changed: {', '.join(gone)}" if gone else "its configuration changed"
        )
    changed = [one.title for one in seen.changed if one.title in service.parts and not one.name]
    if contents := [title for title in changed if not title.startswith(f"{NETWORK} ")]:
        return f"its {contents[0]} changed"
    # Compose goes on counting: the one that is left of two replicas may be the second.
    numbered = f"{seen.stack}-{service.name}-{container.number}"
    if container.name not in {service.container_name, numbered}:
        return f"its container is named {container.name}"
    return ""


def _cut_off(service: Service, container: Container) -> str:
    missing = sorted(set(service.networks) - container.networks.keys())
    if missing:
        return f"it is not on the network {missing[0]}"
    # A network_mode, such as the host's, names none.
    more = sorted(container.networks.keys() - set(service.networks)) if service.networks else []
    return f"it is on the network {more[0]} too" if more else ""


def _sick(container: Container) -> str:
    if container.health == "unhealthy":
        return "its healthcheck says unhealthy"
    inside = container.inside
    young = not inside.problem and inside.uptime_seconds < SETTLED_SECONDS
    looping = container.state == "restarting" or (container.restarts > 1 and young)
    return f"it crashes again and again ({container.restarts} restarts)" if looping else ""


def _ended(container: Container) -> str:
    if container.state == "paused":
        return "it is paused"
    cause = "killed by its memory limit" if container.oom_killed else f"code {container.exit_code}"
    return f"it is {container.state} ({cause})"


def _passwords(
    seen: Seen, contracts: Sequence[Contract], actions: Sequence[Action]
) -> Iterator[Action]:
    """Have an embedded database take its password again where a service says it is not ready."""
    due = {action.service for action in actions}
    for contract in contracts:
        service = next((one for one in seen.services if one.name == contract.service), None)
        ready = service.probes.get("ready") if service else None
        unready = ready is not None and not ready.error and ready.status != HTTP_OK
        for embedded in contract.embedded if unready else ():
            if embedded.service not in due and seen.of_service(embedded.service):
                why = f"{contract.service} is not ready, it may hold another password"
                yield Action(embedded.service, "password", why)


def _leftovers(seen: Seen) -> Iterator[Action]:
    wanted = {service.name for service in seen.services}
    for container in seen.containers:
        if container.is_candidate(seen.stack):
            yield Action(container.service, "remove", "left over by a run that was ended")
        elif container.service not in wanted and not container.one_off:
            yield Action(container.service, "remove", "no longer wanted")


def _tags(seen: Seen, contracts: Sequence[Contract], images: Images) -> Iterator[Action]:
    """Have ``latest`` name what runs, unless it names an image of another stack."""
    for contract in contracts:
        if not contract.build:
            continue
        wanted, named = images.get(contract.service), seen.image(f"{contract.image}:latest")
        if wanted is None or not wanted.id or (named and named["Id"] == wanted.id):
            continue
        if is_latest_ours(seen, contract):
            yield Action(contract.service, "tag", f"{contract.image}:latest is another image")


def is_latest_ours(seen: Seen, contract: Contract) -> bool:
    """Tell whether ``latest`` may be moved: it names no image of another stack that is here."""
    named = seen.image(f"{contract.image}:latest") or {}
    stack = ((named.get("Config") or {}).get("Labels") or {}).get(STACK_LABEL, seen.stack)
    return stack not in {one.project for one in seen.others}


def _files(seen: Seen, images: Images) -> Iterator[Action]:
    if not seen.definition_current:
        yield Action(HOST, "write", "compose.yaml changed")
    moved = [name for name, image in images.items()
             if seen.environment.pins.get(name) != image.reference]  # fmt: skip
    if seen.environment.drift or moved:
        names = [name for one in seen.environment.drift.items() for name in _drifted(*one)]
        images_moved = [f"the image of {name}" for name in sorted(moved)]
        yield Action(HOST, "write", f"environment.json: {', '.join([*names, *images_moved])}")
    if not seen.environment.secrets_kept:
        made = ", ".join(seen.environment.to_make)
        why = f"lacks {made}, which is made" if made else "is not what it is to be"
        yield Action(HOST, "write", f"secrets.json {why}")
    if seen.release.number and seen.release.damage:
        what = f"release {seen.release.number} could not be gone back to: {seen.release.damage}"
        yield Action(HOST, "write", what)
    for name, mode in seen.modes.items():
        if mode & 0o077:
            yield Action(HOST, "protect", f"{name or 'the state folder'} has the mode {mode:04o}")


def _drifted(service: str, names: Names) -> Iterator[str]:
    verbs = {"added": names.missing, "changed": names.different, "removed": names.extra}
    for verb, several in verbs.items():
        yield from (f"{service}.{name} {verb}" for name in several)
