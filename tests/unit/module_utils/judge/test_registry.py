"""One registry: every criterion holds on a good stack, none on an absent or unseen one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract, Port, Run
from ansible_collections.todo.stack.plugins.module_utils.contract.relaxed import CRITERIA, SETTINGS
from ansible_collections.todo.stack.plugins.module_utils.judge.check import Check
from ansible_collections.todo.stack.plugins.module_utils.judge.hardening import RULES
from ansible_collections.todo.stack.plugins.module_utils.judge.image import image_rows
from ansible_collections.todo.stack.plugins.module_utils.judge.registry import (
    REGISTRY,
    criterion_of,
)
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Contents,
    EnvironmentSeen,
    Inside,
    Seen,
    Service,
)

Judged = Callable[..., dict[str, Check]]
Changed = Callable[..., Seen]
ROOT = Path(__file__).parents[4]
TWINS = json.loads((ROOT / "tests/unit/data/twins.json").read_text())
BACKEND = [
    "image_size", "build_time", "running", "user", "ports", "health", "ready", "ui", "api",
    "networks", "environment", "hardening", "contents",
]  # fmt: skip
IDS = [
    *(f"backend.{one}" for one in BACKEND),
    *(f"postgres.{one}" for one in
      ("running", "user", "networks", "volumes", "environment", "hardening")),
    *(f"migrate.{one}" for one in ("running", "networks", "environment", "hardening")),
    "host.private_files", "host.leftovers",
]  # fmt: skip


def test_a_stack_that_keeps_its_contract_passes_every_check(judged: Judged) -> None:
    checks = judged()
    assert list(checks) == IDS
    assert [check for check in checks.values() if not check.passed] == []
    assert {check.message for check in checks.values()} == {""}


def test_every_criterion_is_met_by_the_stack_of_these_tests() -> None:
    met = {one.split(".")[1] for one in IDS} - {"api"}
    assert {one.id for one in REGISTRY} == met | {"same_images"}  # where there is another host
    assert len({one.title for one in REGISTRY}) == len(REGISTRY)


def test_a_contract_that_promises_little_is_judged_by_little(
    judged: Judged, contract: Contract, seen: Seen
) -> None:
    small = replace(contract, run=Run((Port(8000, 8000),)), env={})
    bare = replace(seen.environment, names={"postgres": ("POSTGRES_PASSWORD",)})
    checks = judged(replace(seen, environment=bare), small)
    assert not {"backend.health", "backend.ready", "backend.ui", "backend.api"} & checks.keys()
    assert all(check.passed for check in checks.values())
    assert checks["backend.environment"].measured == "0 names as rendered"


def test_nothing_passes_where_nothing_exists_and_each_row_says_what_to_do(
    judged: Judged, seen: Seen
) -> None:
    bare = replace(
        seen, images=(), builds={}, containers=(), modes={}, environment=EnvironmentSeen()
    )
    checks = judged(bare)
    assert list(checks) == IDS
    failed = [check for check in checks.values() if check.id != "host.leftovers"]
    assert not any(check.passed for check in failed)
    assert all("playbooks/local.yml" in check.message for check in failed)


@pytest.mark.parametrize("services", [True, False])
def test_nothing_passes_while_the_engine_cannot_be_asked(
    judged: Judged, seen: Seen, services: bool
) -> None:
    problem = "Docker Engine is stopped"
    blind = replace(seen, problem=problem, services=seen.services if services else ())
    checks = judged(blind)
    assert {check.message for check in checks.values()} == {problem}
    assert not any(check.passed for check in checks.values())
    assert {check.measured for check in checks.values()} == {"unknown", None}
    assert {"backend.running", "host.private_files"} <= checks.keys()


def test_a_stopped_container_fails_all_but_its_image_and_settings(
    judged: Judged, changed: Changed
) -> None:
    state = {"state": "exited", "pid": 0, "exit_code": 137, "inside": Inside()}
    checks = judged(changed("backend", **state))
    passed = {one for one in BACKEND if checks[f"backend.{one}"].passed}
    assert passed == {"image_size", "build_time", "networks", "hardening"}
    assert checks["backend.running"].measured == "exited, exit code 137"
    assert checks["backend.health"].measured == "exited"
    assert "docker logs todo-backend-1" in checks["backend.running"].message
    assert "see backend.running" in checks["backend.health"].message


def test_a_container_that_cannot_be_looked_into_passes_nothing_from_inside(
    judged: Judged, changed: Changed
) -> None:
    shut = changed("backend", inside=Inside(problem="/proc/42 cannot be read", uptime_seconds=99))
    checks = judged(shut)
    failed = {one for one in BACKEND if not checks[f"backend.{one}"].passed}
    assert failed == {"user", "ports", "environment", "hardening", "contents"}


def test_a_service_of_which_compose_wants_no_replica_is_not_judged(
    judged: Judged, seen: Seen, served: Changed
) -> None:
    idle = replace(seen, services=(*seen.services, Service("idle", replicas=0)))
    assert list(judged(idle)) == IDS
    # What a contract promises has to be there all the same.
    gone = replace(served("backend", replicas=0), containers=())
    assert not judged(gone)["backend.running"].passed


def test_a_criterion_without_a_row_is_a_check_of_some_contract() -> None:
    assert criterion_of("running").title == "Container state"
    assert criterion_of("todo_list").title == "todo_list"


def test_the_image_row_has_the_real_size_beside_the_recorded_build(
    contract: Contract, seen: Seen
) -> None:
    (row,) = image_rows([contract], seen, ["frontend: x", "backend: app/main.py changed"])
    assert (row["size_bytes"], row["build_seconds"]) == (200_000_000, 20.5)
    assert (row["image"], row["reason"]) == ("todo-backend:cc", "app/main.py changed")
    assert row["budget"] == {"seconds": 300, "bytes": 500_000_000}
    assert image_rows([contract], replace(seen, images=()), []) == []


# The verifying side sees with other eyes, and a mutant proves that each of its tests can fail.
MOLECULE = [file.read_text() for file in sorted((ROOT / "molecule").rglob("*.py"))]


def test_every_criterion_is_told_with_its_twin() -> None:
    assert sorted(TWINS) == sorted([*(one.id for one in REGISTRY), "own checks"])


@pytest.mark.parametrize("criterion", sorted(TWINS))
def test_the_twin_of_a_criterion_exists_and_so_does_a_mutant(criterion: str) -> None:
    test, mutant = TWINS[criterion]["test"], TWINS[criterion]["mutant"]
    assert any(f"def {test}(" in text for text in MOLECULE), test
    assert mutant
    assert any(f'"{mutant}"' in text for text in MOLECULE), mutant


VENDOR = "image of a vendor"


def test_a_criterion_is_relaxed_with_its_reason_and_counted(
    judged: Judged, seen: Seen, contract: Contract, changed: Changed
) -> None:
    look = changed("backend", contents=Contents(tools=("/usr/bin/apt",)))
    assert not judged(look)["backend.contents"].passed
    promise = replace(contract, relaxed={"contents": VENDOR, "init": "it reaps by itself"})
    checks = judged(look, promise)
    found = checks["backend.contents"]
    assert (found.passed, found.relaxed, found.measured) == (True, 1, "1 tools")
    assert found.message == f"relaxed ({VENDOR}); take out in the Dockerfile: /usr/bin/apt"
    assert checks["backend.hardening"].message == "relaxed: init (it reaps by itself)"
    assert sum(check.relaxed for check in checks.values()) == 2
    blind = judged(replace(look, problem="there is no engine"), promise)["backend.contents"]
    assert (blind.passed, blind.relaxed) == (False, 0)


def test_whatever_can_be_relaxed_is_a_rule_or_a_criterion() -> None:
    assert {rule for rule, _ in SETTINGS.values()} == {*RULES}
    assert set(CRITERIA) <= {one.id for one in REGISTRY}
