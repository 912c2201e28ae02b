"""Answers over HTTP: only a whole, right one passes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.judge.answers import (
    health,
    health_body,
    ui,
)
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Observation,
    ProbeResult,
)

Contract = dict[str, Any]


def answer(status: int = 200, body: bytes = b"{}", kind: str = "", error: str = "") -> ProbeResult:
    return ProbeResult(status, body, kind, error, 0.1)


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (answer(0, b"", error="connection refused"), "connection refused; see `docker logs"),
        (answer(500), "HTTP 500"),
        (answer(301), "HTTP 301"),
        (answer(200, b'{"status": "ok"', error="the body is shorter"), "the body is shorter"),
        (answer(200, b"<html>"), "no JSON"),
        (answer(200, b'"' + b"x" * 70_000 + b'"'), "at most 64 KiB"),
        (answer(200, b"\xff"), "no JSON"),
        (None, "was not probed"),
    ],
)
def test_a_wrong_health_answer_fails_and_says_why(
    contract: Contract, seen: Observation, result: ProbeResult | None, said: str
) -> None:
    check = health(contract, replace(seen, health=result))
    assert not check.passed
    assert said in check.message


def test_the_body_goes_to_the_controller_as_it_was(seen: Observation) -> None:
    assert health_body(seen) == {"json": {"status": "ok"}}
    assert health_body(replace(seen, health=answer(body=b"null"))) == {"json": None}


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (answer(200, b"<p>Nginx</p>", "text/html"), "does not contain 'Todo'"),
        (answer(200, b"Todo", "text/plain"), "text/plain, not text/html"),
        (answer(200, b"Todo"), "of no type, not text/html"),
        (answer(404, b"Todo", "text/html"), "HTTP 404"),
    ],
)
def test_a_wrong_page_fails_and_says_why(
    contract: Contract, seen: Observation, result: ProbeResult, said: str
) -> None:
    check = ui(contract, replace(seen, ui=result))
    assert not check.passed
    assert said in check.message


def test_an_answer_of_somebody_else_does_not_count(contract: Contract, seen: Observation) -> None:
    assert not health(contract, replace(seen, container=None)).passed
