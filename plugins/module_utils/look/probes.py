"""What a service answers to its contract's checks: over HTTP, TCP, or to a command beside it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from ansible_collections.todo.stack.plugins.module_utils.contract.masking import Redact
from ansible_collections.todo.stack.plugins.module_utils.contract.model import (
    CommandCheck,
    Contract,
    HttpCheck,
    Port,
    ServiceCheck,
    TcpCheck,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import (
    DockerCli,
    at_once,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.http import Answer, get, reached_at
from ansible_collections.todo.stack.plugins.module_utils.edge.tcp import refusal
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Container,
    ProbeResult,
)

PROBE_SECONDS = 5.0
TIMED_OUT = 124
MAX_JUDGED_BYTES = 64 * 1024


def probe_all(
    docker: DockerCli,
    contracts: Sequence[Contract],
    bind_address: str,
    containers: Sequence[Container],
    redact: Redact,
) -> dict[str, dict[str, ProbeResult]]:
    """Return, by service and check, what was answered where the services are reached."""
    running = {one.service: one for one in containers if one.pid and not one.one_off}
    asked = [(c, check) for c in contracts if c.service in running for check in c.run.all_checks]
    if not asked:
        return {}

    def answer(contract: Contract, check: ServiceCheck) -> ProbeResult:
        container = running[contract.service]
        if not isinstance(check, HttpCheck):
            return probe_inside(docker, container, check, PROBE_SECONDS)
        place = reached(contract.run.asked_at(check), container, bind_address)
        return probe(*place, check, PROBE_SECONDS)

    answers = at_once(*(partial(answer, *one) for one in asked))
    found: dict[str, dict[str, ProbeResult]] = {}
    for (contract, check), told in zip(asked, answers):
        # What a service says is shown: it must not say a secret.
        hidden = replace(told, body=redact(told.body))
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


def probe_inside(
    docker: DockerCli, container: Container, check: TcpCheck | CommandCheck, seconds: float
) -> ProbeResult:
    """Return what a check of the container itself saw.

    A published port is none: the engine's proxy takes connections for whoever is behind it.
    """
    begun = time.monotonic()
    if isinstance(check, TcpCheck):
        error = refusal(own_address(container), check.port, seconds)
        return ProbeResult(error=error, seconds=time.monotonic() - begun)
    code, out = docker.run_inside(container.id, check.command, seconds)
    took = time.monotonic() - begun
    if code == TIMED_OUT:
        return ProbeResult(error=f"it did not end within {seconds:g} s", seconds=took)
    return ProbeResult(status=code, body=out, seconds=took)


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
