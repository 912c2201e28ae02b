"""The restrictions a container runs under: one check that lists what is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.build.requirements import (
    has_healthcheck,
    is_fixed_user,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.relaxed import rules_relaxed
from ansible_collections.todo.stack.plugins.module_utils.judge.check import Finding
from ansible_collections.todo.stack.plugins.module_utils.judge.subject import Subject, each
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Container

HOST_NAMESPACES = (
    "NetworkMode", "PidMode", "IpcMode", "UTSMode", "UsernsMode", "CgroupnsMode",
)  # fmt: skip
ONE_SHOT_LACKS = ("restart policy unless-stopped", "healthcheck")
SHARED_NETWORKS = {"", "default", "bridge", "host"}
ENGINE_SOCKETS = ("/docker.sock", "/containerd.sock")

Rule = Callable[[Mapping[str, Any]], bool]


def hardening(subject: Subject) -> Finding:
    """Return whether each container has every restriction the stack promises.

    A service without a contract has more to keep, a one-shot less.
    """
    rules = dict(RULES) if subject.contract else {**RULES, **UNCONTRACTED}
    if subject.service.one_shot:
        rules = {name: rule for name, rule in rules.items() if name not in ONE_SHOT_LACKS}
    waived, total = rules_relaxed(list(subject.relaxed)), len(rules) + 1

    def measure(container: Container) -> tuple[str, str]:
        lacking = [name for name, holds in rules.items() if not holds(container.settings)]
        if not (_confined(container) or {"cap_drop", "no_new_privileges"} & set(waived.values())):
            lacking.append("processes without capabilities or new privileges")
        unwaived = [name for name in lacking if name not in waived]
        fault = f"lacks: {', '.join(unwaived)}; see compose.yaml" if unwaived else ""
        return f"{total - len(lacking)} of {total} settings", fault

    measured, fault = each(subject, measure)
    told = [f"{one} ({subject.relaxed[one]})" for one in waived.values()]
    note = f"relaxed: {', '.join(told)}" if told else ""
    return Finding(measured, f"{total} of {total} settings", fault, note, relaxed=len(told))


def _fixed_user(host: Mapping[str, Any]) -> bool:
    return is_fixed_user(str(host.get("User") or ""))


def _unpublished(host: Mapping[str, Any]) -> bool:
    return not any((host.get("PortBindings") or {}).values())


def _confined(container: Container) -> bool:
    """Return whether the kernel agrees with the engine's settings, while something runs."""
    processes = container.inside.processes
    confined = all(one.capabilities == 0 and one.no_new_privileges for one in processes)
    return confined and bool(processes) if container.pid else True


def _bounded_log(host: Mapping[str, Any]) -> bool:
    log = host.get("LogConfig") or {}
    return log.get("Type") in {"local", "none"} or "max-size" in (log.get("Config") or {})


def _security_option(host: Mapping[str, Any], *wanted: str) -> bool:
    return bool(set(host.get("SecurityOpt") or []) & set(wanted))


def _own_namespaces(host: Mapping[str, Any]) -> bool:
    modes = [str(host.get(key) or "") for key in HOST_NAMESPACES]
    return not any(mode == "host" or mode.startswith("container:") for mode in modes)


def _no_engine_socket(host: Mapping[str, Any]) -> bool:
    sources = [str(mount.get("Source", "")) for mount in host.get("Mounts") or []]
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
UNCONTRACTED: dict[str, Rule] = {
    "fixed uid, not 0": _fixed_user,
    "no published port": _unpublished,
}
