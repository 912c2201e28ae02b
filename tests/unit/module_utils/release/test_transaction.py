"""A release as one transaction: the order of its steps, and what is left when one of them fails."""

from __future__ import annotations

import signal
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import (
    ProblemList,
    StackError,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    ChangedPart,
    PortUse,
    ProbeResult,
)
from ansible_collections.todo.stack.plugins.module_utils.release import database, gate, services
from ansible_collections.todo.stack.plugins.module_utils.release.gate import Trial
from ansible_collections.todo.stack.plugins.module_utils.release.transaction import Transaction
from ansible_collections.todo.stack.tests.unit.module_utils.release.conftest import (
    NEW,
    OLD,
    Make,
    contract_of,
    shown,
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
    STARTING,
    UNHEALTHY,
    WRONG,
    Box,
    Clock,
    State,
    World,
)

CANDIDATE = "todo-backend-candidate"
OLD_BACKEND = "id-old-todo-backend-1"
EVERYTHING = ("postgres", "migrate", "backend", "frontend")
SWAP = ["up backend (new anew)"]
TRIAL = ["try backend", f"rm id-new-{CANDIDATE}"]
AS_BEFORE = {f"todo-{name}-1": "old" for name in EVERYTHING}


def fails(release: Transaction, kind: type[BaseException] = StackError) -> StackError:
    with pytest.raises(kind) as caught:
        release.carry_out()
    assert isinstance(caught.value, StackError)
    assert OLD not in shown(caught.value)
    assert NEW not in shown(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("due", "done"),
    [
        # A new version proves itself beside the running one; nothing else is touched.
        ({"backend": "recreate"}, [*TRIAL, *SWAP]),
        # Both prove themselves before either is replaced.
        ({"backend": "recreate", "frontend": "recreate"},
         ["try backend", "try frontend",
          f"rm id-new-{CANDIDATE} id-new-todo-frontend-candidate",
          *SWAP, "up frontend (new anew)"]),
        # What writes to a volume of its own is never run twice.
        ({"postgres": "recreate"}, ["up postgres (new anew)"]),
        # The database, then migrations, then those that ask it.
        ({"postgres": "recreate", "migrate": "recreate", "backend": "recreate"},
         ["up postgres (new anew)", "psql", "up migrate (new anew)", *TRIAL, *SWAP]),
        ({"backend": "start"}, [f"start {OLD_BACKEND}"]),
        ({"backend": "create"}, ["up backend (new)"]),
        ({"host": "write"}, []),
        ({"old": "remove"}, []),
    ],
)  # fmt: skip
def test_the_steps_of_a_release_are_in_order(
    make: Make, world: World, due: Mapping[str, str], done: list[str]
) -> None:
    release = make(due)
    release.carry_out()
    steps = list(world.done)
    if "postgres" in due:  # its password is set again in what was just replaced
        done = [*done, "psql"] if "psql" not in done else done
    assert sorted(steps[:2]) == sorted(done[:2])  # candidates are started at once
    assert steps[2:] == done[2:]
    assert release.changed is bool(done)


@pytest.mark.parametrize("state", [PAUSED, ENDED, KILLED, DONE])
def test_what_is_stopped_or_frozen_is_started_as_it_is(
    make: Make, world: World, state: State
) -> None:
    [backend] = [box for box in world.boxes if box.service == "backend"]
    backend.states = [state]
    make({"backend": "start"}, new=False).carry_out()
    frozen = [f"unpause {OLD_BACKEND}"] if state is PAUSED else []
    assert world.done == [*frozen, f"start {OLD_BACKEND}"]
    assert world.running() == AS_BEFORE


def test_what_has_restarted_before_is_in_no_crash_loop(make: Make, world: World) -> None:
    [backend] = [box for box in world.boxes if box.service == "backend"]
    backend.states = [{**PAUSED, "restarts": 5}]
    world.scripts[("old", "todo-backend-1")] = [{**HEALTHY, "restarts": 5}]
    make({"backend": "start"}, new=False).carry_out()
    assert world.running() == AS_BEFORE


def test_what_is_started_again_is_counted_from_its_start(make: Make, world: World) -> None:
    [backend] = [box for box in world.boxes if box.service == "backend"]
    backend.states = [{**ENDED, "restarts": 5}]
    world.scripts[("old", "todo-backend-1")] = [STARTING, LOOP]
    error = fails(make({"backend": "start"}, new=False))
    assert "crash loop: 3 restarts" in error.what


