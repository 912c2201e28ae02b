"""Who listens on a TCP port of the managed host."""

from __future__ import annotations

import errno
import ipaddress
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from ansible_collections.todo.stack.plugins.module_utils.decide.host_checks import (
    Container,
    PortUse,
    read_container,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli

PROC = Path("/proc")
_LISTENING = "0A"
_PROXY = "docker-proxy"


def containers_on(docker: DockerCli, project: str) -> list[Container]:
    """Return every container of the host; those of ``project`` may be ours."""
    ids = docker.read("ps", "--all", "--no-trunc", "--quiet").split()
    return [read_container(inspected, project) for inspected in docker.inspect_containers(ids)]


def taken(docker: DockerCli, project: str, address: str, ports: Mapping[str, int]) -> list[str]:
    """Return in words which of the services' ``ports`` others have, and who."""
    containers = containers_on(docker, project)
    uses = [use_of(service, port, address, containers, True) for service, port in ports.items()]
    return [f"port {u.port} of {u.service} is taken by {u.owner}" for u in uses if u.owner]


def use_of(
    service: str,
    port: int,
    address: str,
    containers: Sequence[Container],
    engine_running: bool,
) -> PortUse:
    """Return who is in the way of ``port``; containers of our own project are not."""
    refusal = bind_refusal(address, port)
    if refusal != errno.EADDRINUSE:
        return PortUse(service, port, foreign_address=refusal == errno.EADDRNOTAVAIL)
    holders = [container for container in containers if container.holds(address, port)]
    owners = [container.described() for container in holders if not container.ours]
    # The engine's proxies stand for containers, or for an engine that is gone.
    known = bool(holders) or not engine_running
    owners += [o for o in owners_of(address, port) if not (known and o.startswith(_PROXY))]
    unseen = [] if owners or known else ["a process that this user may not see"]
    return PortUse(service, port, " and ".join(owners or unseen))


def bind_refusal(address: str, port: int) -> int:
    """Return the errno with which the host refuses to bind, 0 when it does not."""
    family = socket.AF_INET6 if ipaddress.ip_address(address).version == 6 else socket.AF_INET  # noqa: PLR2004
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # Only listeners count: connections that are closing do not hinder the engine either.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            return error.errno or 0
    return 0


def owners_of(address: str, port: int, proc: Path = PROC) -> list[str]:
    """Return ``name (pid N)`` of the listeners in the way that this user may see."""
    targets = {f"socket:[{inode}]" for inode in _listening_inodes(address, port, proc)}
    found = []
    for entry in sorted(proc.iterdir(), key=lambda e: (len(e.name), e.name)):
        if entry.name.isdigit() and targets & set(_descriptors(entry)):
            with suppress(OSError):
                name = (entry / "comm").read_text(encoding="utf-8", errors="replace").strip()
                found.append(f"{name} (pid {entry.name})")
    return found


def _listening_inodes(address: str, port: int, proc: Path) -> Iterator[str]:
    for table in ("tcp", "tcp6"):
        path = proc / "net" / table
        if path.exists():
            for line in path.read_text(encoding="ascii").splitlines()[1:]:
                words = line.split()
                here, _, number = words[1].partition(":")
                if words[3] == _LISTENING and int(number, 16) == port and _meet(here, address):
                    yield words[9]


def _meet(here: str, address: str) -> bool:
    """Tell whether a listener's address, as the kernel's table has it, excludes ``address``."""
    wanted = ipaddress.ip_address(address)
    words = (wanted.packed[start : start + 4] for start in range(0, len(wanted.packed), 4))
    text = "".join(f"{int.from_bytes(word, sys.byteorder):08X}" for word in words)
    return here == text or not here.strip("0") or wanted.is_unspecified


def _descriptors(process: Path) -> Iterator[str]:
    # Processes end while one looks, and others' cannot be looked into.
    with suppress(OSError):
        for descriptor in (process / "fd").iterdir():
            with suppress(OSError):
                yield str(descriptor.readlink())
