"""Measures the managed host; reads only."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.build.base_image import shortened
from ansible_collections.todo.stack.plugins.module_utils.build.base_images import inspect_present
from ansible_collections.todo.stack.plugins.module_utils.build.build_records import BuildRecords
from ansible_collections.todo.stack.plugins.module_utils.contract.addresses import is_bind_address
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.module_utils.decide.host_checks import (
    Container,
    Expected,
    Measured,
    Space,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import (
    DockerCli,
    Run,
    at_once,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.ports import containers_on, use_of
from ansible_collections.todo.stack.plugins.module_utils.look.engine import describe_engine

DEFAULT_DOCKER_ROOT = "/var/lib/docker"


def measure(
    run: Run,
    environ: Mapping[str, str],
    contracts: Sequence[Contract],
    expected: Expected,
    state_dir: str,
) -> Measured:
    """Return what the host is like, within a few seconds."""
    engine = describe_engine(run, environ)
    containers: list[Container] = []
    docker_root = DEFAULT_DOCKER_ROOT
    present: list[dict[str, Any]] = []
    if engine.running:
        docker = DockerCli(run)
        asks = (
            partial(containers_on, project=expected.project),
            _docker_root,
            partial(_images, names=expected.images, state_dir=state_dir),
        )
        found: Any = at_once(*(partial(ask, docker) for ask in asks))
        containers, docker_root, present = found
    # A wrong address is reported by itself; the ports are looked at all the same.
    address = expected.bind_address if is_bind_address(expected.bind_address) else "127.0.0.1"
    return Measured(
        engine=engine,
        space=[free_space(path) for path in dict.fromkeys([docker_root, state_dir])],
        ports=[
            use_of(c.service, c.run.port, address, containers, engine.running) for c in contracts
        ],
        containers=containers,
        available_memory_bytes=available_memory(Path("/proc/meminfo").read_text(encoding="ascii")),
        ip_forward=_ip_forward(),
        images=present,
    )


def free_space(path: str) -> Space:
    """Return what an unprivileged user could still write where ``path`` is, or will be."""
    place = Path(path)
    while not place.exists():
        place = place.parent
    found = os.statvfs(place)
    return Space(
        path,
        found.f_bavail * found.f_frsize,
        found.f_favail if found.f_files else None,
    )


def available_memory(meminfo: str) -> int:
    """Return MemAvailable of /proc/meminfo in bytes."""
    for line in meminfo.splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0


def _images(docker: DockerCli, names: Sequence[str], state_dir: str) -> list[dict[str, Any]]:
    """Return the images there are, each with the record of its build where there is one."""
    records = [row for rows in BuildRecords(Path(state_dir)).images.values() for row in rows]
    built = {row.get("image_id"): row for row in reversed(records)}
    return [
        {**shortened(image), **({"Record": built[image["Id"]]} if image["Id"] in built else {})}
        for image in inspect_present(docker.run, names)
    ]


def _docker_root(docker: DockerCli) -> str:
    try:
        return docker.read("info", "--format", "{{.DockerRootDir}}").strip() or DEFAULT_DOCKER_ROOT
    except StackError:
        return DEFAULT_DOCKER_ROOT


def _ip_forward() -> bool:
    path = Path("/proc/sys/net/ipv4/ip_forward")
    return not path.exists() or path.read_text(encoding="ascii").strip() != "0"
