"""Wait until what was started is as its contract says, has failed for good, or its time is up."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.masking import Redact
from ansible_collections.todo.stack.plugins.module_utils.contract.model import (
    WITHIN_SECONDS,
    Contract,
    HttpCheck,
    Port,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli, at_once
from ansible_collections.todo.stack.plugins.module_utils.edge.process import nobody_listens
from ansible_collections.todo.stack.plugins.module_utils.judge.fault import Expect, fault
from ansible_collections.todo.stack.plugins.module_utils.look.containers import read_container
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Container,
    ProbeResult,
)
from ansible_collections.todo.stack.plugins.module_utils.look.probes import probe, probe_inside

# The engine backs off between restarts: three come within two seconds of a start.
CRASHES = 3
# What says nothing of its health is taken to be well once it has run so long.
STEADY_SECONDS = 3.0
_PROBE_SECONDS = 3.0
_LAST_PROBE_SECONDS = 0.5
_EVERY_SECONDS = 0.1
_INSPECT_SECONDS = 1.0

# Where a port of a container is asked: address and number.
Address = Callable[[Container, Port], "tuple[str, int]"]


@dataclass
class Trial:
    """One service that is waited for: its containers, its contract, and what is known so far.

    ``one_shot``: it is to end with 0. ``why``: what it still lacks, "" once it has passed.
    ``restarts``: container ID -> its restarts before, which are none of what is waited for.
    """

    service: str
    find: Callable[[], list[Container]]
    contract: Contract | None = None
    address: Address | None = None
    docker: DockerCli | None = None
    one_shot: bool = False
    why: str = "it was not looked at yet"
    failed: bool = False
    restarts: dict[str, int] = field(default_factory=dict)
    answers: dict[str, ProbeResult] = field(default_factory=dict)
    containers: list[Container] = field(default_factory=list)
    looked: float = 0.0
    begun: float = field(default_factory=time.monotonic)

    @property
    def passed(self) -> bool:
        """Whether nothing is lacking."""
        return not self.why

    @property
    def waited_seconds(self) -> float:
        """How long it has been waited for."""
        return time.monotonic() - self.begun

    @property
    def within_seconds(self) -> float:
        """How long it may take from its start."""
        return float(self.contract.run.within_seconds if self.contract else WITHIN_SECONDS)


@dataclass(frozen=True)
class Gate:
    """How trials are waited for: the judge of bodies, who is told, and what hides secrets."""

    expect: Expect
    tell: Callable[[Sequence[Trial]], None]
    redact: Redact

    def wait(self, trials: Sequence[Trial], *, unheard: bool = False) -> None:
        """Return once all have passed; raise StackError for the first that fails or is late.

        ``unheard``: go on where the play is gone, as what puts a version back has to.
        """
        begun = time.monotonic()
        while True:
            self.tell([one for one in trials if not one.passed])
            at_once(*(lambda one=one: self._look(one, begun) for one in trials))
            waiting = [one for one in trials if not one.passed]
            spent = time.monotonic() - begun
            lost = [one for one in waiting if one.failed or spent >= one.within_seconds]
            if not waiting:
                return
            for one in lost:
                one.why += "" if one.failed else f", after {one.within_seconds:g} s"
            if lost:
                raise Unhealthy(lost)
            if not unheard and nobody_listens():
                raise StackError("the release was stopped: the play that asked for it is gone")
            time.sleep(_EVERY_SECONDS)

    def _look(self, trial: Trial, begun: float) -> None:
        now = time.monotonic()
        answered = self._ask(trial, begun)
        gone = any(not Path(f"/proc/{one.pid}").exists() for one in trial.containers)
        if answered or gone or now - trial.looked >= _INSPECT_SECONDS:
            trial.looked, trial.containers = now, trial.find()
            answered = answered or self._ask(trial, begun)
            trial.why, trial.failed = self._verdict(trial, begun)

    def _ask(self, trial: Trial, begun: float) -> bool:
        """Ask the contract's checks; tell whether each was answered as it should be."""
        contract, address = trial.contract, trial.address
        if contract is None or address is None or not trial.containers:
            return False
        left = begun + trial.within_seconds - time.monotonic()
        seconds = min(_PROBE_SECONDS, max(_LAST_PROBE_SECONDS, left))
        for check in contract.run.all_checks:
            if isinstance(check, HttpCheck):
                host, port = address(trial.containers[0], contract.run.asked_at(check))
                answer = probe(host, port, check, seconds)
            elif trial.docker is not None:
                # Not cut short at the end: a command that is cut tells nothing of its failure.
                answer = probe_inside(trial.docker, trial.containers[0], check, _PROBE_SECONDS)
            # Before it is quoted: a quote may cut a secret in two.
            trial.answers[check.name] = replace(answer, body=self.redact(answer.body))
            if fault(check, trial.answers[check.name], self.expect):
                return False
        return True

    def _verdict(self, trial: Trial, begun: float) -> tuple[str, bool]:
        """Return what is lacking, and whether it is so for good."""
        if not trial.containers:
            return "there is no container", True
        for container in trial.containers:
            why, failed = _state(trial, container, time.monotonic() - begun)
            if why:
                return why, failed
        for check in trial.contract.run.all_checks if trial.contract and trial.address else ():
            if why := fault(check, trial.answers.get(check.name), self.expect):
                return why, False
        return "", False


class Unhealthy(StackError):  # noqa: N818 - it is what it tells
    """What was started is not as it should be; ``trials`` are those that failed."""

    def __init__(self, trials: Sequence[Trial]) -> None:
        self.trials = list(trials)
        super().__init__("; ".join(f"{one.service} is not healthy: {one.why}" for one in trials))


def containers_of(docker: DockerCli, names: Sequence[str]) -> list[Container]:
    """Return the containers of these names or IDs that exist."""
    return [read_container(one) for one in docker.inspect_containers(names)]


def _state(trial: Trial, container: Container, spent: float) -> tuple[str, bool]:
    # A start has the engine count from 0 again.
    before = min(trial.restarts.get(container.id, 0), container.restarts)
    trial.restarts[container.id] = before
    crashes = container.restarts - before
    if crashes >= CRASHES:
        return f"crash loop: {crashes} restarts, last exit code {container.exit_code}", True
    if trial.one_shot:
        if container.state == "exited":
            return ("", False) if container.ended_well else (_ended(container), True)
        return f"it is still {container.state}", False
    if container.state in {"exited", "dead"}:
        return _ended(container), True
    if container.state != "running":
        return f"its container is {container.state}", False
    if container.health not in {"healthy", "none"}:
        return f"its health is {container.health}", False
    steady = container.health == "healthy" or trial.address is not None or spent >= STEADY_SECONDS
    return ("", False) if steady else ("it runs for a moment only", False)


def _ended(container: Container) -> str:
    if container.oom_killed:
        return "it was killed by its memory limit"
    return f"it ended with code {container.exit_code}"
