"""What a service answers: each check of its contract is a criterion of its own."""

from __future__ import annotations

from ansible_collections.todo.stack.plugins.module_utils.contract.model import (
    CommandCheck,
    HttpCheck,
    ServiceCheck,
    TcpCheck,
)
from ansible_collections.todo.stack.plugins.module_utils.judge.check import Finding
from ansible_collections.todo.stack.plugins.module_utils.judge.fault import fault
from ansible_collections.todo.stack.plugins.module_utils.judge.subject import Subject, each
from ansible_collections.todo.stack.plugins.module_utils.look.observation import ProbeResult


def asked(subject: Subject, name: str) -> ServiceCheck | None:
    """Return the contract's check of this name."""
    checks = subject.contract.run.all_checks if subject.contract else ()
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
    status = check.status if isinstance(check, HttpCheck) else 0
    if wrong and (result is None or result.error or result.status != status):
        wrong = f"{wrong}; see `docker logs {running[0].name}`"
    return Finding(_measured(check, result, wrong), _limit(check), wrong)


def _measured(check: ServiceCheck, result: ProbeResult | None, wrong: str) -> str:
    if result is None:
        return "not probed"
    if result.error:
        return result.error
    took = f"in {result.seconds * 1000:.0f} ms"
    if not isinstance(check, HttpCheck):
        told = "connected" if isinstance(check, TcpCheck) else f"exit code {result.status}"
        return f"{told} {took}"
    shown = f"HTTP {result.status} {took}"
    unmet = wrong and check.expect and result.status == check.status
    return f"{shown}, but not {check.expect}" if unmet else shown


def _limit(check: ServiceCheck) -> str:
    if isinstance(check, TcpCheck):
        return f"takes connections on {check.port}"
    if isinstance(check, CommandCheck):
        return f"exit code 0 of {' '.join(check.command)}"
    page = f"{check.contains!r} in {'HTML' if check.html else 'the answer'}"
    content = page if check.contains else "HTML" if check.html else ""
    return ", ".join(part for part in (f"HTTP {check.status}", check.expect, content) if part)
