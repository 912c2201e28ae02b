"""Looks at one service on the managed host: image, container, processes, files, HTTP."""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.build.build_records import BuildRecords
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.decide.override import read_back
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli, at_once
from ansible_collections.todo.stack.plugins.module_utils.edge.http import probe, reached_at
from ansible_collections.todo.stack.plugins.module_utils.edge.procfs import look_inside
from ansible_collections.todo.stack.plugins.module_utils.look.contents import contents_of
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Contents,
    Drift,
    End,
    Inside,
    Observation,
    ProbeResult,
    Rendered,
)
from ansible_collections.todo.stack.plugins.module_utils.release.turns import started_at

SERVICE_LABEL = "com.docker.compose.service"
ONE_OFF_LABEL = "com.docker.compose.oneoff"


@dataclass(frozen=True)
class Site:
    """Where and how to look: the compose project, its folder, its address, seconds a probe."""

    project: str
    state_dir: Path
    bind_address: str
    probe_timeout: float
    drift: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    relaxed: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def drift_of(self, service: str) -> Drift:
        """Return how the rendered environment of a service differs from what was given."""
        told = self.drift.get(service, {})
        return Drift(*(tuple(told.get(verb) or ()) for verb in ("added", "removed", "changed")))


def observe(
    docker: DockerCli, site: Site, contracts: list[Mapping[str, Any]]
) -> tuple[dict[str, Observation], dict[str, Observation]]:
    """Return what is seen of each service, and of those without a contract of their own.

    An engine that is down is an observation too.
    """
    references = [_reference(contract) for contract in contracts]
    try:
        seen: Any = at_once(
            lambda: docker.project_containers(site.project),
            lambda: docker.inspect_images(references),
        )
        containers, images = seen
        own = {c["service"]: _service(docker, site, c, containers, images) for c in contracts}
    except StackError as problem:
        blind = Observation(problem=f"the Docker engine could not be asked: {problem.what}")
        return {contract["service"]: blind for contract in contracts}, {}
    return own, _others(site, contracts, containers)


def _reference(contract: Mapping[str, Any]) -> str:
    return f"{contract['image']}:latest"


def _others(
    site: Site, contracts: list[Mapping[str, Any]], containers: list[dict[str, Any]]
) -> dict[str, Observation]:
    own = {contract["service"] for contract in contracts}
    there = [str((c["Config"].get("Labels") or {}).get(SERVICE_LABEL, "")) for c in containers]
    names = [*_expected(site.state_dir, contracts), *there]
    return {n: _other(site, n, containers) for n in dict.fromkeys(names) if n and n not in own}


def _expected(state_dir: Path, contracts: list[Mapping[str, Any]]) -> list[str]:
    """Return every service that the rendered environment has running."""
    try:
        document = json.loads((state_dir / "environment.json").read_text(encoding="utf-8"))
        return [name for name, told in document["services"].items() if "profiles" not in told]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return [name for contract in contracts for name in contract.get("compose_services", ())]


def _other(site: Site, service: str, containers: list[dict[str, Any]]) -> Observation:
    container = _of_service(containers, service)
    pid = int(container["State"].get("Pid") or 0) if container else 0
    return Observation(
        container=container,
        inside=look_inside(pid) if pid else Inside(),
        rendered=rendered(site.state_dir, service, required=False),
        drift=site.drift_of(service),
        relaxed=tuple(site.relaxed.get(service) or ()),
    )


def modes(folder: Path) -> dict[str, int]:
    """Return the modes of the stack's folder, by the name "", and of the files in it."""
    try:
        found = {path.name: path for path in sorted(folder.iterdir())}
        return {
            name: stat.S_IMODE(path.lstat().st_mode) for name, path in {"": folder, **found}.items()
        }
    except OSError:
        return {}


