"""The gate: when what was started counts as well, as failed for good, or as late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.model import (
    CommandCheck,
    HttpCheck,
    Run,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.look.observation import ProbeResult
from ansible_collections.todo.stack.plugins.module_utils.release import gate
from ansible_collections.todo.stack.plugins.module_utils.release.gate import (
    Gate,
    Trial,
    Unhealthy,
    containers_of,
)
from ansible_collections.todo.stack.tests.unit.module_utils.release.conftest import (
    MEETS,
    contract_of,
)
from ansible_collections.todo.stack.tests.unit.module_utils.release.world import (
    DONE,
    ENDED,
    ERROR,
    HEALTHY,
    KILLED,
    LOOP,
    OK,
    PAUSED,
    PLAIN,
    REFUSED,
    STARTING,
    UNHEALTHY,
    WRONG,
    Box,
    Clock,
    State,
    World,
)

TORN = ProbeResult(200, "application/json", "{")
AGAIN = {**HEALTHY, "restarts": 1}


class Case(NamedTuple):
    """What a container goes through and answers, and what is made of it, after how long."""

    states: list[State]
    answer: ProbeResult
    contract: bool
    one_shot: bool
    seconds: float
    said: str = ""


def trial_of(
    world: World, states: Sequence[State], *, contract: bool = True, one_shot: bool = False
) -> Trial:
    box = Box("todo-backend-1", "backend", "new", list(states))
    world.boxes = [box]
    promise = contract_of("backend", 8000) if contract else None
    return Trial(
        "backend",
        lambda: containers_of(DockerCli(world), [box.name]),
        promise,
        (lambda *_: ("127.0.0.1", 8000)) if promise else None,
        one_shot=one_shot,
    )


def waited(trials: Sequence[Trial], clock: Clock) -> float:
    Gate(MEETS, lambda _: None, str).wait(trials)
    return clock.now - 1000


@pytest.mark.parametrize(
    "case",
    [
        Case([HEALTHY], OK, True, False, 0),
        Case([STARTING, STARTING, HEALTHY], OK, True, False, 1),
        # The engine looks at health seldom; what the contract says is asked all the time.
        Case([PLAIN], OK, True, False, 0),
        Case([HEALTHY], OK, False, False, 0),
        Case([PLAIN], OK, False, False, 3),  # without any check it has to stay
        Case([AGAIN], OK, True, False, 0),
        Case([PAUSED, HEALTHY], OK, True, False, 1),
        Case([PLAIN, PLAIN, DONE], OK, False, True, 1),
        Case([DONE], OK, False, True, 0),
    ],
)
def test_what_is_as_it_should_be_passes_at_once(world: World, clock: Clock, case: Case) -> None:
    world.answers["new"] = case.answer
    trial = trial_of(world, case.states, contract=case.contract, one_shot=case.one_shot)
    assert waited([trial], clock) == pytest.approx(case.seconds, abs=1.2)
    assert trial.passed


@pytest.mark.parametrize(
    "case",
    [
        Case([ENDED], OK, True, False, 0, "it ended with code 3"),
        Case([DONE], OK, True, False, 0, "it ended with code 0"),
        Case([KILLED], OK, True, False, 0, "it was killed by its memory limit"),
        Case([PLAIN, LOOP], OK, True, False, 1, "crash loop: 3 restarts, last exit code 1"),
        Case([LOOP], OK, False, False, 0, "crash loop: 3 restarts, last exit code 1"),
        Case([ENDED], OK, False, True, 0, "it ended with code 3"),
        Case([STARTING], REFUSED, True, False, 20, "its health is starting, after 20 s"),
        Case([UNHEALTHY], OK, True, False, 20, "its health is unhealthy, after 20 s"),
        Case([PAUSED], REFUSED, True, False, 20, "its container is paused, after 20 s"),
        Case([HEALTHY], REFUSED, True, False, 20, "/health: connection refused, after 20 s"),
        Case([HEALTHY], ERROR, True, False, 20, "/health answered 500, after 20 s"),
        Case([HEALTHY], WRONG, True, False, 20, 'it is {"status": "on fire"}, after 20 s'),
        Case([HEALTHY], TORN, True, False, 20, "with no JSON document"),
        Case([STARTING], OK, False, False, 60, "its health is starting, after 60 s"),
        Case([PLAIN], OK, False, True, 60, "it is still running, after 60 s"),
    ],
)
def test_what_fails_or_is_late_is_told_and_not_waited_for_beyond(
    world: World, clock: Clock, case: Case
) -> None:
    world.answers["new"] = case.answer
    trial = trial_of(world, case.states, contract=case.contract, one_shot=case.one_shot)
    with pytest.raises(Unhealthy) as caught:
        waited([trial], clock)
    assert case.said in str(caught.value)
    assert str(caught.value).startswith("backend is not healthy: ")
    assert caught.value.trials == [trial]
    assert clock.now - 1000 == pytest.approx(case.seconds, abs=1.2)


def test_a_service_is_late_by_its_own_time_not_by_anothers(world: World, clock: Clock) -> None:
    slow = trial_of(world, [STARTING])
    world.boxes.append(Box("todo-frontend-1", "frontend", "new", [STARTING]))
    patient = HttpCheck("health", "/healthz", within_seconds=50)
    other = Trial(
        "frontend",
        lambda: containers_of(DockerCli(world), ["todo-frontend-1"]),
        contract_of("frontend", 3000, checks=(patient,)),
        lambda *_: ("127.0.0.1", 3000),
    )
    with pytest.raises(Unhealthy, match=r"^backend is not healthy: .* after 20 s$"):
        waited([slow, other], clock)


def test_a_container_that_vanishes_has_failed(world: World, clock: Clock) -> None:
    trial = trial_of(world, [STARTING])
    clock.slept = lambda _spent: world.boxes.clear()
    with pytest.raises(Unhealthy, match="there is no container"):
        waited([trial], clock)
    assert clock.now - 1000 < 3


@pytest.mark.parametrize("replica", [ENDED, UNHEALTHY])
def test_every_replica_has_to_be_well(world: World, clock: Clock, replica: State) -> None:
    trial = trial_of(world, [HEALTHY])
    world.boxes.append(Box("todo-backend-2", "backend", "new", [replica]))
    names = ["todo-backend-1", "todo-backend-2"]
    trial.find = lambda: containers_of(DockerCli(world), names)
    with pytest.raises(Unhealthy):
        waited([trial], clock)


def test_where_the_play_is_gone_nothing_more_is_waited_for(
    world: World, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "nobody_listens", lambda: True)
    with pytest.raises(StackError, match="the play that asked for it is gone"):
        waited([trial_of(world, [STARTING])], clock)


def test_everybody_waited_for_is_told_with_the_reason(world: World, clock: Clock) -> None:
    told: list[list[str]] = []
    trial = trial_of(world, [STARTING, STARTING, HEALTHY])
    world.answers["new"] = REFUSED

    def recover(spent: float) -> None:
        if spent > 5:
            world.answers["new"] = OK

    clock.slept = recover
    Gate(MEETS, lambda trials: told.append([one.why for one in trials]), str).wait([trial])
    reasons = list(dict.fromkeys(why for row in told for why in row))
    assert reasons == [
        "it was not looked at yet", "its health is starting", "/health: connection refused",
    ]  # fmt: skip


def test_a_process_that_is_gone_is_noticed_before_the_engine_is_asked_again(
    world: World, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = trial_of(world, [STARTING])
    there = iter([True, True])  # for two looks at /proc, then the process has ended

    def ends(_path: object) -> bool:
        if next(there, False):
            return True
        world.boxes[0].states = [ENDED]
        return False

    monkeypatch.setattr(Path, "exists", ends)
    with pytest.raises(Unhealthy, match="it ended with code 3"):
        waited([trial], clock)
    assert clock.now - 1000 == pytest.approx(0.3, abs=0.05)


def test_a_worker_is_waited_for_until_its_command_ends_well(world: World, clock: Clock) -> None:
    answers = iter([(1, "", "no broker"), (1, "", "no broker"), (0, "ready", "")])

    def run(args: list[str], /, **options: Any) -> tuple[int, str, str]:
        return next(answers) if "exec" in args else world(args, **options)

    trial = trial_of(world, [PLAIN])
    docker = DockerCli(run)
    worker = Run(commands=(CommandCheck("ping", ("celery", "ping"), 20),))
    trial.contract, trial.docker = replace(contract_of("backend", 1), run=worker), docker
    waited([trial], clock)
    assert trial.passed and next(answers, None) is None


def test_a_command_that_goes_on_failing_is_told(world: World, clock: Clock) -> None:
    def run(args: list[str], /, **options: Any) -> tuple[int, str, str]:
        if "exec" not in args:
            return world(args, **options)
        return (1, "", "no broker") if args[:2] == ["timeout", "3"] else (124, "", "")

    trial = trial_of(world, [PLAIN])
    worker = Run(commands=(CommandCheck("ping", ("celery", "ping"), 20),))
    trial.contract, trial.docker = replace(contract_of("backend", 1), run=worker), DockerCli(run)
    with pytest.raises(Unhealthy, match="celery ping ended with code 1: no broker, after 20 s"):
        waited([trial], clock)