def test_what_is_only_sick_is_replaced_without_a_trial(make: Make, world: World) -> None:
    make({"backend": "recreate"}, new=False).carry_out()
    assert world.done == SWAP


def test_a_contract_that_says_single_is_replaced_before_all_others(
    make: Make, world: World, spec: StackSpec
) -> None:
    single = replace(spec, contracts=(contract_of("backend", 8000, single=True),))
    make({"backend": "recreate", "migrate": "recreate"}, stack=single).carry_out()
    assert world.done == [*SWAP, "up migrate (new anew)"]


def test_a_first_deployment_starts_all_that_asks_the_database_at_once(
    make: Make, world: World
) -> None:
    world.boxes = []
    make(dict.fromkeys(EVERYTHING, "create")).carry_out()
    assert world.done == ["up postgres (new)", "up migrate (new anew)", "up backend frontend (new)"]


def test_a_candidate_that_a_killed_run_left_is_taken_away_first(make: Make, world: World) -> None:
    world.boxes.append(Box(CANDIDATE, "backend", "old", [HEALTHY], one_off=True))
    make({"backend": "recreate"}).carry_out()
    assert world.done == [f"rm id-old-{CANDIDATE}", *TRIAL, *SWAP]


# How a new version may be bad: its container, its answer, what is said of it, within how long.
BAD: dict[str, tuple[list[State], ProbeResult, str, float]] = {
    "exits": ([ENDED], OK, "backend is not healthy: it ended with code 3", 2),
    "exits a little later": ([STARTING, STARTING, ENDED], OK, "it ended with code 3", 5),
    "is killed": ([KILLED], OK, "it was killed by its memory limit", 2),
    "loops": ([STARTING, LOOP], OK, "crash loop: 3 restarts, last exit code 1", 5),
    "hangs": ([STARTING], ProbeResult(error="timed out"), "its health is starting, after 20 s", 21),
    "is unhealthy": ([UNHEALTHY], OK, "its health is unhealthy, after 20 s", 21),
    "answers another body": ([HEALTHY], WRONG, "does not meet \"status == 'ok'\"", 21),
    "answers 500": ([HEALTHY], ERROR, "/health answered 500, after 20 s", 21),
}


@pytest.mark.parametrize("how", BAD)
def test_a_bad_candidate_changes_nothing(make: Make, world: World, clock: Clock, how: str) -> None:
    states, answer, said, seconds = BAD[how]
    world.scripts[("new", CANDIDATE)] = states
    world.answers["new"] = answer
    release = make({"backend": "recreate"})
    error = fails(release)
    assert world.done == TRIAL
    assert world.running() == AS_BEFORE
    assert said in error.what
    assert error.what.endswith("the version before serves on")
    assert (release.changed, error.details["changed"]) == (False, False)
    assert clock.now - 1000 <= seconds
    evidence: Any = error.details["evidence"]
    assert [row["container"] for row in evidence] == [CANDIDATE]
    assert evidence[0]["log"] == ["a line", "its password is ********"]
    assert "the evidence is in `evidence`" in error.remedy


def test_one_bad_candidate_of_two_stops_both(make: Make, world: World) -> None:
    world.scripts[("new", "todo-frontend-candidate")] = [ENDED]
    error = fails(make({"backend": "recreate", "frontend": "recreate"}))
    assert world.running() == AS_BEFORE
    assert "frontend is not healthy" in error.what
    assert "backend is not healthy" not in error.what


@pytest.mark.parametrize("failing", ["exits", "hangs", "compose"])
def test_a_swap_that_fails_is_put_back_and_both_is_said(
    make: Make, world: World, failing: str
) -> None:
    if failing == "compose":
        world.failures["up backend (new"] = "network todo_default not found"
    else:
        world.scripts[("new", "todo-backend-1")] = [ENDED] if failing == "exits" else [STARTING]
    release = make({"backend": "recreate", "frontend": "recreate"})
    error = fails(release)
    assert world.done[-2:] == [*SWAP, "up backend (old anew)"]
    assert world.running() == AS_BEFORE
    assert error.what.endswith("the version before was put back")
    assert (release.changed, error.details["changed"]) == (True, True)
    wanted = "network todo_default not found" if failing == "compose" else "is not healthy"
    assert wanted in error.what


