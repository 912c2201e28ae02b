"""What a compose project needs to be as wanted: compared from read-only facts, then named."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.build.content import SERVICE_LABEL
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import Problem

COMPOSE_SERVICE = "com.docker.compose.service"
COMPOSE_HASH = "com.docker.compose.config-hash"
COMPOSE_ONE_OFF = "com.docker.compose.oneoff"
COMPLETED = "service_completed_successfully"
HEALTHY = "service_healthy"


@dataclass(frozen=True)
class Desired:
    """A service as compose would start it; ``one_shot``: it is waited for to end with 0.

    ``alone_hash`` is the hash that compose writes when it starts the service by itself.
    ``container_name`` is how compose names its container, empty where that is not known.
    """

    service: str
    config_hash: str
    image: str
    one_shot: bool
    alone_hash: str = ""
    networks: frozenset[str] = frozenset()
    container_name: str = ""


@dataclass(frozen=True)
class Actual:
    """A container of the project as it is."""

    id: str
    name: str
    service: str
    ours: bool
    config_hash: str
    image_id: str
    state: str
    health: str
    exit_code: int
    oom_killed: bool
    restarts: int
    networks: frozenset[str] = frozenset()
    pid: int = 0

    @property
    def failed(self) -> bool:
        """Whether it ended with anything but success."""
        return self.state in {"exited", "dead"} and self.exit_code != 0

    def as_result(self) -> dict[str, Any]:
        """Return what a result says of it."""
        return {
            "state": self.state,
            "health": self.health,
            "exit_code": self.exit_code,
            "restarts": self.restarts,
            "image_id": self.image_id,
        }


@dataclass(frozen=True)
class Action:
    """One step of the plan: ``create``, ``recreate``, ``start`` or ``remove``, and why."""

    service: str
    action: str
    why: str

    def as_result(self) -> dict[str, str]:
        """Return the action as a result's row."""
        return asdict(self)


def read_desired(config: Mapping[str, Any], hashes: str) -> list[Desired]:
    """Return the services of `compose config --format json` with `config --hash` lines."""
    by_service = dict(line.split() for line in hashes.splitlines() if line.strip())
    services: Mapping[str, Any] = config.get("services") or {}
    waited_for = {
        name
        for spec in services.values()
        for name, how in (spec.get("depends_on") or {}).items()
        if how.get("condition") == COMPLETED
    }
    named = {key: str(one["name"]) for key, one in (config.get("networks") or {}).items()}
    return [
        Desired(
            name,
            by_service.get(name, ""),
            spec.get("image", ""),
            name in waited_for,
            networks=frozenset(named[key] for key in spec.get("networks") or {} if key in named),
            container_name=spec.get("container_name")
            or (f"{config['name']}-{name}-1" if "name" in config else ""),
        )
        for name, spec in services.items()
    ]


def read_actual(inspected: Mapping[str, Any]) -> Actual:
    """Return a container from its `docker container inspect`."""
    labels = inspected["Config"].get("Labels") or {}
    state = inspected["State"]
    return Actual(
        id=inspected["Id"],
        name=inspected["Name"].lstrip("/"),
        service=labels.get(COMPOSE_SERVICE, ""),
        ours=SERVICE_LABEL in labels,
        config_hash=labels.get(COMPOSE_HASH, ""),
        image_id=inspected["Image"],
        state=state["Status"],
        health=(state.get("Health") or {}).get("Status", "none"),
        exit_code=int(state.get("ExitCode") or 0),
        oom_killed=bool(state.get("OOMKilled")),
        restarts=int(inspected.get("RestartCount") or 0),
        networks=frozenset((inspected.get("NetworkSettings") or {}).get("Networks") or {}),
        pid=int(state.get("Pid") or 0),
    )


def is_one_off(inspected: Mapping[str, Any]) -> bool:
    """Return whether a container came from `docker compose run`: it stands for no service."""
    return (inspected["Config"].get("Labels") or {}).get(COMPOSE_ONE_OFF) == "True"


