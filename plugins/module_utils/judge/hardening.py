"""The restrictions a container runs under: one check that lists what is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.build.requirements import (
    has_healthcheck,
    is_fixed_user,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.relaxed import rules_relaxed
from ansible_collections.todo.stack.plugins.module_utils.judge.check import Check
from ansible_collections.todo.stack.plugins.module_utils.judge.container import (
    absent,
    missing,
)
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Observation

HOST_NAMESPACES = (
    "NetworkMode", "PidMode", "IpcMode", "UTSMode", "UsernsMode", "CgroupnsMode",
)  # fmt: skip
ONE_SHOT_LACKS = ("restart policy unless-stopped", "healthcheck")
SHARED_NETWORKS = {"", "default", "bridge", "host"}
ENGINE_SOCKETS = ("/docker.sock", "/containerd.sock")

Rule = Callable[[Mapping[str, Any]], bool]


def hardening(contract: Mapping[str, Any], seen: Observation) -> Check:
    """Return whether the container has every restriction the stack promises."""
    return _check(contract["service"], seen, RULES)


def hardening_of_other(service: str, seen: Observation) -> Check:
    """Return the same of a service without a contract, such as a database or a one-shot."""
    own = {"fixed uid, not 0": _fixed_user, "no published port": _unpublished}
    skipped = ONE_SHOT_LACKS if _has_ended_well(seen.container) else ()
    rules = {name: rule for name, rule in {**RULES, **own}.items() if name not in skipped}
    return _check(service, seen, rules)


def _check(service: str, seen: Observation, rules: Mapping[str, Rule]) -> Check:
    total = len(rules) + 1
    measured, faults = missing(seen), absent({"service": service}, seen)
    waived = rules_relaxed(seen.relaxed)
    said = f"relaxed by stack_relaxed: {', '.join(waived.values())}" if waived else ""
    if not faults:
        lacking = relaxed(seen.container or {}, rules)
        if not (_confined(seen) or {"cap_drop", "no_new_privileges"} & set(waived.values())):
            lacking.append("processes without capabilities or new privileges")
        measured = f"{total - len(lacking)} of {total} settings"
        unwaived = [name for name in lacking if name not in waived]
        faults = f"lacks: {', '.join(unwaived)}; see compose.yaml" if unwaived else ""
    limit = f"{total} of {total} settings"
    message = "; ".join(text for text in (faults, said) if text)
    return Check(service, "hardening", not faults, measured, limit, "", message)


def relaxed(container: Mapping[str, Any], rules: Mapping[str, Rule] | None = None) -> list[str]:
    """Return the names of the settings this container lacks."""
    host, config = container["HostConfig"], container.get("Config") or {}
    own = dict(
        host,
        Mounts=container.get("Mounts") or [],
        User=config.get("User"),
        Healthcheck=config.get("Healthcheck"),
    )
    return [name for name, holds in (rules or RULES).items() if not holds(own)]


def _has_ended_well(container: Mapping[str, Any] | None) -> bool:
    """Tell a one-shot: it is not to be started again, and ended with success."""
    host, state = (container or {}).get("HostConfig", {}), (container or {}).get("State", {})
    policy = (host.get("RestartPolicy") or {}).get("Name")
    return policy in {"", "no", None} and state.get("Status") == "exited" and not state["ExitCode"]


def _fixed_user(host: Mapping[str, Any]) -> bool:
    return is_fixed_user(str(host.get("User") or ""))


def _unpublished(host: Mapping[str, Any]) -> bool:
    return not any((host.get("PortBindings") or {}).values())


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
    "healthcheck": has_healthcheck,
}
