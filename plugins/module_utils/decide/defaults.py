"""The hardening, limits and addresses that a service gets where its compose file says nothing."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.decide.compose_services import COMPLETED

ADDRESS = "${STACK_BIND_ADDRESS:-127.0.0.1}"
_LOGGING = {"driver": "json-file", "options": {"max-size": "10m", "max-file": "3"}}
# Key of a service -> its value, and the setting by which it is relaxed. These harm nobody's image.
_EVERYBODY: dict[str, tuple[Any, str]] = {
    "restart": ("unless-stopped", "restart"),
    "init": (True, "init"),
    "cgroup": ("private", "namespaces"),
    "security_opt": (["no-new-privileges:true"], "no_new_privileges"),
    "logging": (_LOGGING, "logging"),
}
# A vendor's image may start as root and write where it likes: only a contract promises better.
_WITH_CONTRACT: dict[str, tuple[Any, str]] = {
    "read_only": (True, "read_only"),
    "cap_drop": (["ALL"], "cap_drop"),
}
# Limit -> its key in a service without `deploy`, with which compose does not let it be mixed.
_LIMITS: dict[str, tuple[str, Any]] = {
    "memory": ("mem_limit", "1g"),
    "cpus": ("cpus", "1.0"),
    "pids": ("pids_limit", 200),
}


def defaults_of(
    services: Mapping[str, Any], contracted: Collection[str], relaxed: Mapping[str, Collection[str]]
) -> str:
    """Return a document that adds to each service what it says nothing of; "" where all is said.

    ``services``: as the compose file has them. ``contracted``: those that a contract is about.
    ``relaxed``: service -> what it does without.
    """
    ending = _one_shots(services)
    lines = []
    for name, raw in services.items():
        spec = _whole(raw, services)
        demanded = {**_EVERYBODY, **(_WITH_CONTRACT if name in contracted else {})}
        if name in ending:
            demanded.pop("restart")
        without = relaxed.get(name, ())
        told = [*_hardening(spec, demanded, without), *_limits(spec, without), *_ports(spec)]
        lines += [f"  {name}:\n", *(f"    {line}\n" for line in told)] if told else []
    return "---\nservices:\n" + "".join(lines) if lines else ""


def _hardening(
    spec: Mapping[str, Any], demanded: Mapping[str, tuple[Any, str]], without: Collection[str]
) -> Iterator[str]:
    added = {key: value for key, (value, setting) in demanded.items()
             if key not in spec and setting not in without}  # fmt: skip
    if "restart_policy" in (spec.get("deploy") or {}):
        added.pop("restart", None)
    yield from (f"{key}: {json.dumps(value)}" for key, value in added.items())
    if "read_only" in added and "tmpfs" not in spec:
        yield "tmpfs: [/tmp]"


def _limits(spec: Mapping[str, Any], without: Collection[str]) -> Iterator[str]:
    """Yield the limits that are missing, and take away those that are relaxed."""
    limits = ((spec.get("deploy") or {}).get("resources") or {}).get("limits") or {}
    changes = {}
    for name, (key, value) in _LIMITS.items():
        said = name in limits or key in spec
        if said and name in without:
            changes[name] = "!reset null"
        elif not (said or name in without):
            changes[name] = json.dumps(value)
    if limits and changes:
        told = ", ".join(f"{name}: {text}" for name, text in changes.items())
        yield f"deploy: {{resources: {{limits: {{{told}}}}}}}"
    else:
        yield from (f"{_LIMITS[name][0]}: {text}" for name, text in changes.items())


def _ports(spec: Mapping[str, Any]) -> Iterator[str]:
    """Yield the ports with the stack's address, where the compose file leaves it open for one."""
    ports = spec.get("ports") or []
    bound = [_bound(one) for one in ports]
    if bound != ports:
        yield f"ports: !override {json.dumps(bound)}"


def _bound(port: Any) -> Any:
    if isinstance(port, Mapping):
        return (
            port if "host_ip" in port or "published" not in port else {**port, "host_ip": ADDRESS}
        )
    # What stands for itself: an address, or one that a variable gives, is before two colons.
    text = str(port)
    return f"{ADDRESS}:{text}" if text.count(":") == 1 and "$" not in text else port


def _one_shots(services: Mapping[str, Any]) -> set[str]:
    waits = [(_whole(spec, services)).get("depends_on") or {} for spec in services.values()]
    return {
        name
        for one in waits
        if isinstance(one, Mapping)
        for name, how in one.items()
        if isinstance(how, Mapping) and how.get("condition") == COMPLETED
    }


def _whole(raw: Any, services: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a service says, that of the service which it extends included."""
    spec = dict(raw) if isinstance(raw, Mapping) else {}
    extends = spec.get("extends")
    name = extends.get("service") if isinstance(extends, Mapping) else extends
    base = services.get(name) if name else None
    others = {one: spec for one, spec in services.items() if one != name}
    return {**_whole(base, others), **spec} if base is not None else spec
