"""Who listens on a port of the managed host."""

from __future__ import annotations

import errno
import ipaddress
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.labels import COMPOSE_PROJECT
from ansible_collections.todo.stack.plugins.module_utils.contract.model import TCP, Port
from ansible_collections.todo.stack.plugins.module_utils.look.observation import PortUse

PROC = Path("/proc")
# As the kernel's tables tell that one waits for others to come.
_WAITING = {TCP: "0A", "udp": "07"}
# Without its proxy the engine has the ports itself; one without root has them by its helper.
_PROXIES = ("docker-proxy", "dockerd", "rootlesskit")
WILDCARDS = ("", "0.0.0.0", "::")  # noqa: S104  compared with, not bound


def use_of(
    service: str, wanted: Port, address: str, stack: str, everything: Sequence[Mapping[str, Any]]
) -> PortUse:
    """Return who is in the way of a port that is ``wanted``; the stack's own containers are not.

    ``everything``: all containers of the host, inspected; none where there is no engine.
    """
    port, protocol = wanted.published, wanted.protocol
    refusal = bind_refusal(address, port, protocol)
    if refusal != errno.EADDRINUSE:
        return PortUse(service, port, foreign_address=refusal == errno.EADDRNOTAVAIL)
    holders = [one for one in everything if _holds(one, address, wanted)]
    owners = [_described(one) for one in holders if _project(one) != stack]
    if holders and not owners:
        return PortUse(service, port)  # to look at every process of the host takes its time
    # One on the host's network has its port without any binding of the engine's.
    pids = [str(one["State"]["Pid"]) for one in everything
            if _project(one) == stack and _is_on_host(one)]  # fmt: skip
    # The engine's proxies stand for containers, or for an engine that is gone.
    known = bool(owners or pids) or not everything
    owners += [
        o for o in owners_of(address, wanted, but=pids) if not (known and o.startswith(_PROXIES))
    ]
    unseen = [] if owners or known else ["a process that this user may not see"]
    return PortUse(service, port, " and ".join(owners or unseen))


def _is_on_host(inspected: Mapping[str, Any]) -> bool:
    mode = (inspected.get("HostConfig") or {}).get("NetworkMode")
    return mode == "host" and bool((inspected.get("State") or {}).get("Pid"))


def _holds(inspected: Mapping[str, Any], address: str, wanted: Port) -> bool:
    """Tell whether a container that runs is in the way of a listener on ``address``."""
    if not (inspected.get("State") or {}).get("Running"):
        return False
    bindings = (inspected.get("HostConfig") or {}).get("PortBindings") or {}
    taken = [(str(b.get("HostIp", "")), str(b.get("HostPort", "")))
             for inner, rows in bindings.items() if inner.endswith(f"/{wanted.protocol}")
             for b in rows or ()]  # fmt: skip
    return any(
        number == str(wanted.published)
        and (here == address or here in WILDCARDS or address in WILDCARDS)
        for here, number in taken
    )


def _described(inspected: Mapping[str, Any]) -> str:
    project = _project(inspected)
    name = str(inspected.get("Name", "")).lstrip("/")
    return f"container {name}" + (f" (project {project})" if project else "")


def _project(inspected: Mapping[str, Any]) -> str:
    labels = (inspected.get("Config") or {}).get("Labels") or {}
    return str(labels.get(COMPOSE_PROJECT, ""))


def bind_refusal(address: str, port: int, protocol: str = TCP) -> int:
    """Return the errno with which the host refuses to bind, 0 when it does not."""
    family = socket.AF_INET6 if ipaddress.ip_address(address).version == 6 else socket.AF_INET  # noqa: PLR2004
    kind = socket.SOCK_STREAM if protocol == TCP else socket.SOCK_DGRAM
    with socket.socket(family, kind) as probe:
        # Only listeners count: connections that are closing do not hinder the engine either.
        # Of UDP there are none, and it would have two share the port.
        if protocol == TCP:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            return error.errno or 0
    return 0


def owners_of(address: str, wanted: Port, proc: Path = PROC, but: Sequence[str] = ()) -> list[str]:
    """Return ``name (pid N)`` of the listeners in the way that this user may see.

    ``but``: containers' main processes; they and those beside them are not in the way.
    """
    targets = {f"socket:[{inode}]" for inode in _listening_inodes(address, wanted, proc)}
    ours = {_namespace(proc / pid) for pid in but}
    found = []
    for entry in sorted(proc.iterdir(), key=lambda e: (len(e.name), e.name)):
        if not entry.name.isdigit() or (ours and _namespace(entry) in ours):
            continue
        if targets & set(_descriptors(entry)):
            with suppress(OSError):
                name = (entry / "comm").read_text(encoding="utf-8", errors="replace").strip()
                found.append(f"{name} (pid {entry.name})")
    return found


def _listening_inodes(address: str, wanted: Port, proc: Path) -> Iterator[str]:
    waiting = _WAITING[wanted.protocol]
    for table in (wanted.protocol, f"{wanted.protocol}6"):
        path = proc / "net" / table
        if path.exists():
            for line in path.read_text(encoding="ascii").splitlines()[1:]:
                words = line.split()
                here, _, number = words[1].partition(":")
                there = words[3] == waiting and int(number, 16) == wanted.published
                if there and _meet(here, address):
                    yield words[9]


def _meet(here: str, address: str) -> bool:
    """Tell whether a listener's address, as the kernel's table has it, excludes ``address``."""
    wanted = ipaddress.ip_address(address)
    words = (wanted.packed[start : start + 4] for start in range(0, len(wanted.packed), 4))
    text = "".join(f"{int.from_bytes(word, sys.byteorder):08X}" for word in words)
    return here == text or not here.strip("0") or wanted.is_unspecified


def _namespace(process: Path) -> str:
    """Return the PID namespace of a process; one that is gone has a name that no other has."""
    try:
        return str((process / "ns" / "pid").readlink())
    except OSError:
        return str(process)


def _descriptors(process: Path) -> Iterator[str]:
    # Processes end while one looks, and others' cannot be looked into.
    with suppress(OSError):
        for descriptor in (process / "fd").iterdir():
            with suppress(OSError):
                yield str(descriptor.readlink())
