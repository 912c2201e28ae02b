"""What a service answers to its contract's checks, asked over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from ansible_collections.todo.stack.plugins.module_utils.contract.masking import Redact
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract, HttpCheck
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import at_once
from ansible_collections.todo.stack.plugins.module_utils.edge.http import Answer, get, reached_at
from ansible_collections.todo.stack.plugins.module_utils.look.observation import ProbeResult

PROBE_SECONDS = 5.0
MAX_JUDGED_BYTES = 64 * 1024


def probe_all(
    contracts: Sequence[Contract], bind_address: str, redact: Redact
) -> dict[str, dict[str, ProbeResult]]:
    """Return, by service and check, what was answered where the services are published."""
    address = reached_at(bind_address)
    asked = [(contract, check) for contract in contracts for check in contract.run.checks]
    if not asked:
        return {}
    answers = at_once(
        *(partial(probe, address, one.run.port, check, PROBE_SECONDS) for one, check in asked)
    )
    found: dict[str, dict[str, ProbeResult]] = {}
    for (contract, check), answer in zip(asked, answers):
        # What a service says is shown: it must not say a secret.
        hidden = replace(answer, body=redact(answer.body))
        found.setdefault(contract.service, {})[check.name] = hidden
    return found


def probe(address: str, port: int, check: HttpCheck, seconds: float) -> ProbeResult:
    """Return what one check was answered within ``seconds``."""
    return read_answer(get(address, port, check.path, seconds), check)


def read_answer(answer: Answer, check: HttpCheck) -> ProbeResult:
    """Return of an answer what the check is judged by: a page stays where it is."""
    json_body = check.expect and len(answer.body) <= MAX_JUDGED_BYTES
    text = answer.body.decode("utf-8", "replace")
    return ProbeResult(
        status=answer.status,
        content_type=answer.content_type,
        body=text if json_body else "",
        holds=check.contains in text if check.contains else None,
        error=answer.error,
        seconds=answer.seconds,
    )
