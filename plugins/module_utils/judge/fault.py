"""The one judgement of an answer to a check: of a release's gate, and of acceptance."""

from __future__ import annotations

import json
from collections.abc import Callable

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.model import (
    HttpCheck,
    ServiceCheck,
    TcpCheck,
)
from ansible_collections.todo.stack.plugins.module_utils.look.observation import ProbeResult

# Whether a JMESPath expression is true of a JSON body; StackError where it cannot be applied.
Expect = Callable[[str, object], bool]
_QUOTED_CHARACTERS = 80


def fault(check: ServiceCheck, answer: ProbeResult | None, expect: Expect) -> str:
    """Return what is wrong with the answer to a check, nothing when it is as the contract says."""
    if isinstance(check, HttpCheck):
        return _http_fault(check, answer, expect)
    asked = f"port {check.port}" if isinstance(check, TcpCheck) else " ".join(check.command)
    if answer is None:
        return f"{asked} was not asked"
    if answer.error:
        return f"{asked}: {answer.error}"
    said = f": {answer.body}" if answer.body else ""
    return f"{asked} ended with code {answer.status}{said}" if answer.status else ""


def _http_fault(check: HttpCheck, answer: ProbeResult | None, expect: Expect) -> str:
    if answer is None:
        return f"{check.path} was not asked"
    if answer.error:
        return f"{check.path}: {answer.error}"
    if answer.status != check.status:
        return f"{check.path} answered {answer.status}"
    kind = answer.content_type.partition(";")[0].strip().lower()
    if check.html and kind != "text/html":
        return f"{check.path} answered {kind or 'no type'}, not text/html"
    if check.contains and not answer.holds:
        return f"{check.path} answered without {check.contains!r} in it"
    return _body_fault(check, answer, expect) if check.expect else ""


def _body_fault(check: HttpCheck, answer: ProbeResult, expect: Expect) -> str:
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        return f"{check.path} answered with no JSON document of at most 64 KiB"
    try:
        if expect(check.expect, body):
            return ""
    except StackError as problem:
        return str(problem)
    text = json.dumps(body, ensure_ascii=False)
    shown = text if len(text) <= _QUOTED_CHARACTERS else f"{text[:_QUOTED_CHARACTERS]}..."
    return (
        f"{check.path} answered {answer.status}, and its body does not meet {check.expect!r}; "
        f"it is {shown}"
    )