def test_services_that_were_swapped_are_put_back_the_last_one_first(
    make: Make, world: World
) -> None:
    world.scripts[("new", "todo-frontend-1")] = [ENDED]
    fails(make({"backend": "recreate", "frontend": "recreate"}))
    assert world.done[-4:] == [
        *SWAP, "up frontend (new anew)", "up frontend (old anew)", "up backend (old anew)",
    ]  # fmt: skip
    assert world.running() == AS_BEFORE


def test_putting_back_that_fails_too_is_said(make: Make, world: World) -> None:
    world.scripts[("new", "todo-backend-1")] = [ENDED]
    world.scripts[("old", "todo-backend-1")] = [KILLED]
    error = fails(make({"backend": "recreate"}))
    assert "backend is not healthy: it ended with code 3" in error.what
    assert "putting it back failed too: backend is not healthy: it was killed" in error.what
    assert error.details["changed"] is True


def test_what_did_not_run_before_is_taken_away_when_its_first_release_fails(
    make: Make, world: World
) -> None:
    world.boxes = []
    world.scripts[("new", "todo-backend-1")] = [ENDED]
    error = fails(make(dict.fromkeys(EVERYTHING, "create")))
    assert world.boxes == []
    assert "there was none before it; its containers were taken away" in error.what


@pytest.mark.parametrize("fate", [ENDED, LOOP, STARTING])
def test_what_was_stopped_before_is_put_back_stopped(make: Make, world: World, fate: State) -> None:
    [backend] = [box for box in world.boxes if box.service == "backend"]
    backend.states = [ENDED]
    world.scripts[("new", "todo-backend-1")] = [fate]
    error = fails(make({"backend": "recreate"}))
    assert world.done == [*SWAP, "up backend (old stopped)"]
    assert world.running() == AS_BEFORE
    assert error.what.endswith("nothing ran before it that could be put back")


@pytest.mark.parametrize("fate", [ENDED, LOOP, STARTING])
def test_what_was_stopped_and_cannot_be_started_is_stopped_again(
    make: Make, world: World, fate: State
) -> None:
    [backend] = [box for box in world.boxes if box.service == "backend"]
    backend.states = [ENDED]
    world.scripts[("old", "todo-backend-1")] = [fate]
    fails(make({"backend": "start"}, new=False))
    assert world.done == [f"start {OLD_BACKEND}", f"stop {OLD_BACKEND}"]


def test_what_was_stopped_and_vanished_is_left_so(make: Make, world: World) -> None:
    [backend] = [box for box in world.boxes if box.service == "backend"]
    backend.states = [ENDED]
    release = make({"backend": "start"}, new=False)
    world.boxes.remove(backend)
    error = fails(release)
    assert "putting it back" not in error.what
    assert not any(line.startswith("stop") for line in world.done)


def test_where_the_play_is_gone_everything_is_put_back_and_waited_for(
    make: Make, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "nobody_listens", lambda: "up frontend (new anew)" in world.done)
    world.scripts[("old", "todo-backend-1")] = [STARTING, STARTING, STARTING, HEALTHY]
    error = fails(make({"backend": "recreate", "frontend": "recreate"}))
    assert world.running() == AS_BEFORE
    assert error.what == (
        "the release was stopped: the play that asked for it is gone; "
        "the version before was put back"
    )
    [backend] = [box for box in world.boxes if box.service == "backend"]
    assert backend.states == [HEALTHY]


def test_a_migration_that_fails_ends_it_before_anything_is_tried(make: Make, world: World) -> None:
    world.scripts[("new", "todo-migrate-1")] = [PAUSED, {"Status": "running"}, ENDED]
    error = fails(make({"migrate": "recreate", "backend": "recreate"}))
    assert world.done == ["up migrate (new anew)", "rm id-new-todo-migrate-1"]
    assert "migrate is not healthy: it ended with code 3" in error.what
    assert error.what.endswith("the version before serves on")
    assert error.details["evidence"]
    assert world.running() == {k: v for k, v in AS_BEFORE.items() if k != "todo-migrate-1"}


def test_a_database_that_fails_is_put_back_before_anything_else_began(
    make: Make, world: World
) -> None:
    world.scripts[("new", "todo-postgres-1")] = [ENDED]
    error = fails(make({"postgres": "recreate", "backend": "recreate"}))
    assert world.done == ["up postgres (new anew)", "up postgres (old anew)"]
    assert error.what.endswith("the version before was put back")


