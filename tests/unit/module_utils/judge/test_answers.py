"""Answers over HTTP: only a whole, right one passes, whatever its check is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.model import (
    CommandCheck,
    Contract,
    Run,
    TcpCheck,
)
from ansible_collections.todo.stack.plugins.module_utils.judge.check import Check
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Inside,
    ProbeResult,
    Seen,
)

Judged = Callable[..., dict[str, Check]]
Changed = Callable[..., Seen]


def answer(
    status: int = 200, body: str = "", kind: str = "", *, holds: bool | None = None, error: str = ""
) -> ProbeResult:
    return ProbeResult(status, kind, body, holds, error, 0.1)


@pytest.mark.parametrize("name", ["health", "ready"])
@pytest.mark.parametrize(
    ("result", "measured", "said"),
    [
        (answer(0, error="connection refused"), "connection refused",
         "connection refused; see `docker logs todo-backend-1`"),
        (answer(503, '{"status":"ok"}'), "HTTP 503 in 100 ms", "answered 503; see `docker logs"),
        (answer(301), "HTTP 301 in 100 ms", "answered 301"),
        (answer(200, '{"status": "ok"', error="the body is shorter"), "the body is shorter", ""),
        (answer(200, "<html>"), "HTTP 200 in 100 ms, but not status == 'ok'", "no JSON"),
        (answer(200), "HTTP 200 in 100 ms, but not status == 'ok'", "at most 64 KiB"),
        (answer(200, '{"status":"down"}'), "HTTP 200 in 100 ms, but not status == 'ok'",
         "it is {\"status\": \"down\"}"),
        (answer(200, "null"), "HTTP 200 in 100 ms, but not status == 'ok'", "it is null"),
        (None, "not probed", "was not asked"),
    ],
)  # fmt: skip
def test_a_wrong_answer_fails_and_says_why(
    *, judged: Judged, seen: Seen, served: Changed, name: str, result: ProbeResult | None,
    measured: str, said: str,
) -> None:  # fmt: skip
    probes: dict[str, Any] = {**seen.services[2].probes, name: result}
    check = judged(served("backend", probes=probes))[f"backend.{name}"]
    assert (check.passed, check.measured) == (False, measured)
    assert said in check.message
    assert check.limit == "HTTP 200, status == 'ok'"


def test_a_long_body_is_cut(judged: Judged, served: Changed) -> None:
    body = '{"status": "' + "x" * 500 + '"}'
    check = judged(served("backend", probes={"health": answer(200, body)}))["backend.health"]
    assert len(check.message) < 200


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (answer(200, kind="text/html", holds=False), "without 'Todo' in it"),
        (answer(200, kind="text/html"), "without 'Todo' in it"),
        (answer(200, kind="text/plain", holds=True), "text/plain, not text/html"),
        (answer(200, holds=True), "no type, not text/html"),
        (answer(404, kind="text/html", holds=True), "answered 404"),
    ],
)
def test_a_wrong_page_fails_and_says_why(
    judged: Judged, served: Changed, result: ProbeResult, said: str
) -> None:
    check = judged(served("backend", probes={"ui": result}))["backend.ui"]
    assert not check.passed
    assert said in check.message
    assert check.limit == "HTTP 200, 'Todo' in HTML"


@pytest.mark.parametrize(("status", "passed"), [(401, True), (200, False), (502, False)])
def test_a_check_of_the_users_own_wants_the_status_it_names(
    judged: Judged, served: Changed, status: int, passed: bool
) -> None:
    check = judged(served("backend", probes={"api": answer(status)}))["backend.api"]
    assert (check.passed, check.limit) == (passed, "HTTP 401")


def test_an_answer_of_somebody_else_does_not_count(judged: Judged, changed: Changed) -> None:
    stopped = {"pid": 0, "state": "exited", "inside": Inside()}
    for look in (changed("backend"), changed("backend", **stopped)):
        checks = judged(look)
        assert not any(checks[f"backend.{one}"].passed for one in ("health", "ready", "ui", "api"))


OPEN, PING = TcpCheck("open", 6379), CommandCheck("ping", ("redis-cli", "ping"))


@pytest.mark.parametrize(
    ("name", "result", "measured", "message"),
    [
        ("open", ProbeResult(seconds=0.001), "connected in 1 ms", ""),
        ("open", ProbeResult(error="connection refused"), "connection refused",
         "port 6379: connection refused; see `docker logs todo-backend-1`"),
        ("open", None, "not probed", "port 6379 was not asked; see `docker logs todo-backend-1`"),
        ("ping", ProbeResult(0, body="PONG", seconds=0.1), "exit code 0 in 100 ms", ""),
        ("ping", ProbeResult(1, body="NOAUTH", seconds=0.1), "exit code 1 in 100 ms",
         "redis-cli ping ended with code 1: NOAUTH; see `docker logs todo-backend-1`"),
        ("ping", ProbeResult(error="it did not end within 5 s"), "it did not end within 5 s",
         "redis-cli ping: it did not end within 5 s; see `docker logs todo-backend-1`"),
    ],
)  # fmt: skip
def test_a_port_and_a_command_are_criteria_too(
    *, judged: Judged, served: Changed, contract: Contract, name: str,
    result: ProbeResult | None, measured: str, message: str,
) -> None:  # fmt: skip
    promise = replace(contract, run=Run((), (), connections=(OPEN,), commands=(PING,)))
    probes = {name: result} if result else {}
    check = judged(served("backend", probes=probes), promise)[f"backend.{name}"]
    assert (check.passed, check.measured, check.message) == (not message, measured, message)
    limits = {"open": "takes connections on 6379", "ping": "exit code 0 of redis-cli ping"}
    assert check.limit == limits[name]
