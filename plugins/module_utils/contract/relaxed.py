"""What a user relaxes by name: what compose is told, and how the report calls it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import Problem
from ansible_collections.todo.stack.plugins.module_utils.contract.suggest import did_you_mean

WHERE = "stack_relaxed"
# Setting -> the rule it relaxes, and the line of compose that does.
SETTINGS = {
    "read_only": ("read-only root filesystem", "read_only: false"),
    "cap_drop": ("cap_drop ALL", "cap_drop: !reset []"),
    "no_new_privileges": ("no-new-privileges", "security_opt: !reset []"),
    "init": ("init", "init: false"),
    "logging": ("log rotation", "logging: !reset null"),
    "restart": ("restart policy unless-stopped", 'restart: "no"'),
    "memory": ("memory limit", ""),
    "cpus": ("CPU limit", ""),
    "pids": ("pids limit", ""),
    "seccomp": ("seccomp profile", ""),
    "privileged": ("not privileged", ""),
    "devices": ("no host devices", ""),
    "namespaces": ("own namespaces", ""),
    "own_network": ("own network", ""),
    "engine_socket": ("no engine socket", ""),
    "healthcheck": ("healthcheck", ""),
}
# Whole criteria that a contract may relax, each with its reason.
CRITERIA = (
    "image_size", "build_time", "user", "ports", "networks", "volumes", "contents",
)  # fmt: skip
RELAXABLE = (*SETTINGS, *CRITERIA)


def relaxed_problems(relaxed: Any, services: Sequence[str]) -> list[Problem]:
    """Return what is wrong with ``stack_relaxed``: a list of settings for each compose service."""
    if not isinstance(relaxed, Mapping):
        return [Problem("must map services to lists of settings", WHERE)]
    problems = []
    for service, settings in relaxed.items():
        where = f"{WHERE}.{service}"
        if service not in services:
            remedy = did_you_mean(service, list(services)) or f"services: {', '.join(services)}"
            problems.append(Problem("there is no such service", where, remedy))
        elif not isinstance(settings, list):
            problems.append(Problem("must be a list of settings", where, ", ".join(SETTINGS)))
        else:
            problems += [_unknown(where, one) for one in settings if str(one) not in SETTINGS]
    return problems


def relaxing_lines(settings: Sequence[str]) -> list[str]:
    """Return the lines of compose, for one service, that relax ``settings``.

    Limits are relaxed where the others are added, see `decide.defaults`.
    """
    return [line for name, (_, line) in SETTINGS.items() if name in settings and line]


def rules_relaxed(settings: Sequence[str]) -> dict[str, str]:
    """Return the rules that are relaxed, with the settings that do it."""
    return {SETTINGS[one][0]: one for one in settings if one in SETTINGS}


def _unknown(where: str, setting: object) -> Problem:
    remedy = did_you_mean(setting, list(SETTINGS)) or f"settings: {', '.join(SETTINGS)}"
    return Problem(f"{setting!r} is no setting that can be relaxed", where, remedy)
