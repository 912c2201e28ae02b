"""Wait until every service of a project is healthy by all signs, and keep the evidence if not."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.decide.gate import UNSEEN, Verdict, judge
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import Actual
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.http import probe
from ansible_collections.todo.stack.plugins.module_utils.look.observation import ProbeResult

LOG_LINES = 20
_PROBE_SECONDS = 3.0
_LAST_PROBE_SECONDS = 0.5
_EVERY_SECONDS = 0.15
_BODY_SHOWN = 4096


@dataclass
class Watch:
    """The wait for one service: its verdict so far and the last answers."""

    contract: Mapping[str, Any]
    restarts_before: int
    verdict: Verdict = UNSEEN
    answers: dict[str, ProbeResult] = field(default_factory=dict)

    @property
    def service(self) -> str:
        """The service waited for."""
        return str(self.contract["service"])

    @property
    def within_seconds(self) -> float:
        """How long the contract gives the service."""
        checks = (self.contract["run"].get("health"), self.contract["run"].get("ui"))
        return max((float(check["within_seconds"]) for check in checks if check), default=60.0)


def watch(
    contracts: Sequence[Mapping[str, Any]],
    containers: Callable[[], list[Actual]],
    address: str,
    restarts_before: Mapping[str, int],
    waited_seconds: float = 0.0,
) -> tuple[list[Watch], list[Actual]]:
    """Return how the wait for every service ended, and the containers as they were then.

    It ends when all have passed, one has failed, or time is up. ``address``: where published
    ports are reached on this host. ``waited_seconds``: what was waited for the same start before.
    """
    watches = [Watch(c, restarts_before.get(c["service"], 0)) for c in contracts]
    begun = time.monotonic() - waited_seconds
    while True:
        found = containers()
        by_service = {container.service: container for container in found}
        for one in watches:
            _look(one, by_service.get(one.service), address, begun)
        spent = time.monotonic() - begun
        pending = [w for w in watches if not w.verdict.passed]
        overdue = any(w.verdict.failed or spent >= w.within_seconds for w in pending)
        if not pending or overdue:
            return watches, found
        time.sleep(_EVERY_SECONDS)


def _look(one: Watch, container: Actual | None, address: str, begun: float) -> None:
    one.verdict = judge(container, one.restarts_before, {})
    if one.verdict.passed:
        run = one.contract["run"]
        paths = [run[kind]["path"] for kind in ("health", "ui") if run.get(kind)]
        one.answers = {path: _ask(one, address, path, begun) for path in paths}
        one.verdict = judge(container, one.restarts_before, one.answers)


def _ask(one: Watch, address: str, path: str, begun: float) -> ProbeResult:
    """Return what an address answers; silence is not listened to beyond the deadline."""
    left = begun + one.within_seconds - time.monotonic()
    seconds = min(_PROBE_SECONDS, max(_LAST_PROBE_SECONDS, left))
    return probe(address, one.contract["run"]["port"], path, seconds)


def health_body(one: Watch) -> object:
    """Return the JSON the health check answered, None when there was none."""
    health = one.contract["run"].get("health")
    answer = one.answers.get(health["path"]) if health else None
    try:
        return json.loads(answer.body[:_BODY_SHOWN]) if answer else None
    except ValueError:
        return None


def evidence(
    docker: DockerCli, container: Actual, why: str, redact: Callable[[str], str]
) -> dict[str, Any]:
    """Return what tells why a container is not healthy: its state, last probe, end of its log."""
    log = redact(docker.logs(container.name, LOG_LINES)).splitlines()
    return {
        "service": container.service,
        "container": container.name,
        "why": why,
        "oom_killed": container.oom_killed,
        **container.as_result(),
        "last_healthcheck": redact(_last_healthcheck(docker, container)),
        "log": log[-LOG_LINES:],
    }


def _last_healthcheck(docker: DockerCli, container: Actual) -> str:
    for inspected in docker.inspect_containers([container.id]):
        entries = ((inspected["State"].get("Health") or {}).get("Log")) or []
        if entries:
            return str(entries[-1].get("Output", "")).strip()[-500:]
    return ""
