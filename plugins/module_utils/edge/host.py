"""Measures the managed host; reads only."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from ansible_collections.todo.stack.plugins.module_utils.contract import Contract
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli, Run
from ansible_collections.todo.stack.plugins.module_utils.edge.engine import describe_engine
from ansible_collections.todo.stack.plugins.module_utils.edge.ports import containers_on, use_of
from ansible_collections.todo.stack.plugins.module_utils.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.host_checks import (
    Expected,
    Measured,
    Space,
)
from ansible_collections.todo.stack.plugins.module_utils.values import is_bind_address

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
    docker = DockerCli(run)
    containers = containers_on(docker, expected.project) if engine.running else []
    docker_root = _docker_root(docker) if engine.running else DEFAULT_DOCKER_ROOT
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


def _docker_root(docker: DockerCli) -> str:
    try:
        return docker.read("info", "--format", "{{.DockerRootDir}}").strip() or DEFAULT_DOCKER_ROOT
    except StackError:
        return DEFAULT_DOCKER_ROOT


def _ip_forward() -> bool:
    path = Path("/proc/sys/net/ipv4/ip_forward")
    return not path.exists() or path.read_text(encoding="ascii").strip() != "0"
