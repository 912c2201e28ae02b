"""What a compose project needs: every kind of difference, and nothing for a stack that is well."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import (
    Actual,
    Desired,
    foreign,
    is_one_off,
    plan,
    read_actual,
    read_desired,
)
from ansible_collections.todo.stack.tests.unit.fakes import container

DESIRED = Desired("backend", "hash-backend", "todo-backend:latest", one_shot=False)
MIGRATE = Desired("migrate", "hash-migrate", "todo-backend:latest", one_shot=True)
IDS = {"todo-backend:latest": "sha256:backend"}
RUNNING = read_actual(container("backend"))
DONE = replace(
    read_actual(container("migrate", Image="sha256:backend")), state="exited", exit_code=0
)


def planned(
    desired: list[Desired], actual: list[Actual], **options: Any
) -> list[tuple[str, str, str]]:
    found = plan(desired, actual, options.pop("ids", IDS), **options)
    return [(one.service, one.action, one.why) for one in found]


def test_a_stack_as_wanted_needs_nothing() -> None:
    assert planned([DESIRED, MIGRATE], [RUNNING, DONE]) == []


@pytest.mark.parametrize(
    ("changes", "action", "why"),
    [
        ({"config_hash": "other"}, "recreate", "its configuration changed"),
        ({"image_id": "sha256:old"}, "recreate", "todo-backend:latest is another image now"),
        ({"state": "exited", "exit_code": 0}, "start", "it is exited (code 0)"),
        ({"state": "exited", "exit_code": 3}, "start", "it is exited (code 3)"),
        ({"state": "exited", "exit_code": 137, "oom_killed": True},
         "start", "it is exited (killed by its memory limit)"),
        ({"state": "created"}, "start", "it is created (code 0)"),
        ({"state": "dead", "exit_code": 1}, "start", "it is dead (code 1)"),
        ({"state": "paused"}, "start", "it is paused (code 0)"),
        ({"state": "restarting"}, None, None),
        ({"health": "unhealthy"}, None, None),
    ],
)  # fmt: skip
def test_a_service_that_differs_is_changed_and_the_reason_told(
    changes: dict[str, Any], action: str | None, why: str | None
) -> None:
    expected = [("backend", action, why)] if action else []
    assert planned([DESIRED], [replace(RUNNING, **changes)]) == expected


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, None),
        ({"state": "running"}, None),
        ({"exit_code": 1}, "it is exited (code 1)"),
        ({"state": "created"}, "it never ran"),
    ],
)
def test_a_one_shot_is_started_until_it_ended_well(
    changes: dict[str, Any], why: str | None
) -> None:
    expected = [("migrate", "start", why)] if why else []
    assert planned([MIGRATE], [replace(DONE, **changes)]) == expected


def test_a_service_without_a_container_gets_one() -> None:
    assert planned([DESIRED, MIGRATE], [DONE]) == [("backend", "create", "there is no container")]
    assert planned([DESIRED], [], new_environment=["backend"]) == [
        ("backend", "create", "there is no container")
    ]


def test_an_image_that_is_gone_is_another_image() -> None:
    assert planned([DESIRED], [RUNNING], ids={})[0][1] == "recreate"


def test_a_new_environment_replaces_those_it_is_for() -> None:
    assert planned([DESIRED, MIGRATE], [RUNNING, DONE], new_environment=["migrate"]) == [
        ("migrate", "recreate", "its environment changed")
    ]


def test_what_is_no_longer_wanted_goes_last() -> None:
    old = replace(RUNNING, service="old")
    assert planned([DESIRED], [old]) == [
        ("backend", "create", "there is no container"), ("old", "remove", "no longer wanted"),
    ]  # fmt: skip


def test_a_container_that_lacks_our_label_is_not_ours_to_touch() -> None:
    stranger = read_actual(container("backend", labels={"todo.stack.service": None}))
    assert foreign([RUNNING, DONE]) == []
    [problem] = foreign([RUNNING, stranger])
    assert problem.where == "backend"
    assert "lacks todo.stack.service" in problem.what
    assert "docker rm -f todo-backend-1" in problem.remedy


@pytest.mark.parametrize(("value", "one_off"), [("True", True), ("False", False), (None, False)])
def test_a_container_of_compose_run_stands_for_no_service(value: str | None, one_off: bool) -> None:
    assert is_one_off(container("a", labels={"com.docker.compose.oneoff": value})) is one_off


def test_a_container_is_read_from_its_inspect() -> None:
    state = {"Status": "exited", "ExitCode": 137, "OOMKilled": True, "Health": None}
    found = read_actual(container("backend", state=state, RestartCount=2))
    assert found == Actual(
        id="id-backend", name="todo-backend-1", service="backend", ours=True,
        config_hash="hash-backend", image_id="sha256:backend", state="exited", health="none",
        exit_code=137, oom_killed=True, restarts=2,
    )  # fmt: skip
    assert found.as_result() == {
        "state": "exited", "health": "none", "exit_code": 137, "restarts": 2,
        "image_id": "sha256:backend",
    }  # fmt: skip


def test_a_container_on_other_networks_than_its_own_is_replaced() -> None:
    config = {
        "services": {"backend": {"image": "todo-backend:latest", "networks": {"default": None}}},
        "networks": {"default": {"name": "todo_default"}},
    }
    desired = read_desired(config, "backend hash-backend")
    off: dict[str, Any] = {"Networks": {"bridge": {}}}
    assert planned(desired, [read_actual(container("backend", NetworkSettings=off))]) == [
        ("backend", "recreate", "it is not on the network todo_default")
    ]
    more: dict[str, Any] = {"Networks": {"todo_default": {}, "bridge": {}}}
    assert planned(desired, [read_actual(container("backend", NetworkSettings=more))]) == [
        ("backend", "recreate", "it is on the network bridge too")
    ]
    own: dict[str, Any] = {"Networks": {"todo_default": {}}}
    assert planned(desired, [read_actual(container("backend", NetworkSettings=own))]) == []


def test_a_service_on_the_hosts_network_is_left_there() -> None:
    config = {"services": {"backend": {"image": "todo-backend:latest", "network_mode": "host"}}}
    desired = read_desired(config, "backend hash-backend")
    on: dict[str, Any] = {"Networks": {"host": {}}}
    assert planned(desired, [read_actual(container("backend", NetworkSettings=on))]) == []


def test_a_container_that_was_renamed_is_replaced() -> None:
    config = {"name": "todo", "services": {"backend": {"image": "todo-backend:latest"}}}
    desired = read_desired(config, "backend hash-backend")
    assert planned(desired, [RUNNING]) == []
    assert planned(desired, [replace(RUNNING, name="other")]) == [
        ("backend", "recreate", "its container is named other")
    ]


def test_the_wanted_services_are_read_with_their_hashes() -> None:
    waits = {"migrate": {"condition": "service_completed_successfully"},
             "postgres": {"condition": "service_healthy"}}  # fmt: skip
    services: dict[str, Any] = {
        "postgres": {"image": "pg"}, "migrate": {"image": "b", "depends_on": None},
        "backend": {"image": "b", "depends_on": waits},
    }  # fmt: skip
    found = read_desired({"services": services}, "backend h1\nmigrate h2\n\npostgres h3\n")
    assert found == [
        Desired("postgres", "h3", "pg", one_shot=False),
        Desired("migrate", "h2", "b", one_shot=True),
        Desired("backend", "h1", "b", one_shot=False),
    ]
    assert read_desired({}, "") == []
