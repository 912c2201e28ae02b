"""The networks of a container: those that compose.yaml gives it, and no other."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.todo.stack.plugins.module_utils.judge.check import BUILD_REMEDY, Check
from ansible_collections.todo.stack.plugins.module_utils.judge.container import (
    absent,
    missing,
)
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Observation


def networks(service: str, seen: Observation, wanted: Mapping[str, str], project: str) -> Check:
    """Return whether a container is attached to exactly the networks it is to have.

    ``wanted``: key in compose.yaml -> the name it is given there, "" for compose's own choice.
    A one-shot that has ended is on no network any more, whatever the engine remembers.
    """
    expected = {name or f"{project}_{key}" for key, name in wanted.items()}
    measured, message = missing(seen), absent({"service": service}, seen)
    if not message:
        settings = (seen.container or {}).get("NetworkSettings") or {}
        attached = set(settings.get("Networks") or {})
        ended = (seen.container or {})["State"].get("Status") == "exited"
        measured, message = (
            ("ended", "") if ended else (_text(attached), _fault(expected, attached))
        )
    return Check(service, "networks", not message, measured, _text(expected), "", message)


def _fault(expected: set[str], attached: set[str]) -> str:
    faults = {
        "not attached to": expected - attached,
        "attached, and should not be, to": attached - expected,
    }
    found = [f"{text} {_text(names)}" for text, names in faults.items() if names]
    return "; ".join([*found, BUILD_REMEDY]) if found else ""


def _text(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "none"
