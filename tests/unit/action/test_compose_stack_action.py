"""The controller's side of the stack: bodies judged, waited for, given up at their deadline."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.action import compose_stack as plugin

HEALTH = {"path": "/health", "expect": "status == 'ok'", "within_seconds": 10}
CONTRACT = {"service": "backend", "run": {"health": HEALTH}}
GOOD = {"changed": False, "bodies": {"backend": {"status": "ok"}}}
BAD = {"changed": False, "bodies": {"backend": {"status": "starting"}}}


class Bench:
    """The action plugin with a scripted module; a clock that sleeping advances."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self.runs = 0
        self.run_seconds = 0.0
        self.waited: list[float] = []
        clock = SimpleNamespace(monotonic=lambda: self.now, sleep=self.sleep)
        monkeypatch.setattr(plugin, "time", clock)
        monkeypatch.setattr(ActionBase, "run", lambda *_: {})

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def run(
        self, *answers: dict[str, Any], contracts: object = (CONTRACT,), **options: Any
    ) -> dict[str, Any]:
        action = plugin.ActionModule.__new__(plugin.ActionModule)
        action._task = SimpleNamespace(args={"contracts": contracts and list(contracts), **options})  # type: ignore[call-overload]

        def execute(module_args: dict[str, Any], **_: Any) -> dict[str, Any]:
            self.runs += 1
            self.waited.append(module_args["waited_seconds"])
            self.sleep(self.run_seconds)
            return dict(answers[min(self.runs, len(answers)) - 1])

        action._execute_module = execute
        result: dict[str, Any] = action.run(task_vars={})
        return result


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Return a bench whose clock stands at zero."""
    return Bench(monkeypatch)


def test_a_good_body_ends_it_at_once(bench: Bench) -> None:
    result = bench.run({**GOOD, "changed": True})
    assert (result["changed"], "failed" in result, bench.runs, bench.now) == (True, False, 1, 0.0)


def test_a_body_that_becomes_good_is_waited_for_and_the_change_stays_told(bench: Bench) -> None:
    result = bench.run({**BAD, "changed": True, "actions": ["x"]}, BAD, GOOD)
    assert (result["changed"], result["actions"], bench.runs) == (True, ["x"], 3)
    assert "failed" not in result


def test_a_body_that_stays_wrong_fails_at_its_deadline(bench: Bench) -> None:
    result = bench.run(BAD)
    assert result["failed"] is True
    assert result["msg"].startswith(
        "backend is not healthy: /health answered 200, and its body does not meet "
        "\"status == 'ok'\" after 10 s"
    )
    assert 10 <= bench.now <= 11


def test_the_time_it_took_to_start_is_not_taken_from_the_deadline(bench: Bench) -> None:
    bench.run_seconds = 20.0
    result = bench.run({**BAD, "waited_seconds": 2.0}, GOOD)
    assert "failed" not in result
    assert bench.waited == [0.0, 3.0]


def test_a_stack_that_fails_meanwhile_is_told_as_that(bench: Bench) -> None:
    result = bench.run({**BAD, "changed": True}, {"failed": True, "msg": "crash loop"})
    assert (result["msg"], result["failed"], result["changed"]) == ("crash loop", True, True)


def test_an_expectation_that_cannot_be_judged_fails_at_once(bench: Bench) -> None:
    wrong = {"service": "backend", "run": {"health": {**HEALTH, "expect": "status =="}}}
    result = bench.run(GOOD, contracts=[wrong])
    assert (result["failed"], bench.runs) == (True, 1)
    assert "cannot be evaluated" in result["msg"]


@pytest.mark.parametrize(
    ("answer", "contracts"),
    [
        ({"changed": True}, [CONTRACT]),
        ({"failed": True, "msg": "x", "bodies": {"backend": None}}, [CONTRACT]),
        ({"changed": False, "bodies": {}}, [CONTRACT]),
        (GOOD, None),
        ({"changed": False, "bodies": {"backend": None}},
         [{"service": "backend", "run": {"health": None}}]),
    ],
)  # fmt: skip
def test_where_there_is_no_body_to_judge_the_result_stands(
    bench: Bench, answer: dict[str, Any], contracts: object
) -> None:
    result = bench.run(answer, contracts=contracts)
    assert (result, bench.runs) == ({"changed": False, **answer}, 1)


@pytest.mark.parametrize("body", [None, {}, [], "ok", {"status": "OK"}, {"status": True}])
def test_only_the_body_of_the_contract_counts(body: object) -> None:
    assert [one["service"] for one in plugin.wrong_bodies([CONTRACT], {"backend": body})] == [
        "backend"
    ]


def test_every_wrong_service_is_told() -> None:
    wrong = [{"service": name, **HEALTH} for name in ("a", "b")]
    told = plugin.failure(wrong)["msg"]
    assert "a is not healthy" in told
    assert "b is not healthy" in told
    assert plugin.failure([]) == {}


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"secrts": {"backend": {"KEY": "marker"}}}, "secrts: there is no such option"),
        ("marker", "must be a mapping"),
        ({"secrets": "marker"}, "stack_secrets"),
    ],
)
def test_a_wrong_environment_is_refused_here_and_its_values_not_shown(
    bench: Bench, environment: object, told: str
) -> None:
    result = bench.run(GOOD, contracts=(), environment=environment)
    assert (result["failed"], bench.runs) == (True, 0)
    assert told in result["msg"]
    assert "marker" not in result["msg"]
