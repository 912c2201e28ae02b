"""A container is on the networks that compose.yaml gives it, and on no other."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.judge.judge import judge_other
from ansible_collections.todo.stack.plugins.module_utils.judge.networks import networks
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Observation

WANTED = {"default": "", "database": "shared-db"}


def seen(*attached: str) -> Observation:
    settings: dict[str, Any] = {"Networks": {name: {} for name in attached}}
    return Observation(container={"State": {"Status": "running"}, "NetworkSettings": settings})


def test_the_very_networks_pass() -> None:
    check = networks("backend", seen("shared-db", "todo_default"), WANTED, "todo")
    assert (check.id, check.passed, check.message) == ("backend.networks", True, "")
    assert check.measured == check.limit == "shared-db, todo_default"


@pytest.mark.parametrize(
    ("attached", "measured", "message"),
    [
        (["todo_default"], "todo_default", "not attached to shared-db; "),
        ([], "none", "not attached to shared-db, todo_default; "),
        (["todo_default", "shared-db", "bridge"], "bridge, shared-db, todo_default",
         "attached, and should not be, to bridge; "),
        (["other_default", "shared-db"], "other_default, shared-db",
         "not attached to todo_default; attached, and should not be, to other_default; "),
    ],
)  # fmt: skip
def test_any_other_set_fails_naming_the_difference(
    attached: list[str], measured: str, message: str
) -> None:
    check = networks("backend", seen(*attached), WANTED, "todo")
    assert (check.passed, check.measured) == (False, measured)
    assert check.message == f"{message}run playbooks/local.yml, which builds and starts the stack"


def test_a_one_shot_that_has_ended_is_on_no_network() -> None:
    settings: dict[str, Any] = {"Networks": {"shared-db": {}}}
    ended = Observation(container={"State": {"Status": "exited"}, "NetworkSettings": settings})
    check = networks("migrate", ended, WANTED, "todo")
    assert (check.passed, check.measured) == (True, "ended")


def test_an_absent_container_is_on_none() -> None:
    check = networks("backend", Observation(), WANTED, "todo")
    assert (check.passed, check.measured) == (False, "no container")


def test_a_service_without_a_contract_is_judged_where_its_networks_are_known() -> None:
    for wanted, expected in ((None, []), ({"database": ""}, ["postgres.networks"])):
        ids = [check.id for check in judge_other("postgres", Observation(), wanted, "todo")]
        assert [one for one in ids if one.endswith("networks")] == expected
