"""What one look at a host saw: the input of every decision and every judgement. No secret in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Optional

from ansible_collections.todo.stack.plugins.module_utils.contract.labels import candidate_name
from ansible_collections.todo.stack.plugins.module_utils.decide.engine_state import EngineState

# A container that came back less than this ago may be between two crashes.
SETTLED_SECONDS = 60


@dataclass(frozen=True)
class ProbeResult:
    """What one check saw: ``error`` is empty for a whole answer, ``status`` 0 for none.

    Of a command ``status`` is its exit code and ``body`` the last line it said. Of a GET ``body``
    is the JSON text of at most 64 KiB, else empty; ``holds``: whether the text that the contract
    wants is in it, None where it wants none.
    """

    status: int = 0
    content_type: str = ""
    body: str = ""
    holds: Optional[bool] = None
    error: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Process:
    """A process of a container; ``uids`` (real, effective, saved) as seen inside it."""

    pid: int
    name: str
    uids: tuple[int, ...]
    capabilities: int
    no_new_privileges: bool
    resident_bytes: int = 0


@dataclass(frozen=True)
class Listener:
    """A socket that waits for others in a container's network namespace: of TCP, or of UDP."""

    address: str
    port: int
    protocol: str = "tcp"


@dataclass(frozen=True)
class End:
    """How a container's main process ended, from the engine's events."""

    exit_code: int
    out_of_memory: bool


@dataclass(frozen=True)
class Names:
    """How one environment differs from another: names only."""

    missing: tuple[str, ...] = ()
    different: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether there is any difference."""
        return bool(self.missing or self.different or self.extra)

    @classmethod
    def between(cls, real: Mapping[str, str], wanted: Mapping[str, str]) -> Names:
        """Return how ``real`` values differ from those that are ``wanted``."""
        return cls(
            missing=tuple(sorted(wanted.keys() - real.keys())),
            different=tuple(sorted(n for n in real.keys() & wanted.keys() if real[n] != wanted[n])),
            extra=tuple(sorted(real.keys() - wanted.keys())),
        )


@dataclass(frozen=True)
class Contents:
    """Files an image should not have; ``problem`` says why they could not be looked for."""

    setuid: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Space:
    """What is free where ``path`` is, or will be; ``inodes`` is None where there is no limit."""

    path: str
    free_bytes: int
    free_inodes: Optional[int] = None
    total_bytes: int = 0
    total_inodes: int = 0


@dataclass(frozen=True)
class Inside:
    """The view into a running container; ``problem`` says why there is none.

    ``environment``: how the main process's differs from what its service is to have. ``volumes``:
    what is free on each that it may write to, by its path in the container.
    """

    processes: tuple[Process, ...] = ()
    listeners: tuple[Listener, ...] = ()
    environment: Names = field(default_factory=Names)
    volumes: tuple[Space, ...] = ()
    uptime_seconds: float = 0.0
    problem: str = ""


@dataclass(frozen=True)
class Container:
    """A container of the stack's compose project, its one-offs and candidates included.

    ``settings`` are the parts of ``docker container inspect`` that hardening is judged by:
    HostConfig's, ``Mounts``, ``User``, ``Healthcheck``. ``published``: such as
    ``127.0.0.1:8000`` or ``0.0.0.0:80->8000/tcp``. ``networks``: name -> address on it.
    ``environment``: how the values it was created with differ from those it is to have.
    """

    id: str
    name: str
    service: str
    number: int = 1
    ours: bool = True
    one_off: bool = False
    config_hash: str = ""
    image_id: str = ""
    image: str = ""
    state: str = ""
    health: str = "none"
    exit_code: int = 0
    oom_killed: bool = False
    error: str = ""
    restarts: int = 0
    pid: int = 0
    networks: Mapping[str, str] = field(default_factory=dict)
    published: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    environment: Names = field(default_factory=Names)
    inside: Inside = field(default_factory=Inside)
    ends: tuple[End, ...] = ()
    contents: Contents = field(default_factory=Contents)

    @property
    def failed(self) -> bool:
        """Whether it ended with anything but success."""
        return self.state in {"exited", "dead"} and self.exit_code != 0

    @property
    def ended_well(self) -> bool:
        """Whether it ended with success, as a one-shot is to."""
        return self.state == "exited" and self.exit_code == 0

    def is_candidate(self, stack: str) -> bool:
        """Tell whether it was started to prove its service's new version."""
        return self.one_off and self.name == candidate_name(stack, self.service)


