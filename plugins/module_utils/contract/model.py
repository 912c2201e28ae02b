"""What a service promises: the contract as it is read once, at the door, and typed to the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Optional, Union

SECRET_MIN_LENGTH = 32
WITHIN_SECONDS = 60
TCP = "tcp"


@dataclass(frozen=True)
class Embedded:
    """The compose service that supplies a value nobody gave; ``url`` holds ``{password}``.

    ``revision``: SQL that tells the revision of the database's schema, "" where none does.
    """

    service: str
    url: str
    revision: str = ""


@dataclass(frozen=True)
class Variable:
    """One environment variable of a service; ``rotation`` says what a new value ends.

    ``any_with``: another variable; where that is given, any text will do for this one.
    ``schemes``: of an address, those that it may have, none for the usual ones. ``template``: what
    its value is made of when none is given, see `contract.templates`.
    """

    purpose: str
    type: str = "string"
    default: Optional[str] = None
    secret: bool = False
    required: bool = False
    min_length: Optional[int] = None
    generate: bool = False
    embedded: Optional[Embedded] = None
    rotation: str = ""
    any_with: str = ""
    schemes: tuple[str, ...] = ()
    template: str = ""


@dataclass(frozen=True)
class Budget:
    """Limits of one image: wall time of its build, and the sum of its uncompressed layers."""

    seconds: Optional[float] = None
    bytes: Optional[int] = None


@dataclass(frozen=True)
class Build:
    """How the image is built; ``context`` is an absolute path on the controller.

    ``requires``: what the image must bring along, see `build.requirements`.
    """

    service: str
    image: str
    context: str
    dockerfile: str
    target: Optional[str]
    args: Mapping[str, str]
    budget: Budget
    requires: tuple[str, ...] = ()


@dataclass(frozen=True)
class HttpCheck:
    """One GET and what it must answer: a status, and JSON, a text, or an HTML page with a text.

    ``name`` is the criterion's: health, ready, ui, or the user's own. ``expect`` is JMESPath that
    is true of the JSON body, ``revision`` its key that tells the schema's revision, ``migrations``
    the one that lists what led there, the newest first. ``port`` is the container's, 0 for its
    service's first.
    """

    name: str
    path: str
    status: int = 200
    expect: str = ""
    contains: str = ""
    html: bool = False
    revision: str = ""
    migrations: str = ""
    within_seconds: int = WITHIN_SECONDS
    port: int = 0


@dataclass(frozen=True)
class TcpCheck:
    """A port of the container that takes connections."""

    name: str
    port: int
    within_seconds: int = WITHIN_SECONDS


@dataclass(frozen=True)
class CommandCheck:
    """A command of the image that ends with 0 where it is run beside the service."""

    name: str
    command: tuple[str, ...]
    within_seconds: int = WITHIN_SECONDS


ServiceCheck = Union[HttpCheck, TcpCheck, CommandCheck]


@dataclass(frozen=True)
class Port:
    """A port that a service listens on: ``target`` in its container, ``published`` on the host.

    ``published`` is 0 where only the stack's own services reach it; ``protocol`` is tcp or udp.
    """

    target: int
    published: int = 0
    protocol: str = TCP

    def inside(self) -> str:
        """Return the port as it is called in the container: 8000, 53/udp."""
        return str(self.target) if self.protocol == TCP else f"{self.target}/{self.protocol}"

    def published_at(self, address: str) -> str:
        """Return where it is published, as a container tells it: 127.0.0.1:80->8000/tcp."""
        host = f"[{address}]" if ":" in address else address
        inner = f"{self.target}/{self.protocol}"
        same = inner == f"{self.published}/{TCP}"
        return f"{host}:{self.published}" + ("" if same else f"->{inner}")


@dataclass(frozen=True)
class Run:
    """The ports a running service listens on, and how what it answers is judged.

    ``check`` is a command of the image that judges the environment it is about to get. ``single``:
    two of it must never run at once, so that none can be tried beside it. ``starts_within``: the
    seconds that one without checks may take.
    """

    ports: tuple[Port, ...] = ()
    checks: tuple[HttpCheck, ...] = ()
    connections: tuple[TcpCheck, ...] = ()
    commands: tuple[CommandCheck, ...] = ()
    check: tuple[str, ...] = ()
    single: bool = False
    starts_within: int = WITHIN_SECONDS

    @property
    def within_seconds(self) -> int:
        """How long after its start the service may take to answer as it should."""
        return max((one.within_seconds for one in self.all_checks), default=self.starts_within)

    @property
    def all_checks(self) -> list[ServiceCheck]:
        """Every check of the running service."""
        return [*self.checks, *self.connections, *self.commands]

    @property
    def published(self) -> list[Port]:
        """The ports that users reach."""
        return [one for one in self.ports if one.published]

    def asked_at(self, check: HttpCheck) -> Port:
        """Return the port that a check asks; port 0, which nobody answers, where there is none."""
        of_tcp = [one for one in self.ports if one.protocol == TCP]
        asked = [one for one in of_tcp if check.port in (0, one.target)]
        return next(iter(asked), Port(0))


@dataclass(frozen=True)
class Contract:
    """One service's whole contract; ``file`` is relative to the project folder.

    ``compose_services``: the service itself first, and those of its image without a contract.
    ``build`` is None where another contract builds the image, or a registry has it. ``relaxed``:
    what the service does without, see `contract.relaxed`, and why.
    """

    service: str
    file: str
    image: str
    compose_services: tuple[str, ...]
    build: Optional[Build]
    run: Run
    env: Mapping[str, Variable] = field(default_factory=dict)
    relaxed: Mapping[str, str] = field(default_factory=dict)

    @property
    def embedded(self) -> list[Embedded]:
        """The compose services that supply values nobody gave, each once."""
        found = [one.embedded for one in self.env.values() if one.embedded]
        return list({one.service: one for one in found}.values())

    def running_services(self) -> list[str]:
        """Return every compose service that runs for this contract, embedded ones included."""
        return [*self.compose_services, *(one.service for one in self.embedded)]
