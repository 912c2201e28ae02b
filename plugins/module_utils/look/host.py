"""Measures the managed host; reads only."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.files import read_text
from ansible_collections.todo.stack.plugins.module_utils.edge.procfs import space_of
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Space

DEFAULT_DOCKER_ROOT = "/var/lib/docker"


def free_space(path: str) -> Space:
    """Return what an unprivileged user could still write where ``path`` is, or will be."""
    place = Path(path)
    while not place.exists():
        place = place.parent
    return space_of(place, path)


def available_memory() -> int:
    """Return the bytes of memory that programs could still take."""
    for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0


def docker_root(docker: DockerCli) -> str:
    """Return the folder in which the engine keeps its files."""
    try:
        return docker.read("info", "--format", "{{.DockerRootDir}}").strip() or DEFAULT_DOCKER_ROOT
    except StackError:
        return DEFAULT_DOCKER_ROOT


def system() -> str:
    """Return the host's distribution and its release, such as ``debian 12``; "" for none known."""
    lines = (read_text(Path("/etc/os-release")) or "").splitlines()
    told = dict(line.split("=", 1) for line in lines if "=" in line)
    return " ".join(told.get(key, "").strip("\"'") for key in ("ID", "VERSION_ID")).strip()


def ip_forward() -> bool:
    """Tell whether the host forwards IPv4, without which containers are cut off."""
    path = Path("/proc/sys/net/ipv4/ip_forward")
    return not path.exists() or path.read_text(encoding="ascii").strip() != "0"