@dataclass(frozen=True)
class PublishedPort:
    """A port of a service on the host, as compose would publish it."""

    address: str
    port: int
    target: int


@dataclass(frozen=True)
class ChangedPart:
    """A network, volume, config or secret of the compose file that is not as it was released.

    ``title``: such as ``network default``. ``name``: that of a network or volume which is on the
    host with the options of before, else "".
    """

    title: str
    name: str = ""


@dataclass(frozen=True)
class Service:
    """A compose service as it is to run, from compose's own reading of all files.

    ``config_hash``: the hash that its container is to carry, ``alone_hash`` that of one that was
    started by itself. ``one_shot``: others wait for it to end with 0. ``keeps_data``: it writes to
    a volume, or to a folder of the host. ``networks``: names as the engine has them. ``needs``:
    service -> condition. ``probes``: what its contract's checks answered at the published port.
    ``parts``: what it uses of the compose file beside itself, such as ``config app``.
    """

    name: str
    config_hash: str = ""
    alone_hash: str = ""
    image: str = ""
    container_name: str = ""
    replicas: int = 1
    one_shot: bool = False
    keeps_data: bool = False
    networks: tuple[str, ...] = ()
    host_network: bool = False
    ports: tuple[PublishedPort, ...] = ()
    memory_bytes: int = 0
    needs: Mapping[str, str] = field(default_factory=dict)
    probes: Mapping[str, ProbeResult] = field(default_factory=dict)
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class PortUse:
    """A port the stack publishes: who has it ("" when it is free), and an address that is none."""

    service: str
    port: int
    owner: str = ""
    foreign_address: bool = False


@dataclass(frozen=True)
class OtherContainer:
    """A container of the host that is none of the stack's project."""

    name: str
    project: str


@dataclass(frozen=True)
class EnvironmentSeen:
    """The environment that was given against what is on the host: names only.

    ``drift``: service -> how environment.json differs from what was given. ``to_make``: secrets
    that a run would make. ``unreadable``: why the rendered environment cannot be known.
    ``prints``: service -> keyed fingerprint of all its values. ``pins``: service -> the image that
    environment.json names. ``secrets_kept``: whether secrets.json holds just what it is to.
    ``secrets_since``: secret, ``service.NAME`` -> when it was made or given, ISO 8601.
    """

    drift: Mapping[str, Names] = field(default_factory=dict)
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    switched_off: tuple[str, ...] = ()
    to_make: tuple[str, ...] = ()
    prints: Mapping[str, str] = field(default_factory=dict)
    pins: Mapping[str, str] = field(default_factory=dict)
    secrets_kept: bool = True
    unreadable: str = ""
    secrets_since: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Migration:
    """A migration of the database, and whether the code of before it runs on the schema after."""

    revision: str
    backward_compatible: bool = False


@dataclass(frozen=True)
class Measured:
    """What a service was like in a release: its image, the slowest build of it, its restarts.

    ``restarts``: while the release ran, of one that runs still those before it was last mended.
    ``counted``: what the engine had counted of the service's containers at the release's end.
    """

    size_bytes: Optional[int] = None
    build_seconds: Optional[float] = None
    restarts: int = 0
    counted: int = 0


