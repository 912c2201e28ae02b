"""The controller's part of the verdict: `expect` judged, failures told."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.plugin_utils.judge.expectation import meets
from ansible_collections.todo.stack.plugins.plugin_utils.judge.units import human

QUOTED_CHARACTERS = 80
# What a service that is still starting fails, and need not fail for good.
TRANSIENT = {"running", "health", "ui"}

Checks = Sequence[Mapping[str, Any]]


def with_expectations(
    checks: Checks, contracts: Sequence[Mapping[str, Any]], bodies: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the checks, those of the health bodies judged by the contracts' ``expect``."""
    wanted = {c["service"]: (c["run"].get("health") or {}).get("expect") for c in contracts}
    return [_judged(check, wanted.get(check["service"]), bodies) for check in checks]


def failed_ids(checks: Checks) -> list[str]:
    """Return the ids of the checks that have failed."""
    return [str(check["id"]) for check in checks if not check["passed"]]


def patience_seconds(contracts: Sequence[Mapping[str, Any]], checks: Checks) -> float:
    """Return for how long after the start the failed checks may still come true: 0 for never."""
    limits = {c["service"]: _within(c["run"]) for c in contracts}
    waits = [limits.get(c["service"], 0.0) for c in checks if not c["passed"] and _transient(c)]
    return max(waits, default=0.0)


def failure(host: str, checks: Checks, report: str) -> str:
    """Return the message of a failed acceptance: each failed check, what was seen, what to do."""
    failed = [check for check in checks if not check["passed"]]
    lines = [
        f"  - {check['id']}: {human(check['measured'], check['unit'])}"
        f" (limit: {human(check['limit'], check['unit'])}); {check['message']}"
        for check in failed
    ]
    closing = [f"report: {report}"] if report else []
    return "\n".join([f"{len(failed)} of {len(checks)} checks failed on {host}:", *lines, *closing])


def _judged(
    check: Mapping[str, Any], expect: str | None, bodies: Mapping[str, Any]
) -> dict[str, Any]:
    body = bodies.get(check["service"])
    if check["criterion"] != "health" or not check["passed"] or not expect or body is None:
        return dict(check)
    try:
        if meets(expect, body["json"]):
            return dict(check)
        message = f"the body is not what the contract expects; it is {_quoted(body['json'])}"
    except StackError as problem:
        message = str(problem)
    return {
        **check,
        "passed": False,
        "measured": f"{check['measured']}, but not {expect}",
        "message": message,
    }


def _quoted(body: object) -> str:
    text = json.dumps(body, ensure_ascii=False)
    return text if len(text) <= QUOTED_CHARACTERS else text[:QUOTED_CHARACTERS] + "..."


def _transient(check: Mapping[str, Any]) -> bool:
    return check["criterion"] in TRANSIENT


def _within(run: Mapping[str, Any]) -> float:
    asked = [run.get("health") or {}, run.get("ui") or {}]
    return max(float(one.get("within_seconds") or 0) for one in asked)
