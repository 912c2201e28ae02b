"""The controller's verdict: `expect` is judged, waiting is bounded, failures say what to do."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.plugin_utils.judge.verdict import (
    failed_ids,
    failure,
    patience_seconds,
    with_expectations,
)

CONTRACTS = [
    {
        "service": "backend",
        "run": {"health": {"expect": "status == 'ok'", "within_seconds": 60}, "ui": None},
    },
    {"service": "frontend", "run": {"health": None, "ui": {"within_seconds": 20}}},
]


def check(criterion: str, passed: bool, service: str = "backend") -> dict[str, Any]:
    return {
        "id": f"{service}.{criterion}",
        "service": service,
        "criterion": criterion,
        "passed": passed,
        "measured": "HTTP 200 in 0.01 s",
        "limit": "HTTP 200, status == 'ok'",
        "unit": "",
        "message": "see `docker logs todo-backend-1`",
    }


def test_a_body_that_meets_its_expectation_passes() -> None:
    row = check("health", True)
    assert with_expectations([row], CONTRACTS, {"backend": {"json": {"status": "ok"}}}) == [row]


@pytest.mark.parametrize("body", [{"status": "down"}, {}, [], None, "ok"])
def test_a_lying_health_answer_fails_and_is_quoted(body: object) -> None:
    (row,) = with_expectations([check("health", True)], CONTRACTS, {"backend": {"json": body}})
    assert row["passed"] is False
    assert row["measured"] == "HTTP 200 in 0.01 s, but not status == 'ok'"
    assert "not what the contract expects" in row["message"]


def test_a_long_body_is_cut() -> None:
    bodies = {"backend": {"json": {"status": "x" * 500}}}
    (row,) = with_expectations([check("health", True)], CONTRACTS, bodies)
    assert len(row["message"]) < 200


def test_an_expectation_that_is_no_expression_fails_the_check() -> None:
    contracts = [{"service": "backend", "run": {"health": {"expect": "status =="}}}]
    (row,) = with_expectations([check("health", True)], contracts, {"backend": {"json": {}}})
    assert row["passed"] is False
    assert "cannot be evaluated" in row["message"]


def test_what_has_failed_already_stays_as_it_is() -> None:
    row = check("health", False)
    assert with_expectations([row], CONTRACTS, {"backend": None}) == [row]


@pytest.mark.parametrize(
    ("rows", "seconds"),
    [
        ([check("health", True)], 0.0),
        ([check("health", False)], 60.0),
        ([check("ui", False, "frontend"), check("health", True)], 20.0),
        ([check("image_size", False)], 0.0),
        ([check("running", False), check("image_size", False)], 60.0),
    ],
)
def test_only_what_may_still_come_true_is_waited_for(
    rows: list[dict[str, Any]], seconds: float
) -> None:
    assert patience_seconds(CONTRACTS, rows) == seconds


def test_a_failure_names_the_check_what_was_measured_and_what_to_do() -> None:
    rows = [check("health", False), check("user", True)]
    assert failed_ids(rows) == ["backend.health"]
    assert failure("vm1", rows, "artifacts/vm1/report.html").splitlines() == [
        "1 of 2 checks failed on vm1:",
        "  - backend.health: HTTP 200 in 0.01 s (limit: HTTP 200, status == 'ok'); "
        "see `docker logs todo-backend-1`",
        "report: artifacts/vm1/report.html",
    ]
