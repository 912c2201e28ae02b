"""What a service answers over HTTP: each check of its contract is a criterion of its own."""

from __future__ import annotations

from ansible_collections.todo.stack.plugins.module_utils.contract.model import HttpCheck
from ansible_collections.todo.stack.plugins.module_utils.judge.check import Finding
from ansible_collections.todo.stack.plugins.module_utils.judge.fault import fault
from ansible_collections.todo.stack.plugins.module_utils.judge.subject import Subject, each
from ansible_collections.todo.stack.plugins.module_utils.look.observation import ProbeResult


def asked(subject: Subject, name: str) -> HttpCheck | None:
    """Return the contract's check of this name."""
    checks = subject.contract.run.checks if subject.contract else ()
    return next((one for one in checks if one.name == name), None)


def answer(subject: Subject, name: str) -> Finding:
    """Return whether the check of this name is answered with its status and its content."""
    check = asked(subject, name) or HttpCheck(name, "/")
    running = [one for one in subject.containers if one.pid]
    if not running:  # Somebody else's answer is no proof.
        measured, why = each(subject, lambda _: ("", ""), inside=True)
        return Finding(measured, _limit(check), why)
    result = subject.service.probes.get(name)
    wrong = fault(check, result, subject.expect)
    if wrong and (result is None or result.error or result.status != check.status):
        wrong = f"{wrong}; see `docker logs {running[0].name}`"
    return Finding(_measured(check, result, wrong), _limit(check), wrong)


def _measured(check: HttpCheck, result: ProbeResult | None, wrong: str) -> str:
    if result is None:
        return "not probed"
    if result.error:
        return result.error
    shown = f"HTTP {result.status} in {result.seconds * 1000:.0f} ms"
    unmet = wrong and check.expect and result.status == check.status
    return f"{shown}, but not {check.expect}" if unmet else shown


def _limit(check: HttpCheck) -> str:
    page = f"{check.contains!r} in {'HTML' if check.html else 'the answer'}"
    content = page if check.contains else "HTML" if check.html else ""
    return ", ".join(part for part in (f"HTTP {check.status}", check.expect, content) if part)
