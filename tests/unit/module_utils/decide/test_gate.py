"""Healthy, to be waited for, or failed: by state, restarts, healthcheck and answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.decide.gate import judge
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import read_actual
from ansible_collections.todo.stack.plugins.module_utils.look.observation import ProbeResult
from ansible_collections.todo.stack.tests.unit.fakes import container

HEALTHY = read_actual(container("backend"))


def answer(status: int, error: str = "") -> ProbeResult:
    return ProbeResult(status, b"{}", "application/json", error, 0.01)


@pytest.mark.parametrize(
    ("changes", "before", "answers", "end", "why"),
    [
        ({}, 0, {}, "passed", ""),
        ({}, 0, {"/health": answer(200)}, "passed", ""),
        ({"restarts": 5}, 5, {}, "passed", ""),
        ({"restarts": 2}, 0, {}, "passed", ""),
        ({"restarts": 3, "exit_code": 7}, 0, {}, "failed",
         "crash loop: 3 restarts, last exit code 7"),
        ({"restarts": 8, "state": "restarting"}, 5, {}, "failed",
         "crash loop: 3 restarts, last exit code 0"),
        ({"state": "exited", "exit_code": 1}, 0, {}, "failed", "it ended with code 1"),
        ({"state": "dead", "exit_code": 137}, 0, {}, "failed", "it ended with code 137"),
        ({"state": "restarting", "restarts": 1}, 0, {}, "waiting", "its container is restarting"),
        ({"state": "created"}, 0, {}, "waiting", "its container is created"),
        ({"health": "starting"}, 0, {}, "waiting", "its health is starting"),
        ({"health": "unhealthy"}, 0, {}, "waiting", "its health is unhealthy"),
        ({"health": "none"}, 0, {}, "waiting", "its health is none"),
        ({}, 0, {"/health": answer(500)}, "waiting", "/health answered 500"),
        ({}, 0, {"/health": answer(302)}, "waiting", "/health answered 302"),
        ({}, 0, {"/health": answer(0, "connection refused")}, "waiting",
         "/health: connection refused"),
        ({}, 0, {"/health": answer(200, "the body is shorter")}, "waiting",
         "/health: the body is shorter"),
        ({}, 0, {"/health": answer(200), "/": answer(404)}, "waiting", "/ answered 404"),
    ],
)  # fmt: skip
def test_a_service_is_healthy_by_all_signs_or_not(
    changes: dict[str, Any], before: int, answers: dict[str, ProbeResult], end: str, why: str
) -> None:
    verdict = judge(replace(HEALTHY, **changes), before, answers)
    ends = {(True, False): "passed", (False, True): "failed", (False, False): "waiting"}
    assert (ends[verdict.passed, verdict.failed], verdict.why) == (end, why)


def test_without_a_container_there_is_nothing_to_wait_for() -> None:
    verdict = judge(None, 0, {})
    assert (verdict.failed, verdict.why) == (True, "there is no container")
