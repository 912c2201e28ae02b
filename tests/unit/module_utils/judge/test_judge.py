"""Every criterion holds on a good host, and none passes on an absent or unseen one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.judge.judge import image_row, judge
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Inside,
    Observation,
)

CRITERIA = [
    "image_size", "build_time", "running", "user", "ports", "health", "ui", "networks",
    "environment", "hardening", "contents",
]  # fmt: skip
Contract = dict[str, Any]


def test_a_service_that_keeps_its_contract_passes_every_check(
    contract: Contract, seen: Observation
) -> None:
    checks = judge(contract, seen, "127.0.0.1", "todo")
    assert [check.id for check in checks] == [f"backend.{criterion}" for criterion in CRITERIA]
    assert [check.id for check in checks if not check.passed] == []
    assert all(check.message == "" for check in checks)


def test_a_contract_without_health_and_ui_has_no_such_checks(
    contract: Contract, seen: Observation
) -> None:
    contract["run"].update(health=None, ui=None)
    criteria = {check.criterion for check in judge(contract, seen, "127.0.0.1", "todo")}
    assert not criteria & {"health", "ui"}


def test_nothing_passes_where_nothing_exists_and_each_row_says_what_to_do(
    contract: Contract,
) -> None:
    checks = judge(contract, Observation(), "127.0.0.1", "todo")
    assert not any(check.passed for check in checks)
    assert all("playbooks/local.yml" in check.message for check in checks)


def test_nothing_passes_while_the_engine_is_down(contract: Contract) -> None:
    blind = Observation(problem="the Docker engine could not be asked: no such socket")
    checks = judge(contract, blind, "127.0.0.1", "todo")
    assert not any(check.passed for check in checks)
    assert {check.message for check in checks} == {blind.problem}


def test_a_stopped_container_fails_all_but_its_image_and_settings(
    contract: Contract, seen: Observation
) -> None:
    state = {"Status": "exited", "Pid": 0, "ExitCode": 137, "OOMKilled": False}
    stopped = replace(
        seen,
        container={**(seen.container or {}), "State": state},
        inside=Inside(),
        health=None,
        ui=None,
    )
    checks = {check.criterion: check for check in judge(contract, stopped, "127.0.0.1", "todo")}
    passed = {criterion for criterion, check in checks.items() if check.passed}
    assert passed == {"image_size", "build_time", "networks", "hardening"}
    assert checks["running"].measured == "exited, exit code 137"
    assert checks["health"].measured == "exited"
    assert "docker logs todo-backend-1" in checks["running"].message
    assert "see backend.running" in checks["health"].message


def test_a_container_that_cannot_be_looked_into_passes_nothing_from_inside(
    contract: Contract, seen: Observation
) -> None:
    shut = replace(seen, inside=Inside(problem="/proc/42 cannot be read"))
    checks = {check.criterion: check for check in judge(contract, shut, "127.0.0.1", "todo")}
    failed = {criterion for criterion, check in checks.items() if not check.passed}
    assert failed == {"user", "ports", "environment", "hardening", "contents"}


def test_the_image_row_has_the_real_size_beside_the_recorded_build(
    contract: Contract, seen: Observation
) -> None:
    row = image_row(contract, seen) or {}
    assert (row["size_bytes"], row["build_seconds"]) == (200_000_000, 20.5)
    assert row["image"] == "todo-backend:latest"
    assert image_row(contract, Observation()) is None
