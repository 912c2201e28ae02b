"""Why a container is not healthy: its state, its last healthcheck, the end of its log."""

from __future__ import annotations

from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.masking import Redact
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Container

LOG_LINES = 20
_HEALTH_CHARACTERS = 500


def evidence(docker: DockerCli, container: Container, why: str, redact: Redact) -> dict[str, Any]:
    """Return a row of what a container tells of itself."""
    log = redact(docker.logs(container.id, LOG_LINES)).splitlines()
    return {
        "service": container.service,
        "container": container.name,
        "why": redact(why),
        "state": container.state,
        "health": container.health,
        "exit_code": container.exit_code,
        "oom_killed": container.oom_killed,
        "restarts": container.restarts,
        # Cut only once its secrets are hidden: a half of one is not recognised.
        "last_healthcheck": redact(_last_healthcheck(docker, container))[-_HEALTH_CHARACTERS:],
        "log": log[-LOG_LINES:],
    }


def _last_healthcheck(docker: DockerCli, container: Container) -> str:
    for inspected in docker.inspect_containers([container.id]):
        entries = ((inspected["State"].get("Health") or {}).get("Log")) or []
        if entries:
            return str(entries[-1].get("Output", "")).strip()
    return ""