def _service(
    docker: DockerCli,
    site: Site,
    contract: Mapping[str, Any],
    containers: list[dict[str, Any]],
    images: Mapping[str, dict[str, Any]],
) -> Observation:
    image = images.get(_reference(contract))
    container = _of_service(containers, contract["service"])
    pid = int(container["State"].get("Pid") or 0) if container else 0
    run = contract["run"]
    builds = tuple(BuildRecords(site.state_dir).images.get(contract["image"], []))
    return Observation(
        image=image,
        layers=_layers(docker, image, builds) if image else (),
        builds=builds,
        container=container,
        inside=look_inside(pid) if pid else Inside(),
        ends=tuple(_ends(docker, container)) if container else (),
        rendered=rendered(site.state_dir, contract["service"]),
        health=_probe(site, run, "health") if pid else None,
        ui=_probe(site, run, "ui") if pid else None,
        contents=contents_of(str(container["Image"]), pid, site.state_dir)
        if container and pid
        else Contents(),
        drift=site.drift_of(contract["service"]),
        relaxed=tuple(site.relaxed.get(contract["service"]) or ()),
        uptime_seconds=_uptime(pid) if pid else 0.0,
    )


def _layers(
    docker: DockerCli, image: Mapping[str, Any], builds: tuple[dict[str, Any], ...]
) -> tuple[dict[str, Any], ...]:
    # Weighed when it was built, alike under both image stores; another image is weighed now.
    weighed = [row.get("layers", []) for row in builds if row.get("image_id") == image["Id"]]
    return tuple(weighed[0] if weighed else docker.history(str(image["Id"])))


def rendered(state_dir: Path, service: str, *, required: bool = True) -> Rendered:
    """Return the environment that the stack's override file delivers to a service.

    Where it is not ``required``, none at all is no problem.
    """
    path = state_dir / "environment.json"
    try:
        if path.stat().st_mode & 0o077:
            return Rendered(problem=f"{path} may be read by others than its owner")
        values = (read_back(path.read_text(encoding="utf-8")) or {}).get(service)
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or "not UTF-8"
        return Rendered(problem=f"{path} cannot be read ({reason})")
    if values or not required:
        return Rendered(values or {})
    return Rendered(problem=f"{path} tells nothing of {service}")


def _of_service(containers: list[dict[str, Any]], service: str) -> dict[str, Any] | None:
    """Return the service's container, the running one where there are several."""
    wanted = {SERVICE_LABEL: service, ONE_OFF_LABEL: "False"}
    own = [c for c in containers if wanted.items() <= (c["Config"].get("Labels") or {}).items()]
    return max(own, key=lambda container: bool(container["State"].get("Pid")), default=None)


def _probe(site: Site, run: Mapping[str, Any], kind: str) -> ProbeResult | None:
    asked, port = run.get(kind), run.get("port")
    if not asked or not port:
        return None
    address = reached_at(site.bind_address)
    return probe(address, int(port), asked["path"], site.probe_timeout)


def _uptime(pid: int) -> float:
    # By the kernel's count: the engine tells the time of day, which may have been set since.
    ticks = started_at(pid)
    since_boot = time.clock_gettime(time.CLOCK_BOOTTIME)
    return since_boot - int(ticks) / os.sysconf("SC_CLK_TCK") if ticks else 0.0


def _ends(docker: DockerCli, container: Mapping[str, Any]) -> list[End]:
    """Return how the container's process ended before, as far as the engine remembers."""
    if not container.get("RestartCount"):
        return []
    out = docker.read(
        "events", "--since", container["Created"], "--until", "0s", "--format", "{{json .}}",
        "--filter", f"container={container['Id']}", "--filter", "event=die",
        "--filter", "event=oom",
    )  # fmt: skip
    return ends(out)


def ends(events: str) -> list[End]:
    """Return the ends told by ``docker events`` lines; an oom event goes before its die event."""
    found, out_of_memory = [], False
    for line in events.splitlines():
        event = json.loads(line)
        if event.get("Action") == "oom":
            out_of_memory = True
            continue
        attributes = (event.get("Actor") or {}).get("Attributes") or {}
        found.append(End(int(attributes.get("exitCode", -1)), out_of_memory))
        out_of_memory = False
    return found
