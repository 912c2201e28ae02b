"""Looks into a running container through the host's /proc, not through the container's tools."""

from __future__ import annotations

import ipaddress
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ansible_collections.todo.stack.plugins.module_utils.judge.environment import pairs
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Inside,
    Listener,
    Process,
)

PROC = Path("/proc")
LISTEN = "0A"
UNMAPPED = -1


def look_inside(pid: int, proc: Path = PROC) -> Inside:
    """Return processes, listening TCP sockets and environment of the container of ``pid``."""
    try:
        return Inside(
            processes=tuple(processes(pid, proc)),
            listeners=tuple(listeners(pid, proc)),
            environ=environ(pid, proc),
        )
    except (OSError, ValueError, KeyError) as problem:
        reason = getattr(problem, "strerror", None) or type(problem).__name__
        return Inside(
            problem=f"/proc/{pid} of the container cannot be read on this host ({reason}); "
            "run as root, on the engine's own host"
        )


def processes(pid: int, proc: Path = PROC) -> list[Process]:
    """Return the processes that share the PID namespace of ``pid``, itself among them."""
    namespace = (proc / str(pid) / "ns" / "pid").readlink()
    found = []
    for entry in sorted(proc.iterdir()):
        # Others' processes may be gone by now, or none of our business.
        with suppress(FileNotFoundError, ProcessLookupError, PermissionError):
            if entry.name.isdigit() and (entry / "ns" / "pid").readlink() == namespace:
                found.append(_process(entry))
    return found


def listeners(pid: int, proc: Path = PROC) -> list[Listener]:
    """Return the listening TCP sockets, IPv4 and IPv6, in the network namespace of ``pid``."""
    return [
        listener
        for table in ("tcp", "tcp6")
        if (proc / str(pid) / "net" / table).exists()
        for listener in _listening((proc / str(pid) / "net" / table).read_text())
    ]


def environ(pid: int, proc: Path = PROC) -> dict[str, str]:
    """Return the environment ``pid`` was started with, byte for byte."""
    raw = (proc / str(pid) / "environ").read_bytes()
    return pairs(os.fsdecode(entry) for entry in raw.split(b"\0"))


def _process(entry: Path) -> Process:
    lines = (line.partition(":") for line in (entry / "status").read_text().splitlines())
    status = {key: value.strip() for key, _, value in lines}
    uid_map = (entry / "uid_map").read_text()
    return Process(
        pid=int(entry.name),
        name=status["Name"],
        uids=tuple(_inner_uid(int(uid), uid_map) for uid in status["Uid"].split()[:3]),
        capabilities=int(status["CapEff"], 16),
        no_new_privileges=status.get("NoNewPrivs") == "1",
    )


def _inner_uid(uid: int, uid_map: str) -> int:
    """Return a host's uid as the container sees it, where the engine remaps users."""
    for line in uid_map.splitlines():
        inner, outer, count = map(int, line.split())
        if outer <= uid < outer + count:
            return inner + uid - outer
    return UNMAPPED


def _listening(table: str) -> Iterator[Listener]:
    for line in table.splitlines()[1:]:
        local, state = line.split()[1], line.split()[3]
        if state == LISTEN:
            address, port = local.split(":")
            yield Listener(_address(address), int(port, 16))


def _address(text: str) -> str:
    """Return an address of /proc/net/tcp: 32-bit words in the byte order of the host."""
    words = [bytes.fromhex(text[start : start + 8]) for start in range(0, len(text), 8)]
    raw = b"".join(word[::-1] if sys.byteorder == "little" else word for word in words)
    return str(ipaddress.ip_address(raw))