def test_a_new_password_is_set_before_it_is_used_and_set_back_if_the_release_fails(
    make: Make, world: World
) -> None:
    due = {"postgres": "recreate", "migrate": "recreate", "backend": "recreate"}
    release = make(due, passwords=(OLD, NEW))
    release.carry_out()
    assert world.done[:3] == ["up postgres (new anew)", "psql", "up migrate (new anew)"]
    assert [NEW in sql for sql in world.sent] == [True]
    world.scripts[("new", CANDIDATE)] = [ENDED]
    error = fails(make(due, passwords=(OLD, NEW)))
    assert [f"'{OLD}'" in sql for sql in world.sent] == [False, False, True]
    assert world.done[-2:] == ["up postgres (old anew)", "psql"]
    assert error.details["changed"] is True


def test_a_password_that_the_database_does_not_take_ends_it(
    make: Make, world: World, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "time", clock)
    world.failures["psql"] = f"ERROR: {NEW}"
    error = fails(make({"postgres": "password"}, passwords=(OLD, NEW)))
    assert "the database did not take its new password: psql ended with code 1" in error.what
    assert not any(line.startswith("up") for line in world.done)


def test_a_password_is_no_argument_of_any_command(make: Make, world: World) -> None:
    make({"postgres": "password"}, passwords=(OLD, NEW)).carry_out()
    assert world.done == ["psql"]
    assert not any(NEW in word for argv in world.argv for word in argv)


def test_images_judge_new_values_before_anything_else(
    make: Make, world: World, spec: StackSpec
) -> None:
    checked = replace(spec, contracts=tuple(
        contract_of(name, port, check=("python", "-m", "app.check"))
        for name, port in (("backend", 8000), ("frontend", 3000))
    ))  # fmt: skip
    world.check_out = (1, f"DATABASE_URL: no host answers {NEW}\n\nPORT: is no port\n", "")
    error = fails(make({"backend": "recreate"}, stack=checked, passwords=(OLD, NEW)), ProblemList)
    assert world.done == ["judge backend python -m app.check"]  # nothing changed of the frontend's
    assert str(error) == (
        "2 problems found, nothing was changed:\n"
        "  - environment of backend: DATABASE_URL: no host answers ********\n"
        "  - environment of backend: PORT: is no port"
    )
    world.check_out = (7, "", "")
    error = fails(make({"backend": "recreate"}, stack=checked, passwords=(OLD, NEW)), ProblemList)
    assert "python -m app.check ended with code 7" in str(error)
    world.done.clear()
    make({"backend": "recreate"}, stack=checked).carry_out()
    assert world.done == [*TRIAL, *SWAP]  # the same values are not judged again


