"""What a service promises, as the normalised contract the controller hands to modules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, TypeVar

T = TypeVar("T")

SECRET_MIN_LENGTH = 32


@dataclass(frozen=True)
class Embedded:
    """The compose service that supplies a value nobody gave; ``url`` holds ``{password}``."""

    service: str
    url: str


@dataclass(frozen=True)
class Variable:
    """One environment variable of a service; ``rotation`` says what a new value ends."""

    purpose: str
    type: str = "string"
    default: str | None = None
    secret: bool = False
    required: bool = False
    min_length: int | None = None
    generate: bool = False
    embedded: Embedded | None = None
    rotation: str | None = None


@dataclass(frozen=True)
class Budget:
    """Limits of one image: build time, and the sum of its uncompressed layers."""

    seconds: int
    bytes: int


@dataclass(frozen=True)
class Build:
    """How the image is built; ``context`` is an absolute path on the controller.

    ``requires``: what the image must bring along, see `image.requirements`.
    """

    service: str
    image: str
    context: str
    dockerfile: str
    target: str | None
    args: Mapping[str, str]
    budget: Budget
    requires: Sequence[str] = ()


@dataclass(frozen=True)
class Health:
    """The HTTP health check; ``expect`` is JMESPath on the JSON body."""

    path: str
    expect: str
    within_seconds: int


@dataclass(frozen=True)
class Ui:
    """The page a person sees, and a text it contains."""

    path: str
    contains: str
    within_seconds: int


@dataclass(frozen=True)
class Run:
    """The port a running service answers on, and how that is judged."""

    port: int
    health: Health | None
    ui: Ui | None


@dataclass(frozen=True)
class Contract:
    """One service's whole contract; ``file`` is relative to the project folder.

    ``networks``: compose service -> key of each of its networks -> its name, "" for compose's own.
    """

    service: str
    file: str
    image: str
    compose_services: Sequence[str]
    build: Build
    run: Run
    env: Mapping[str, Variable]
    networks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def running_services(self) -> list[str]:
        """Return every compose service that runs for this contract, embedded ones included."""
        embedded = [v.embedded.service for v in self.env.values() if v.embedded]
        return [*self.compose_services, *embedded]

    def as_result(self) -> dict[str, Any]:
        """Return the contract as plain dicts and lists, the form `from_dict` reads."""
        return asdict(self)


def from_dict(raw: Mapping[str, Any]) -> Contract:
    """Read a normalised contract as `Contract.as_result` made it; unknown keys are ignored."""
    run, build = raw["run"], raw["build"]
    return Contract(
        service=raw["service"],
        file=raw["file"],
        image=raw["image"],
        compose_services=list(raw["compose_services"]),
        build=_read(Build, {**build, "budget": _read(Budget, build["budget"])}),
        run=Run(
            port=run["port"],
            health=_optional(Health, run.get("health")),
            ui=_optional(Ui, run.get("ui")),
        ),
        env={name: _variable(spec) for name, spec in raw["env"].items()},
        networks=raw.get("networks") or {},
    )


def _variable(spec: Mapping[str, Any]) -> Variable:
    return _read(Variable, {**spec, "embedded": _optional(Embedded, spec.get("embedded"))})


def _optional(cls: type[T], raw: Mapping[str, Any] | None) -> T | None:
    return None if raw is None else _read(cls, raw)


def _read(cls: type[T], raw: Mapping[str, Any]) -> T:
    known = {one.name for one in fields(cls)}  # type: ignore[arg-type]
    return cls(**{key: value for key, value in raw.items() if key in known})
