"""The verdict on a host's checks: what failed, what may still come true, what to tell."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.todo.stack.plugins.module_utils.contract.model import (
    WITHIN_SECONDS,
    Contract,
)
from ansible_collections.todo.stack.plugins.module_utils.judge.check import Check
from ansible_collections.todo.stack.plugins.module_utils.judge.registry import criterion_of
from ansible_collections.todo.stack.plugins.plugin_utils.judge.units import human


def failed_ids(checks: Sequence[Check]) -> list[str]:
    """Return the ids of the checks that have failed."""
    return [check.id for check in checks if not check.passed]


def awaited(checks: Sequence[Check]) -> list[Check]:
    """Return the checks that have failed and may pass later, of a service still starting."""
    return [c for c in checks if not c.passed and criterion_of(c.criterion).may_pass_later]


def patience_seconds(contracts: Sequence[Contract], checks: Sequence[Check]) -> float:
    """Return for how long after the start the failed checks may still come true: 0 for never.

    A service that no contract tells of has the time of the most patient one.
    """
    limits = {name: c.run.within_seconds for c in contracts for name in c.running_services()}
    longest = max(limits.values(), default=WITHIN_SECONDS)
    return max((limits.get(check.service, longest) for check in awaited(checks)), default=0)


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
