"""Looks into a running container through the host's /proc, not through the container's tools."""

from __future__ import annotations

import ipaddress
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Inside,
    Listener,
    Names,
    Process,
    Space,
)

PROC = Path("/proc")
# By the kernel's table: TCP that listens, UDP that is tied to nobody.
WAITING = {"tcp": "0A", "udp": "07"}
UNMAPPED = -1
# The engine sets these in every process it starts.
ENGINE_NAMES = frozenset({"HOSTNAME", "HOME", "PATH", "TERM"})
_LOOKS = 4
_PAUSE_SECONDS = 0.15


def look_inside(
    pid: int,
    wanted: Mapping[str, str],
    image_environ: Mapping[str, str] | None,
    volumes: Sequence[str] = (),
    proc: Path = PROC,
) -> Inside:
    """Return processes, sockets that wait, volumes, and how the environment differs.

    ``wanted``: the values of the service. ``image_environ``: what the image declares beside them;
    None where nothing but the wanted values is compared.
    """
    root = proc / str(pid) / "root"
    try:
        return Inside(
            processes=tuple(settled_processes(pid, proc)),
            listeners=tuple(listeners(pid, proc)),
            environment=_names(environ(pid, proc), wanted, image_environ),
            volumes=tuple(space_of(root / path.lstrip("/"), path) for path in volumes),
            uptime_seconds=uptime_seconds(pid, proc),
        )
    except (OSError, ValueError, KeyError) as problem:
        reason = getattr(problem, "strerror", None) or type(problem).__name__
        return Inside(
            problem=f"/proc/{pid} of the container cannot be read on this host ({reason}); "
            "run as root, on the engine's own host"
        )


def settled_processes(pid: int, proc: Path = PROC) -> list[Process]:
    """Return the processes; one of root is looked at again, it may be the engine's for a moment.

    What the engine starts in a container, such as a healthcheck, is root until it has become the
    container's user.
    """
    for look in range(_LOOKS):
        found = processes(pid, proc)
        if not any(0 in process.uids for process in found) or look == _LOOKS - 1:
            break
        time.sleep(_PAUSE_SECONDS)
    return found


def started_at(pid: int, proc: Path = PROC) -> str:
    """Return when a process was started, in the kernel's ticks; empty when there is none."""
    with suppress(OSError, IndexError):
        stat = (proc / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
        return stat.rpartition(")")[2].split()[19]
    return ""


def uptime_seconds(pid: int, proc: Path = PROC) -> float:
    """Return how long a process has run, by the kernel: the time of day may have been set since."""
    ticks = started_at(pid, proc)
    since_boot = time.clock_gettime(time.CLOCK_BOOTTIME)
    return since_boot - int(ticks) / os.sysconf("SC_CLK_TCK") if ticks else 0.0


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
    """Return the sockets that wait, IPv4 and IPv6, in the network namespace of ``pid``."""
    return [
        listener
        for protocol in WAITING
        for table in (protocol, f"{protocol}6")
        if (proc / str(pid) / "net" / table).exists()
        for listener in _listening((proc / str(pid) / "net" / table).read_text(), protocol)
    ]


def environ(pid: int, proc: Path = PROC) -> dict[str, str]:
    """Return the environment ``pid`` was started with, byte for byte."""
    raw = (proc / str(pid) / "environ").read_bytes()
    entries = (os.fsdecode(entry).partition("=") for entry in raw.split(b"\0"))
    return {name: value for name, sign, value in entries if sign}


def _names(
    real: Mapping[str, str], wanted: Mapping[str, str], image_environ: Mapping[str, str] | None
) -> Names:
    found = Names.between(real, {**(image_environ or {}), **wanted})
    extra = () if image_environ is None else sorted({*found.extra} - ENGINE_NAMES)
    return replace(found, extra=tuple(extra))


def space_of(place: Path, shown_as: str) -> Space:
    """Return what an unprivileged user could still write at ``place``."""
    found = os.statvfs(place)
    return Space(
        shown_as,
        free_bytes=found.f_bavail * found.f_frsize,
        free_inodes=found.f_favail if found.f_files else None,
        total_bytes=found.f_blocks * found.f_frsize,
        total_inodes=found.f_files,
    )


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
        resident_bytes=int(status.get("VmRSS", "0 kB").split()[0]) * 1024,
    )


def _inner_uid(uid: int, uid_map: str) -> int:
    """Return a host's uid as the container sees it, where the engine remaps users."""
    for line in uid_map.splitlines():
        inner, outer, count = map(int, line.split())
        if outer <= uid < outer + count:
            return inner + uid - outer
    return UNMAPPED


def _listening(table: str, protocol: str) -> Iterator[Listener]:
    for line in table.splitlines()[1:]:
        local, state = line.split()[1], line.split()[3]
        if state == WAITING[protocol]:
            address, port = local.split(":")
            yield Listener(_address(address), int(port, 16), protocol)


def _address(text: str) -> str:
    """Return an address of /proc/net/tcp: 32-bit words in the byte order of the host."""
    words = [bytes.fromhex(text[start : start + 8]) for start in range(0, len(text), 8)]
    raw = b"".join(word[::-1] if sys.byteorder == "little" else word for word in words)
    return str(ipaddress.ip_address(raw))
