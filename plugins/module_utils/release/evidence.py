"""Why a container is not healthy: its state, its last healthcheck, the end of its log."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Container

LOG_LINES = 20
HIDDEN = "********"
_HEALTH_CHARACTERS = 500

Redact = Callable[[str], str]


def redactor(forms: Collection[str]) -> Redact:
    """Return a function that hides secrets: ``forms`` are all shapes they may have."""
    longest_first = sorted(forms, key=len, reverse=True)

    def redact(text: str) -> str:
        for form in longest_first:
            text = text.replace(form, HIDDEN)
        return text

    return redact


def evidence(docker: DockerCli, container: Container, why: str, redact: Redact) -> dict[str, Any]:
    """Return a row of what a container tells of itself."""
    log = redact(docker.logs(container.id, LOG_LINES)).splitlines()
    return {
        "service": container.service,
        "container": container.name,
        "why": why,
        "state": container.state,
        "health": container.health,
        "exit_code": container.exit_code,
        "oom_killed": container.oom_killed,
        "restarts": container.restarts,
        "last_healthcheck": redact(_last_healthcheck(docker, container)),
        "log": log[-LOG_LINES:],
    }


def _last_healthcheck(docker: DockerCli, container: Container) -> str:
    for inspected in docker.inspect_containers([container.id]):
        entries = ((inspected["State"].get("Health") or {}).get("Log")) or []
        if entries:
            return str(entries[-1].get("Output", "")).strip()[-_HEALTH_CHARACTERS:]
    return ""
