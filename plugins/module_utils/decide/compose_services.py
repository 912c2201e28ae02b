"""Compose's own reading of a project, as the services that are to run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.decide.parts import parts_of
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    PublishedPort,
    Service,
)

COMPLETED = "service_completed_successfully"


def read_services(config: Mapping[str, Any], alone: Mapping[str, str]) -> list[Service]:
    """Return the services of ``compose config --format json``, those waited for first."""
    services: Mapping[str, Any] = config.get("services") or {}
    needs = {name: _needs(spec, services) for name, spec in services.items()}
    one_shots = {
        name for wanted in needs.values() for name, how in wanted.items() if how == COMPLETED
    }
    networks = {key: str(one["name"]) for key, one in (config.get("networks") or {}).items()}
    return [
        Service(
            name=name,
            alone_hash=alone.get(name, ""),
            # As compose itself calls what it would build.
            image=str(services[name].get("image") or f"{config.get('name', '')}-{name}"),
            container_name=_container_name(config, name),
            replicas=_replicas(services[name]),
            one_shot=name in one_shots,
            keeps_data=_keeps_data(services[name]),
            networks=tuple(
                sorted(networks[k] for k in services[name].get("networks") or {} if k in networks)
            ),
            parts=tuple(parts_of(services[name])),
            host_network=services[name].get("network_mode") == "host",
            ports=tuple(_ports(services[name])),
            memory_bytes=_memory_bytes(services[name]),
            needs=needs[name],
        )
        for name in in_order(needs)
    ]


def in_order(needs: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return the services so that each comes after those it needs."""
    ordered: list[str] = []
    while len(ordered) < len(needs):
        left = [name for name in needs if name not in ordered]
        ready = [name for name in left if needs[name].keys() <= set(ordered)]
        # Compose refuses circles: without one, something is always ready.
        ordered += ready or left
    return ordered


def _needs(spec: Mapping[str, Any], services: Mapping[str, Any]) -> dict[str, str]:
    """Return what a service waits for; nobody waits for services that are switched off."""
    wanted: Mapping[str, Any] = spec.get("depends_on") or {}
    return {one: str(how.get("condition")) for one, how in wanted.items() if one in services}


def _container_name(config: Mapping[str, Any], name: str) -> str:
    spec = config["services"][name]
    return str(spec.get("container_name") or f"{config.get('name', '')}-{name}-1")


def _replicas(spec: Mapping[str, Any]) -> int:
    told = (spec.get("deploy") or {}).get("replicas", spec.get("scale"))
    return 1 if told is None else int(told)


def _keeps_data(spec: Mapping[str, Any]) -> bool:
    volumes = spec.get("volumes") or ()
    kept = [one for one in volumes if one.get("type") in {"volume", "bind"}]
    return any(not one.get("read_only") for one in kept)


def _ports(spec: Mapping[str, Any]) -> list[PublishedPort]:
    return [
        PublishedPort(str(one.get("host_ip") or "0.0.0.0"), int(one["published"]), one["target"])  # noqa: S104
        for one in spec.get("ports") or ()
        if str(one.get("published") or "").isdigit() and one.get("protocol", "tcp") == "tcp"
    ]


def _memory_bytes(spec: Mapping[str, Any]) -> int:
    limits = ((spec.get("deploy") or {}).get("resources") or {}).get("limits") or {}
    return int(limits.get("memory") or spec.get("mem_limit") or 0)
