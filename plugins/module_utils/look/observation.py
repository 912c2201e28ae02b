"""What was seen of one service on a host: the input of every judgement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Inspect = Mapping[str, Any]


@dataclass(frozen=True)
class ProbeResult:
    """What one GET saw: ``error`` is empty for a whole answer, ``status`` 0 for none."""

    status: int
    body: bytes
    content_type: str
    error: str
    seconds: float


@dataclass(frozen=True)
class Process:
    """A process of a container; ``uids`` (real, effective, saved) as seen inside it."""

    pid: int
    name: str
    uids: tuple[int, ...]
    capabilities: int
    no_new_privileges: bool


@dataclass(frozen=True)
class Listener:
    """A listening TCP socket in a container's network namespace."""

    address: str
    port: int


@dataclass(frozen=True)
class End:
    """How a container's main process ended, from the engine's events."""

    exit_code: int
    out_of_memory: bool


@dataclass(frozen=True)
class Rendered:
    """The environment the stack was started with; ``problem`` says why it cannot be known."""

    values: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True)
class Inside:
    """The view into a running container; ``problem`` says why there is none."""

    processes: tuple[Process, ...] = ()
    listeners: tuple[Listener, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True)
class Contents:
    """Files an image should not have; ``problem`` says why they could not be looked for."""

    setuid: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Drift:
    """How the rendered environment differs from what was given: names only."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Observation:
    """Everything seen of one service; ``problem`` is set when the host could not be looked at.

    ``relaxed``: the settings of its hardening that the user does without.
    """

    image: Inspect | None = None
    layers: tuple[Mapping[str, Any], ...] = ()
    builds: tuple[Mapping[str, Any], ...] = ()
    container: Inspect | None = None
    inside: Inside = field(default_factory=Inside)
    ends: tuple[End, ...] = ()
    rendered: Rendered = field(default_factory=Rendered)
    health: ProbeResult | None = None
    ui: ProbeResult | None = None
    contents: Contents = field(default_factory=Contents)
    drift: Drift = field(default_factory=Drift)
    relaxed: tuple[str, ...] = ()
    uptime_seconds: float = 0.0
    problem: str = ""

    @property
    def running(self) -> bool:
        """Return whether the container's main process runs at this moment."""
        return self.container is not None and bool(self.container["State"].get("Pid"))
