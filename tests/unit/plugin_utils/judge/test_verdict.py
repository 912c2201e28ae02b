"""The verdict: waiting is bounded by the contracts, failures say what to do."""

from __future__ import annotations

from ansible_collections.todo.stack.plugins.module_utils.contract.model import (
    Budget,
    Build,
    Contract,
    Embedded,
    HttpCheck,
    Port,
    Run,
    Variable,
)
from ansible_collections.todo.stack.plugins.module_utils.judge.check import Check
from ansible_collections.todo.stack.plugins.plugin_utils.judge.verdict import (
    failed_ids,
    failure,
)


def contract(service: str, within_seconds: int, *others: str) -> Contract:
    url = Variable("Database", embedded=Embedded("postgres", "postgresql://{password}"))
    build = Build(service, service, "/x", "Dockerfile", None, {}, Budget())
    checks = (HttpCheck("health", "/", within_seconds=within_seconds),)
    env = {"DATABASE_URL": url} if others else {}
    return Contract(
        service, "f", service, (service, *others), build, Run((Port(1, 1),), checks), env
    )


CONTRACTS = [contract("backend", 60, "migrate"), contract("frontend", 20)]


def check(criterion: str, passed: bool = False, service: str = "backend") -> Check:
    return Check(
        service,
        criterion,
        passed,
        "HTTP 200 in 10 ms",
        "HTTP 200, status == 'ok'",
        "",
        "see `docker logs todo-backend-1`",
    )


def test_a_failure_names_the_check_what_was_measured_and_what_to_do() -> None:
    rows = [check("health"), check("user", True)]
    assert failed_ids(rows) == ["backend.health"]
    assert failure("vm1", rows, "artifacts/vm1/report.html").splitlines() == [
        "1 of 2 checks failed on vm1:",
        "  - backend.health: HTTP 200 in 10 ms (limit: HTTP 200, status == 'ok'); "
        "see `docker logs todo-backend-1`",
        "report: artifacts/vm1/report.html",
    ]