@dataclass(frozen=True)
class ReleaseSeen:
    """A release, by its record and the files that were kept of it; number 0 where there is none.

    ``at``: its last run, ``began``: since when it is as it is; ISO 8601. ``one_shots``: service ->
    ``image_id hash`` of its last good end. ``images``: service -> ID, ``references``: service ->
    name. ``given``: what was given for it, ``service.NAME``, of what the host would make or embed.
    ``schema``: the revision that the database had, ``migrations`` those that led there, the
    newest first. ``back_to``: the release that it repeats. ``identity``: equal for releases of the
    same images, values and definition. ``accepted`` and ``failed``: its checks at its end.
    ``damage``: why it cannot be repeated, as far as its files tell. ``rollout_seconds``: what its
    transaction took, ``measured``: its services; both are empty where they were not recorded.
    """

    number: int = 0
    at: str = ""
    by: str = ""
    one_shots: Mapping[str, str] = field(default_factory=dict)
    images: Mapping[str, str] = field(default_factory=dict)
    given: tuple[str, ...] = ()
    references: Mapping[str, str] = field(default_factory=dict)
    began: str = ""
    commit: str = ""
    schema: str = ""
    migrations: tuple[Migration, ...] = ()
    back_to: int = 0
    identity: str = ""
    accepted: int = 0
    failed: tuple[str, ...] = ()
    damage: str = ""
    rollout_seconds: Optional[float] = None
    measured: Mapping[str, Measured] = field(default_factory=dict)


@dataclass(frozen=True)
class Seen:
    """Everything that one look at a host saw.

    ``images``: those of the stack and its bases, as ``docker image inspect`` tells, shortened;
    ``Record`` and ``Layers`` are what this host knows of their builds. ``modes``: file -> mode,
    "" is the state folder itself. ``definition_current``: whether the compose file on the host is
    the wanted one. ``changed``: what of the compose file beside its services is not as it was
    released. ``releases``: all that are kept, the oldest first, ``release`` the one that runs;
    ``wanted``: the number of the one that was looked for, 0 where it is none of them, and
    ``staying`` the secrets that have changed since and stay. ``problem``: why nothing of the
    engine could be seen. ``system``: the host's own, such as ``debian 12``.
    """

    stack: str
    engine: EngineState
    space: tuple[Space, ...] = ()
    available_memory_bytes: int = 0
    ip_forward: bool = True
    ports: tuple[PortUse, ...] = ()
    others: tuple[OtherContainer, ...] = ()
    images: tuple[Mapping[str, Any], ...] = ()
    builds: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    services: tuple[Service, ...] = ()
    containers: tuple[Container, ...] = ()
    environment: EnvironmentSeen = field(default_factory=EnvironmentSeen)
    release: ReleaseSeen = field(default_factory=ReleaseSeen)
    modes: Mapping[str, int] = field(default_factory=dict)
    definition_current: bool = False
    warnings: tuple[str, ...] = ()
    problem: str = ""
    changed: tuple[ChangedPart, ...] = ()
    releases: tuple[ReleaseSeen, ...] = ()
    wanted: int = 0
    staying: tuple[str, ...] = ()
    system: str = ""

    def of_service(self, service: str) -> list[Container]:
        """Return the service's containers, without one-offs, by their number."""
        own = [one for one in self.containers if one.service == service and not one.one_off]
        return sorted(own, key=lambda one: one.number)

    def outdated(self, kind: str) -> list[str]:
        """Return the networks, or the volumes, in use that are there with the options of before."""
        used = {part for service in self.services for part in service.parts}
        return [
            one.name
            for one in self.changed
            if one.name and one.title in used and one.title.startswith(f"{kind} ")
        ]

    @property
    def wanted_release(self) -> Optional[ReleaseSeen]:
        """Return the kept release that was looked for, None where it is the project."""
        return next((one for one in self.releases if one.number == self.wanted), None)

    def image(self, reference: str) -> Optional[Mapping[str, Any]]:
        """Return the image of this name or ID, None where there is none."""
        for one in self.images:
            if reference == one.get("Id") or reference in (one.get("RepoTags") or ()):
                return one
        return None
