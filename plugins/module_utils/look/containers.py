"""The containers of a stack as the engine, the kernel and their own files show them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.labels import (
    COMPOSE_HASH,
    COMPOSE_NUMBER,
    COMPOSE_ONE_OFF,
    COMPOSE_PROJECT,
    COMPOSE_SERVICE,
    SERVICE_LABEL,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.procfs import look_inside
from ansible_collections.todo.stack.plugins.module_utils.look.contents import contents_of
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Container,
    End,
    Names,
)

# What hardening is judged by; all else of HostConfig is left out.
_HOST_KEYS = (
    "CapAdd", "CapDrop", "CgroupnsMode", "CpuQuota", "Devices", "Init", "IpcMode", "LogConfig",
    "Memory", "NanoCpus", "NetworkMode", "PidMode", "PidsLimit", "PortBindings", "Privileged",
    "ReadonlyRootfs", "RestartPolicy", "SecurityOpt", "UTSMode", "UsernsMode",
)  # fmt: skip
_ERROR_CHARACTERS = 200


def labels_of(inspected: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the labels of an inspected container or image."""
    return (inspected.get("Config") or {}).get("Labels") or {}


def environ_of(inspected: Mapping[str, Any]) -> dict[str, str]:
    """Return the environment that an inspected container or image declares."""
    pairs = (entry.partition("=") for entry in (inspected.get("Config") or {}).get("Env") or ())
    return {name: value for name, _, value in pairs}


def project_of(inspected: Mapping[str, Any]) -> str:
    """Return the compose project of an inspected container, "" for none."""
    return str(labels_of(inspected).get(COMPOSE_PROJECT, ""))


def read_container(inspected: Mapping[str, Any]) -> Container:
    """Return what the engine tells of a container, without any value of its environment."""
    labels, state = labels_of(inspected), inspected.get("State") or {}
    config, host = inspected.get("Config") or {}, inspected.get("HostConfig") or {}
    settings = {
        **{key: host.get(key) for key in _HOST_KEYS},
        "Mounts": inspected.get("Mounts") or [],
        "User": config.get("User"),
        "Healthcheck": {"Test": ((config.get("Healthcheck") or {}).get("Test") or [])[:1]},
    }
    return Container(
        id=str(inspected["Id"]),
        name=str(inspected.get("Name", "")).lstrip("/"),
        service=str(labels.get(COMPOSE_SERVICE, "")),
        number=int(labels.get(COMPOSE_NUMBER) or 1),
        ours=SERVICE_LABEL in labels,
        one_off=labels.get(COMPOSE_ONE_OFF) == "True",
        config_hash=str(labels.get(COMPOSE_HASH, "")),
        image_id=str(inspected.get("Image", "")),
        image=str(config.get("Image", "")),
        state=str(state.get("Status", "")),
        health=str((state.get("Health") or {}).get("Status", "none")),
        exit_code=int(state.get("ExitCode") or 0),
        oom_killed=bool(state.get("OOMKilled")),
        error=" ".join(str(state.get("Error") or "").split())[:_ERROR_CHARACTERS],
        restarts=int(inspected.get("RestartCount") or 0),
        pid=int(state.get("Pid") or 0),
        networks=_networks(inspected),
        published=tuple(sorted(published(inspected))),
        settings=settings,
    )


def looked_into(
    container: Container,
    inspected: Mapping[str, Any],
    wanted: Mapping[str, str],
    image_environ: Mapping[str, str] | None,
    contents_file: Path,
) -> Container:
    """Return the container with what is seen inside of it.

    ``wanted``: the values that its service is to have. ``image_environ``: what its image declares,
    None for a service without a contract, of which only the wanted values are compared.
    """
    created = Names.between(environ_of(inspected), wanted)
    # Of an image that is gone, or of another's service, nobody knows what is its own.
    beyond = set(created.extra) - {"PATH", *image_environ} if image_environ else ()
    found = replace(container, environment=replace(created, extra=tuple(sorted(beyond))))
    if not container.pid:
        return found
    inside = look_inside(container.pid, wanted, image_environ, _writable(inspected))
    seen = replace(found, inside=inside)
    if image_environ is None:
        return seen
    return replace(seen, contents=contents_of(container.image_id, container.pid, contents_file))


def ends_of(docker: DockerCli, inspected: Mapping[str, Any]) -> tuple[End, ...]:
    """Return how the container's process ended before, as far as the engine remembers."""
    if not inspected.get("RestartCount"):
        return ()
    out = docker.read(
        "events", "--since", inspected["Created"], "--until", "0s", "--format", "{{json .}}",
        "--filter", f"container={inspected['Id']}", "--filter", "event=die",
        "--filter", "event=oom",
    )  # fmt: skip
    return tuple(read_ends(out))


def read_ends(events: str) -> list[End]:
    """Return the ends told by ``docker events`` lines; an oom event goes before its die event."""
    found, out_of_memory = [], False
    for line in events.splitlines():
        event = json.loads(line)
        if event.get("Action") == "oom":
            out_of_memory = True
            continue
        attributes = (event.get("Actor") or {}).get("Attributes") or {}
        found.append(End(int(attributes.get("exitCode", -1)), out_of_memory))
        out_of_memory = False
    return found


def published(inspected: Mapping[str, Any]) -> set[str]:
    """Return the addresses and ports on which a running container is published."""
    table = (inspected.get("NetworkSettings") or {}).get("Ports") or {}
    return {
        f"{_bracket(str(binding['HostIp']))}:{binding['HostPort']}"
        + ("" if inner == f"{binding['HostPort']}/tcp" else f"->{inner}")
        for inner, bindings in table.items()
        for binding in bindings or ()
    }


def _networks(inspected: Mapping[str, Any]) -> dict[str, str]:
    attached: Mapping[str, Any] = (inspected.get("NetworkSettings") or {}).get("Networks") or {}
    return {
        name: str(one.get("IPAddress") or one.get("GlobalIPv6Address") or "")
        for name, one in attached.items()
    }


def _writable(inspected: Mapping[str, Any]) -> Sequence[str]:
    return [
        str(mount["Destination"])
        for mount in inspected.get("Mounts") or ()
        if mount.get("RW") and mount.get("Type") in {"volume", "bind"}
    ]


def _bracket(address: str) -> str:
    return f"[{address}]" if ":" in address else address