def test_a_port_that_was_taken_in_the_meantime_stops_it_before_the_swap(
    make: Make, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = PortUse("backend", 8000, "nc (pid 7)")
    monkeypatch.setattr(services, "use_of", lambda *_: taken)
    error = fails(make({"backend": "recreate"}))
    assert "port 8000 of backend is taken by nc (pid 7)" in error.what
    assert (world.running(), error.details["changed"]) == (AS_BEFORE, False)


def test_a_port_taken_between_stop_and_start_is_named(
    make: Make, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    uses = iter([PortUse("backend", 8000), PortUse("backend", 8000, "nc (pid 7)")])
    monkeypatch.setattr(services, "use_of", lambda *_: next(uses))
    world.failures["up backend (new"] = "driver failed programming external connectivity"
    error = fails(make({"backend": "recreate"}))
    assert "compose could not start backend: port 8000 of backend is taken by nc" in error.what
    assert error.what.endswith("the version before was put back")


@pytest.mark.parametrize("stage", ["up postgres (new", "up migrate (new", "try backend",
                                   "up backend (new", "up frontend (new"])  # fmt: skip
@pytest.mark.parametrize("interrupt", [SystemExit(143), KeyboardInterrupt(), ValueError(NEW)])
def test_an_interrupt_in_any_stage_leaves_what_ran_before(
    make: Make, world: World, stage: str, interrupt: BaseException
) -> None:
    world.failures[stage] = interrupt
    due = dict.fromkeys(EVERYTHING, "recreate")
    error = fails(make(due, passwords=(OLD, NEW)))
    assert f"the release was stopped by {type(interrupt).__name__}" in error.what
    wanted = {k: v for k, v in AS_BEFORE.items() if k != "todo-migrate-1"}
    assert {k: v for k, v in world.running().items() if k != "todo-migrate-1"} == wanted
    assert len([sql for sql in world.sent if f"'{OLD}'" in sql]) == len(
        [sql for sql in world.sent if f"'{NEW}'" in sql]
    )


def test_a_crash_of_a_probe_is_undone_too(make: Make, world: World, clock: Clock) -> None:
    def stop(_spent: float) -> None:
        raise SystemExit(143)

    clock.slept = stop
    error = fails(make({"backend": "recreate"}))
    assert "stopped by SystemExit" in error.what
    assert world.running() == AS_BEFORE


def test_what_is_waited_for_is_told(make: Make, world: World) -> None:
    told: list[tuple[str, str]] = []

    def tell(trials: Sequence[Trial]) -> None:
        told.extend((one.service, one.why) for one in trials)

    make({"backend": "recreate"}, tell=tell).carry_out()
    assert told[0] == ("backend", "it was not looked at yet")
    assert ("backend", "its health is starting") in told
    assert world.running() == {**AS_BEFORE, "todo-backend-1": "new"}


@pytest.mark.parametrize("interrupt", [SystemExit(143), ValueError(NEW)])
def test_an_interrupt_of_the_undoing_does_not_end_it(
    make: Make, world: World, interrupt: BaseException
) -> None:
    world.scripts[("new", "todo-frontend-1")] = [ENDED]
    world.failures["up frontend (old"] = interrupt
    error = fails(make({"backend": "recreate", "frontend": "recreate"}))
    assert world.running()["todo-backend-1"] == "old"
    assert "frontend is not healthy: it ended with code 3" in error.what
    assert f"putting it back failed too: {type(interrupt).__name__}" in error.what


def test_no_signal_ends_the_undoing(
    make: Make, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[Any] = []
    compose = world._compose

    def noted(words: list[str]) -> Any:
        heard.append(signal.getsignal(signal.SIGTERM))
        return compose(words)

    monkeypatch.setattr(world, "_compose", noted)
    world.scripts[("new", "todo-backend-1")] = [ENDED]
    fails(make({"backend": "recreate"}))
    assert [one == signal.SIG_IGN for one in heard] == [False, False, True]  # try, up, put back
    assert signal.getsignal(signal.SIGTERM) == heard[0]


def test_without_files_of_the_version_before_the_new_one_is_taken_away(
    make: Make, world: World, spec: StackSpec
) -> None:
    world.scripts[("new", "todo-backend-1")] = [ENDED]
    release = make({"backend": "recreate"})
    Path(spec.state.definition).unlink()
    fails(release)
    assert world.done == [*TRIAL, *SWAP, "rm id-new-todo-backend-1"]


def test_what_is_on_the_network_of_the_host_never_runs_twice(make: Make, world: World) -> None:
    release = make({"backend": "recreate"})
    seen = release.looked.seen
    services = tuple(replace(one, host_network=one.name == "backend") for one in seen.services)
    release.looked = replace(release.looked, seen=replace(seen, services=services))
    release.carry_out()
    assert world.done == SWAP


def test_an_interrupted_judgement_leaves_no_container(
    make: Make, world: World, spec: StackSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    def begun(_words: list[str]) -> None:
        world.boxes.append(Box(CANDIDATE, "backend", "new", [HEALTHY], one_off=True))
        raise SystemExit(143)

    monkeypatch.setattr(world, "_compose", begun)
    checked = replace(spec, contracts=(contract_of("backend", 8000, check=("check",)),))
    fails(make({"backend": "recreate"}, stack=checked, passwords=(OLD, NEW)))
    assert world.running() == AS_BEFORE


@pytest.mark.parametrize("where", ["body", "try backend", "up migrate (new"])
def test_what_others_say_shows_no_secret(make: Make, world: World, where: str) -> None:
    if where == "body":
        body = f'{{"status": "no answer of {NEW}"}}'
        world.answers["new"] = ProbeResult(200, "application/json", body)
    else:
        world.failures[where] = f"invalid value {NEW}"
    fails(make({"migrate": "recreate", "backend": "recreate"}))


OPTIONS = ChangedPart("network default", "todo_default")
ON_IT = ("postgres", "backend", "frontend")
LEFT = [f"network disconnect todo_default id-old-todo-{name}-1" for name in ON_IT]


def on_the_network(release: Transaction, world: World, *more: str) -> Transaction:
    """Have all of the stack, and others, on a network whose options change."""
    seen = release.looked.seen
    services = tuple(
        replace(one, networks=("todo_default",), parts=("network default",))
        for one in seen.services
    )
    seen = replace(seen, services=services, changed=(OPTIONS,))
    release.looked = replace(release.looked, seen=seen)
    world.attached = [*(f"id-old-todo-{name}-1" for name in ON_IT), *more]
    return release


def test_a_network_with_other_options_is_made_anew_before_who_is_on_it(
    make: Make, world: World
) -> None:
    due = dict.fromkeys(("postgres", "migrate", "backend", "frontend"), "recreate")
    on_the_network(make(due, new=False), world).carry_out()
    assert world.done == [
        *LEFT, "network rm todo_default", "up postgres (new anew)", "psql",
        "up migrate (new anew)", "up backend (new anew)", "up frontend (new anew)",
    ]  # fmt: skip


@pytest.mark.parametrize("failing", ["todo-postgres-1", "todo-backend-1"])
def test_where_a_network_was_made_anew_everything_on_it_is_put_back(
    make: Make, world: World, failing: str
) -> None:
    world.scripts[("new", failing)] = [ENDED]
    due = dict.fromkeys(("postgres", "backend", "frontend"), "recreate")
    error = fails(on_the_network(make(due, new=False), world))
    back = world.done[world.done.index("network rm todo_default", len(LEFT) + 1) + 1 :]
    assert [one for one in back if one != "psql"] == [
        "up postgres (old anew)", "up frontend (old anew)", "up backend (old anew)",
    ]  # fmt: skip
    assert world.running() == AS_BEFORE
    assert error.what.endswith("the version before was put back")


def test_a_network_that_others_use_is_refused_before_anything(make: Make, world: World) -> None:
    release = on_the_network(make({"backend": "recreate"}, new=False), world, "id-prometheus")
    error = fails(release)
    assert (world.done, release.changed) == ([], False)
    assert "network todo_default: prometheus is on it, and none of this stack" in str(error)
    assert "docker network disconnect todo_default prometheus" in error.remedy
    assert error.what.endswith("the version before serves on")


def test_a_network_that_is_gone_by_then_is_no_failure(make: Make, world: World) -> None:
    release = on_the_network(make({"backend": "recreate"}, new=False), world)
    world.attached = None
    release.carry_out()
    assert world.done == ["network rm todo_default", *SWAP]


def test_a_candidate_is_none_of_its_services_containers(make: Make, world: World) -> None:
    world.boxes.append(Box(CANDIDATE, "backend", "old", [ENDED], one_off=True))
    release = make({"backend": "start"}, new=False)
    assert [one.name for one in release.services.find("backend")] == ["todo-backend-1"]
    release.carry_out()
    assert world.done == [f"start {OLD_BACKEND}"]


@pytest.mark.parametrize(
    ("due", "passwords", "times"),
    [
        ({"backend": "recreate"}, (OLD, OLD), 0),  # nothing of the database is due
        ({"backend": "recreate"}, (OLD, NEW), 1),
        ({"postgres": "password"}, (OLD, OLD), 1),
        ({"postgres": "recreate"}, (OLD, OLD), 1),
        ({"backend": "recreate"}, ("", ""), 0),  # none is made: another database is given
    ],
)
def test_a_password_is_set_where_it_may_be_another(
    make: Make, world: World, due: Mapping[str, str], passwords: Sequence[str], times: int
) -> None:
    make(due, passwords=passwords).carry_out()
    assert world.done.count("psql") == times


def test_a_new_database_begins_with_its_password(make: Make, world: World) -> None:
    world.boxes = [box for box in world.boxes if box.service != "postgres"]
    make({"postgres": "create"}, passwords=(OLD, NEW)).carry_out()
    assert "psql" not in world.done


def test_a_database_that_has_vanished_takes_no_password(make: Make, world: World) -> None:
    release = make({"backend": "recreate"}, passwords=(OLD, NEW))
    world.boxes = [box for box in world.boxes if box.service != "postgres"]
    release.carry_out()
    assert "psql" not in world.done


def test_a_database_without_a_password_of_before_gets_none_back(make: Make, world: World) -> None:
    world.scripts[("new", CANDIDATE)] = [ENDED]
    fails(make({"postgres": "password", "backend": "recreate"}, passwords=("", NEW)))
    assert world.done.count("psql") == 1
