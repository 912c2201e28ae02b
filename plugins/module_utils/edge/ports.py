"""Who listens on a TCP port of the managed host."""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from ansible_collections.todo.stack.plugins.module_utils.host_checks import Container, PortUse

PROC = Path("/proc")
_LISTENING = "0A"
_PROXY = "docker-proxy"


def use_of(
    service: str,
    port: int,
    address: str,
    containers: Sequence[Container],
    engine_running: bool,
) -> PortUse:
    """Return who has ``port``; containers of our own project count as nobody."""
    publishers = [c for c in containers if port in c.published]
    if any(c.ours for c in publishers):
        return PortUse(service, port)
    refusal = bind_refusal(address, port)
    if refusal == errno.EADDRNOTAVAIL:
        return PortUse(service, port, foreign_address=True)
    if refusal != errno.EADDRINUSE:
        return PortUse(service, port)
    if publishers:
        return PortUse(service, port, " and ".join(c.described() for c in publishers))
    owners = [owner for owner in owners_of(port) if engine_running or _PROXY not in owner]
    unseen = [] if owners or not engine_running else ["a process that this user may not see"]
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


def owners_of(port: int, proc: Path = PROC) -> list[str]:
    """Return ``name (pid N)`` of the processes listening on ``port`` that can be seen."""
    targets = {f"socket:[{inode}]" for inode in _listening_inodes(port, proc)}
    found = []
    for entry in sorted(proc.iterdir(), key=lambda e: (len(e.name), e.name)):
        if entry.name.isdigit() and targets & set(_descriptors(entry)):
            with suppress(OSError):
                name = (entry / "comm").read_text(encoding="utf-8", errors="replace").strip()
                found.append(f"{name} (pid {entry.name})")
    return found


def _listening_inodes(port: int, proc: Path) -> Iterator[str]:
    for table in ("tcp", "tcp6"):
        path = proc / "net" / table
        if path.exists():
            for line in path.read_text(encoding="ascii").splitlines()[1:]:
                words = line.split()
                if words[3] == _LISTENING and int(words[1].rpartition(":")[2], 16) == port:
                    yield words[9]


def _descriptors(process: Path) -> Iterator[str]:
    # Processes end while one looks, and others' cannot be looked into.
    with suppress(OSError):
        for descriptor in (process / "fd").iterdir():
            with suppress(OSError):
                yield str(descriptor.readlink())
