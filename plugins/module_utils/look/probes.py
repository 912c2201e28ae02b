"""What a service answers to its contract's checks, asked over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from ansible_collections.todo.stack.plugins.module_utils.contract.masking import Redact
from ansible_collections.todo.stack.plugins.module_utils.contract.model import (
    Contract,
    HttpCheck,
    Port,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import at_once
from ansible_collections.todo.stack.plugins.module_utils.edge.http import Answer, get, reached_at
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Container,
    ProbeResult,
)

PROBE_SECONDS = 5.0
MAX_JUDGED_BYTES = 64 * 1024


def probe_all(
    contracts: Sequence[Contract],
    bind_address: str,
    containers: Sequence[Container],
    redact: Redact,
) -> dict[str, dict[str, ProbeResult]]:
    """Return, by service and check, what was answered where the services are reached."""
    running = {one.service: one for one in containers if one.pid and not one.one_off}
    asked = [(c, check) for c in contracts if c.service in running for check in c.run.checks]
    if not asked:
        return {}
    places = [reached(c.run.asked_at(k), running[c.service], bind_address) for c, k in asked]
    answers = at_once(
        *(partial(probe, *place, k, PROBE_SECONDS) for place, (_, k) in zip(places, asked))
    )
    found: dict[str, dict[str, ProbeResult]] = {}
    for (contract, check), answer in zip(asked, answers):
        # What a service says is shown: it must not say a secret.
        hidden = replace(answer, body=redact(answer.body))
        found.setdefault(contract.service, {})[check.name] = hidden
    return found


def reached(port: Port, container: Container, bind_address: str) -> tuple[str, int]:
    """Return address and port at which this host reaches a port of a service that runs."""
    if port.published:
        return reached_at(bind_address), port.published
    return own_address(container), port.target


def own_address(container: Container) -> str:
    """Return the container's address on one of its networks, of which this host is a part."""
    return next((one for one in container.networks.values() if one), "127.0.0.1")


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
