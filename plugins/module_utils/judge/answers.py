"""What the service answered over HTTP: its health and its user interface."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.judge.check import Check
from ansible_collections.todo.stack.plugins.module_utils.judge.container import absent, missing
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Observation,
    ProbeResult,
)

HTTP_OK = 200
MAX_JUDGED_BYTES = 64 * 1024


def health(contract: Mapping[str, Any], seen: Observation) -> Check:
    """Return whether the health path answers 200 with JSON; ``expect`` is the controller's."""
    asked = contract["run"]["health"]
    message = _unanswered(contract, seen, seen.health)
    if not message and seen.health and health_body(seen) is None:
        message = "the body is no JSON document of at most 64 KiB"
    limit = "HTTP 200" + (f", {asked['expect']}" if asked.get("expect") else "")
    measured = _measured(seen, seen.health)
    return Check(contract["service"], "health", not message, measured, limit, "", message)


def ui(contract: Mapping[str, Any], seen: Observation) -> Check:
    """Return whether the UI path answers 200 with HTML that contains the contract's text."""
    contains = str(contract["run"]["ui"]["contains"])
    message = _unanswered(contract, seen, seen.ui)
    if not message and seen.ui:
        kind = seen.ui.content_type.partition(";")[0].strip().lower()
        if kind != "text/html":
            message = f"the answer is {kind or 'of no type'}, not text/html"
        elif contains not in seen.ui.body.decode("utf-8", "replace"):
            message = f"the page does not contain {contains!r}"
    limit = f"HTTP 200, {contains!r} in HTML"
    measured = _measured(seen, seen.ui)
    return Check(contract["service"], "ui", not message, measured, limit, "", message)


def health_body(seen: Observation) -> dict[str, Any] | None:
    """Return ``{"json": body}`` of the health answer, or None where it is no bounded JSON."""
    if seen.health is None or len(seen.health.body) > MAX_JUDGED_BYTES:
        return None
    try:
        return {"json": json.loads(seen.health.body.decode("utf-8"))}
    except (ValueError, RecursionError):
        return None


def _unanswered(contract: Mapping[str, Any], seen: Observation, answer: ProbeResult | None) -> str:
    without = absent(contract, seen) or (
        "" if seen.running else absent(contract, seen, inside=True)
    )
    if without or answer is None:
        return without or "was not probed"
    if answer.error:
        return f"{answer.error}; {_look(seen)}"
    if answer.status != HTTP_OK:
        return f"answered HTTP {answer.status}; {_look(seen)}"
    return ""


def _measured(seen: Observation, answer: ProbeResult | None) -> str:
    if answer is None:
        return missing(seen) or missing(seen, inside=True) or "not probed"
    if answer.error:
        return answer.error
    return f"HTTP {answer.status} in {answer.seconds * 1000:.0f} ms"


def _look(seen: Observation) -> str:
    name = str((seen.container or {}).get("Name", "")).lstrip("/")
    return f"see `docker logs {name}`"
