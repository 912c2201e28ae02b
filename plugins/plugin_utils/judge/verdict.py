"""The verdict on a host's checks: what failed, and what to tell."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.todo.stack.plugins.module_utils.judge.check import Check
from ansible_collections.todo.stack.plugins.plugin_utils.judge.units import human


def failed_ids(checks: Sequence[Check]) -> list[str]:
    """Return the ids of the checks that have failed."""
    return [check.id for check in checks if not check.passed]


def failure(host: str, checks: Sequence[Check], report: str) -> str:
    """Return the message of a failed acceptance: each failed check, what was seen, what to do."""
    failed = [check for check in checks if not check.passed]
    lines = [
        f"  - {check.id}: {human(check.measured, check.unit)}"
        f" (limit: {human(check.limit, check.unit)}); {check.message}"
        for check in failed
    ]
    closing = [f"report: {report}"] if report else []
    return "\n".join([f"{len(failed)} of {len(checks)} checks failed on {host}:", *lines, *closing])
