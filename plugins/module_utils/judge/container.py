"""The container itself: its state, the users of its processes, its ports."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.build.requirements import (
    is_fixed_user,
)
from ansible_collections.todo.stack.plugins.module_utils.judge.check import BUILD_REMEDY, Check
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    End,
    Listener,
    Observation,
)

# A container that came back less than this ago may be between two crashes.
SETTLED_SECONDS = 60
ENGINE_CHARACTERS = 200
OUT_OF_MEMORY = "killed by its memory limit"
EMBEDDED_DNS = "127.0.0.11"
WILDCARDS = {"0.0.0.0", "::"}  # noqa: S104 - compared with, not bound to


def running(contract: Mapping[str, Any], seen: Observation) -> Check:
    """Return whether the container runs the tagged image, is healthy and no longer restarting."""
    gone = missing(seen)
    measured, faults = (gone, [absent(contract, seen)]) if gone else _state(contract, seen)
    message, passed = "; ".join(faults), not faults
    if passed and _restarts(seen):
        message = f"{_restarts_text(seen)}, last cause: {_cause(seen)}"
    return Check(contract["service"], "running", passed, measured, "running, healthy", "", message)


def user(contract: Mapping[str, Any], seen: Observation) -> Check:
    """Return whether every process in the container runs under fixed uids other than 0."""
    measured, message = missing(seen, inside=True), absent(contract, seen, inside=True)
    if not message:
        uids = sorted({uid for process in seen.inside.processes for uid in process.uids})
        count = len(seen.inside.processes)
        measured = f"uid {', '.join(map(str, uids))} ({count} process{'es' * (count > 1)})"
        message = _user_fault(seen)
    return Check(
        contract["service"], "user", not message, measured, "fixed uid, not 0", "", message
    )


def ports(contract: Mapping[str, Any], seen: Observation, bind_address: str) -> Check:
    """Return whether the contract's port, and only it, listens and is published as asked."""
    port = contract["run"].get("port")
    limit = _ports_text(
        [str(port)] if port else [], [f"{_bracket(bind_address)}:{port}"] if port else []
    )
    measured, message = missing(seen, inside=True), absent(contract, seen, inside=True)
    if not message:
        listening = _listening(seen.inside.listeners)
        published = _published(seen)
        measured = _ports_text(_describe(listening), sorted(published))
        message = _ports_fault(port, listening, published, bind_address)
    passed = not message
    if passed and not ipaddress.ip_address(bind_address).is_loopback:
        message = f"reached from other machines: stack_bind_address is {bind_address}"
    return Check(contract["service"], "ports", passed, measured, limit, "", message)


def missing(seen: Observation, *, inside: bool = False) -> str:
    """Return in a word what there is instead of a container (to look inside of), or nothing."""
    if seen.problem:
        return "unknown"
    if seen.container is None:
        return "no container"
    if inside and not seen.running:
        return str(seen.container["State"].get("Status", "not running"))
    return "unknown" if inside and seen.inside.problem else ""


def absent(contract: Mapping[str, Any], seen: Observation, *, inside: bool = False) -> str:
    """Return why there is no container (to look inside of) and what to do, or nothing."""
    if seen.problem:
        return seen.problem
    if seen.container is None:
        return f"the service {contract['service']} has no container; {BUILD_REMEDY}"
    if inside and not seen.running:
        return f"the container is not running, see {contract['service']}.running"
    return seen.inside.problem if inside else ""