def start_order(config: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return what each service waits for (service -> condition), those waited for first.

    Services that are switched off are waited for by nobody.
    """
    services: Mapping[str, Any] = config.get("services") or {}
    needs = {
        name: {
            other: str(how.get("condition"))
            for other, how in (spec.get("depends_on") or {}).items()
            if other in services
        }
        for name, spec in services.items()
    }
    ordered: dict[str, dict[str, str]] = {}
    while len(ordered) < len(needs):
        ready = [n for n in needs if n not in ordered and needs[n].keys() <= ordered.keys()]
        # Compose refuses circles: without one, something is always ready.
        ordered.update({name: needs[name] for name in ready or needs})
    return ordered


def plan(  # noqa: PLR0917 - facts, one after another
    desired: Sequence[Desired],
    actual: Sequence[Actual],
    image_ids: Mapping[str, str],
    new_environment: Collection[str] = (),
    new_images: Collection[str] = (),
    rendered: Collection[str] = (),
) -> list[Action]:
    """Return what must happen, in the services' order; nothing for a stack that is as wanted.

    ``image_ids``: reference -> ID of the images on this host. ``new_environment`` and
    ``new_images``: services whose values and references whose image earlier tasks would change,
    which a preview cannot see on the host. ``rendered``: services whose values have changed, for
    the reason that is told.
    """
    by_service = {container.service: container for container in actual}
    wanted = {one.service for one in desired}
    actions = []
    for one in desired:
        due = _Due(
            image_id="" if one.image in new_images else image_ids.get(one.image, ""),
            stale=one.service in new_environment,
            changed="environment" if one.service in rendered else "configuration",
        )
        found = _action(one, by_service.get(one.service), due)
        actions += [Action(one.service, *found)] if found else []
    orphans = [c for c in actual if c.service not in wanted]
    return actions + [Action(c.service, "remove", "no longer wanted") for c in orphans]


def unmet(service: str, container: Actual | None, condition: str) -> str:
    """Return why a service's condition does not hold, nothing when it does."""
    if container is None:
        return f"{service} has no container"
    if condition == COMPLETED and (container.state != "exited" or container.exit_code != 0):
        return f"{service} has not ended well: it is {container.state}, code {container.exit_code}"
    if condition == HEALTHY and container.health != "healthy":
        return f"{service} is not healthy: it is {container.state}, {container.health}"
    return ""


def foreign(actual: Sequence[Actual]) -> list[Problem]:
    """Return the containers in the project that are not ours to touch."""
    return [
        Problem(
            f"the container {container.name} is in the compose project and lacks {SERVICE_LABEL}",
            container.service or container.name,
            f"label its service in compose.yaml, or remove it: docker rm -f {container.name}",
        )
        for container in actual
        if not container.ours
    ]


@dataclass(frozen=True)
class _Due:
    """What a service is to have: its image, whether its values change, what is said to change."""

    image_id: str
    stale: bool
    changed: str


def _action(one: Desired, container: Actual | None, due: _Due) -> tuple[str, str] | None:
    if container is None:
        return "create", "there is no container"
    if due.stale:
        return "recreate", "its environment changed"
    if container.config_hash not in (one.config_hash, one.alone_hash):
        return "recreate", f"its {due.changed} changed"
    if container.image_id != due.image_id:
        return "recreate", f"{one.image} is another image now"
    if one.container_name not in ("", container.name):
        return "recreate", f"its container is named {container.name}"
    if one.one_shot:
        return ("start", _ended(container)) if container.failed else _unfinished(container)
    if container.state not in {"running", "restarting"}:
        return "start", _ended(container)
    missing = sorted(one.networks - container.networks)
    if missing:
        return "recreate", f"it is not on the network {missing[0]}"
    # A network_mode, such as the host's, names none.
    more = sorted(container.networks - one.networks) if one.networks else []
    return ("recreate", f"it is on the network {more[0]} too") if more else None


def _unfinished(container: Actual) -> tuple[str, str] | None:
    done = container.state == "exited" and container.exit_code == 0
    return None if done or container.state == "running" else ("start", "it never ran")


def _ended(container: Actual) -> str:
    cause = "killed by its memory limit" if container.oom_killed else f"code {container.exit_code}"
    return f"it is {container.state} ({cause})"
