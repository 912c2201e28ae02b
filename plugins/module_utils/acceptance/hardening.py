"""The restrictions a container runs under: one check that lists what is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.acceptance.check import Check
from ansible_collections.todo.stack.plugins.module_utils.acceptance.container import absent, missing
from ansible_collections.todo.stack.plugins.module_utils.acceptance.observation import Observation

# Not CgroupnsMode: the engine's own default is the host's where control groups are of version 1.
HOST_NAMESPACES = ("NetworkMode", "PidMode", "IpcMode", "UTSMode", "UsernsMode")
SHARED_NETWORKS = {"", "default", "bridge", "host"}
ENGINE_SOCKETS = ("/docker.sock", "/containerd.sock")

Rule = Callable[[Mapping[str, Any]], bool]


def hardening(contract: Mapping[str, Any], seen: Observation) -> Check:
    """Return whether the container has every restriction the stack promises."""
    total = len(RULES) + 1
    measured, message = missing(seen), absent(contract, seen)
    if not message:
        lacking = relaxed(seen.container or {})
        if not _confined(seen):
            lacking.append("processes without capabilities or new privileges")
        measured = f"{total - len(lacking)} of {total} settings"
        message = f"lacks: {', '.join(lacking)}; see compose.yaml" if lacking else ""
    limit = f"{total} of {total} settings"
    return Check(contract["service"], "hardening", not message, measured, limit, "", message)


def relaxed(container: Mapping[str, Any]) -> list[str]:
    """Return the names of the settings this container lacks."""
    host = container["HostConfig"]
    own = dict(host, Mounts=container.get("Mounts") or [])
    return [name for name, holds in RULES.items() if not holds(own)]


def _confined(seen: Observation) -> bool:
    """Return whether the kernel agrees with the engine's settings, while something runs."""
    processes = seen.inside.processes
    confined = all(one.capabilities == 0 and one.no_new_privileges for one in processes)
    return confined and bool(processes) if seen.running else True


def _bounded_log(host: Mapping[str, Any]) -> bool:
    log = host.get("LogConfig") or {}
    return log.get("Type") in {"local", "none"} or "max-size" in (log.get("Config") or {})


def _security_option(host: Mapping[str, Any], *wanted: str) -> bool:
    return bool(set(host.get("SecurityOpt") or []) & set(wanted))


def _own_namespaces(host: Mapping[str, Any]) -> bool:
    modes = [str(host.get(key) or "") for key in HOST_NAMESPACES]
    return not any(mode == "host" or mode.startswith("container:") for mode in modes)


def _no_engine_socket(host: Mapping[str, Any]) -> bool:
    sources = [str(mount.get("Source", "")) for mount in host["Mounts"]]
    return not any(
        source in {"/", "/run", "/var/run"} or source.endswith(ENGINE_SOCKETS) for source in sources
    )


RULES: dict[str, Rule] = {
    "read-only root filesystem": lambda h: bool(h.get("ReadonlyRootfs")),
    "cap_drop ALL": lambda h: "ALL" in (h.get("CapDrop") or []) and not h.get("CapAdd"),
    "no-new-privileges": lambda h: _security_option(
        h, "no-new-privileges", "no-new-privileges:true", "no-new-privileges=true"
    ),
    "seccomp profile": lambda h: (
        not _security_option(h, "seccomp=unconfined", "seccomp:unconfined")
    ),
    "memory limit": lambda h: int(h.get("Memory") or 0) > 0,
    "CPU limit": lambda h: int(h.get("NanoCpus") or 0) > 0 or int(h.get("CpuQuota") or 0) > 0,
    "pids limit": lambda h: int(h.get("PidsLimit") or 0) > 0,
    "init": lambda h: bool(h.get("Init")),
    "log rotation": _bounded_log,
    "restart policy unless-stopped": lambda h: (
        (h.get("RestartPolicy") or {}).get("Name") == "unless-stopped"
    ),
    "not privileged": lambda h: not h.get("Privileged"),
    "no host devices": lambda h: not h.get("Devices"),
    "own namespaces": _own_namespaces,
    "own network": lambda h: str(h.get("NetworkMode") or "") not in SHARED_NETWORKS,
    "no engine socket": _no_engine_socket,
}