def _state(contract: Mapping[str, Any], seen: Observation) -> tuple[str, list[str]]:
    container = seen.container or {}
    state = container["State"]
    status, restarts = str(state.get("Status")), _restarts(seen)
    health = str((state.get("Health") or {}).get("Status", "no healthcheck"))
    measured, faults = [status], []
    if status != "running":
        measured.append(_ended(state))
        name = str(container["Name"]).lstrip("/")
        said = " ".join(str(state.get("Error") or "").split())[:ENGINE_CHARACTERS]
        faults.append(f"{said or f'`docker logs {name}` may say why'}; {BUILD_REMEDY}")
    else:
        measured.append(health)
        if health != "healthy":
            faults.append(f"its healthcheck says: {health}")
    if restarts:
        measured.append(_restarts_text(seen))
    if restarts and status in {"running", "restarting"} and seen.uptime_seconds < SETTLED_SECONDS:
        faults.append(f"crash loop: {_restarts_text(seen)}, last cause: {_cause(seen)}")
    if seen.image is not None and container.get("Image") != seen.image.get("Id"):
        measured.append("another image")
        faults.append(f"it does not run {contract['image']}:latest; {BUILD_REMEDY}")
    return ", ".join(part for part in measured if part), faults


def _restarts(seen: Observation) -> int:
    return int((seen.container or {}).get("RestartCount") or 0)


def _restarts_text(seen: Observation) -> str:
    return "1 restart" if _restarts(seen) == 1 else f"{_restarts(seen)} restarts"


def _ended(state: Mapping[str, Any]) -> str:
    return OUT_OF_MEMORY if state.get("OOMKilled") else f"exit code {state.get('ExitCode')}"


def _cause(seen: Observation) -> str:
    if not seen.ends:
        return "no longer known to the engine"
    last: End = seen.ends[-1]
    return OUT_OF_MEMORY if last.out_of_memory else f"exit code {last.exit_code}"


def _user_fault(seen: Observation) -> str:
    roots = [process.name for process in seen.inside.processes if 0 in process.uids]
    if not seen.inside.processes:
        return "no process was seen"
    if roots:
        return f"runs as root: {', '.join(sorted(set(roots)))}; give the image a numeric USER"
    configured = str((seen.container or {}).get("Config", {}).get("User") or "")
    if not is_fixed_user(configured):
        return f"the user {configured!r} is no fixed number: its uid is the image's to change"
    return ""


def _listening(listeners: tuple[Listener, ...]) -> list[Listener]:
    return [listener for listener in listeners if listener.address != EMBEDDED_DNS]


def _describe(listening: list[Listener]) -> list[str]:
    wide = {listener.port for listener in listening if listener.address in WILDCARDS}
    narrow = {(one.port, one.address) for one in listening if one.port not in wide}
    return [str(port) for port in sorted(wide)] + [f"{p} ({a})" for p, a in sorted(narrow)]


def _published(seen: Observation) -> set[str]:
    table = ((seen.container or {}).get("NetworkSettings") or {}).get("Ports") or {}
    return {
        f"{_bracket(str(binding['HostIp']))}:{binding['HostPort']}"
        + ("" if inner.split("/")[0] == binding["HostPort"] else f"->{inner}")
        for inner, bindings in table.items()
        for binding in bindings or []
    }


def _ports_fault(
    port: int | None, listening: list[Listener], published: set[str], bind_address: str
) -> str:
    open_ports = {listener.port for listener in listening}
    wanted = {port} if port else set()
    # Docker publishes the IPv4 wildcard on IPv6 too unless told otherwise.
    addresses = WILDCARDS if bind_address == "0.0.0.0" else {bind_address}  # noqa: S104
    allowed = {f"{_bracket(address)}:{port}" for address in addresses} if port else set()
    faults = {
        "nothing listens on": _texts(wanted - open_ports),
        "listens, and the contract does not say so:": _texts(open_ports - wanted),
        "published, and should not be:": _texts(published - allowed),
        "not published on": [] if published & allowed else _texts(allowed),
    }
    return "; ".join(f"{text} {', '.join(found)}" for text, found in faults.items() if found)


def _texts(values: set[int] | set[str]) -> list[str]:
    return [str(value) for value in sorted(values)]


def _ports_text(listening: list[str], published: list[str]) -> str:
    return f"{', '.join(listening) or 'none'}, on {', '.join(published) or 'no address'}"


def _bracket(address: str) -> str:
    return f"[{address}]" if ":" in address else address
