"""The secrets made on this host: kept in secrets.json, found again when that file is lost."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.module_utils.decide.override import (
    Values,
    read_back,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.resolution import (
    EMBEDDED_PASSWORD,
    secrets_in,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import (
    PROJECT_LABEL,
    DockerCli,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.files import read_text

SECRETS_FILE = "secrets.json"
ENVIRONMENT_FILE = "environment.json"
PROJECT = "todo"
_SERVICE_LABEL = "com.docker.compose.service"

Needed = Sequence[tuple[str, str]]  # (service, NAME)


def read_kept(folder: Path) -> Values | None:
    """Return secrets.json; {} when there is none, None when it is torn, empty or garbage."""
    text = read_text(folder / SECRETS_FILE)
    if text is None:
        return {}
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return raw if _is_values(raw) else None


def find_lost(
    folder: Path, contracts: Sequence[Contract], needed: Needed, docker: DockerCli
) -> Values:
    """Return what still delivers the ``needed`` secrets: environment.json, else the containers.

    Raises StackError when a database password is gone but its data is not: a new one would lock
    the stack out of its own database.
    """
    delivered = read_back(read_text(folder / ENVIRONMENT_FILE) or "") or {}
    found = secrets_in(contracts, delivered)
    if missing_of(found, needed):
        for service, names in secrets_in(contracts, _delivered_by_containers(docker)).items():
            found[service] = {**names, **found.get(service, {})}
    for service, name in missing_of(found, needed):
        if name == EMBEDDED_PASSWORD and _has_volumes(docker):
            raise StackError(
                f"the password of {service} is lost, but its data is still there",
                where=str(folder / SECRETS_FILE),
                remedy="put the file back from a backup, give DATABASE_URL, or remove the data "
                "with the destroy playbook",
            )
    return {s: {n: found[s][n] for t, n in needed if t == s and n in found[s]} for s in found}


def missing_of(found: Values, needed: Needed) -> list[tuple[str, str]]:
    """Return the needed secrets that ``found`` lacks."""
    return [(service, name) for service, name in needed if name not in found.get(service, {})]


def container_environments(docker: DockerCli) -> dict[str, tuple[dict[str, str], dict[str, str]]]:
    """Return, by compose service, its container's environment and what the image declares."""
    found = docker.project_containers(PROJECT)
    images = docker.inspect_images(list(dict.fromkeys(str(one["Image"]) for one in found)))
    return {
        service: (_environment(one), _environment(images.get(str(one["Image"]), {})))
        for one in found
        if (service := (one["Config"].get("Labels") or {}).get(_SERVICE_LABEL, ""))
    }


def _delivered_by_containers(docker: DockerCli) -> Values:
    delivered: Values = {}
    for container in docker.project_containers(PROJECT):
        labels = container.get("Config", {}).get("Labels") or {}
        names = delivered.setdefault(labels.get(_SERVICE_LABEL, ""), {})
        names.update(_environment(container))
    return delivered


def _environment(inspected: Mapping[str, Any]) -> dict[str, str]:
    pairs = (entry.partition("=") for entry in inspected.get("Config", {}).get("Env") or [])
    return {name: value for name, _, value in pairs}


def _has_volumes(docker: DockerCli) -> bool:
    label = f"label={PROJECT_LABEL}={PROJECT}"
    return bool(docker.read("volume", "ls", "--quiet", "--filter", label).strip())


def _is_values(raw: Any) -> bool:
    return isinstance(raw, dict) and all(
        isinstance(names, dict) and all(isinstance(v, str) and v for v in names.values())
        for names in raw.values()
    )
