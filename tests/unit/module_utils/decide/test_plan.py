"""Whole plans: for every way in which a stack may not be as wanted, all that happens and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.module_utils.decide.engine_state import EngineState
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import (
    Action,
    WantedImage,
    plan,
)
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    ChangedPart,
    EnvironmentSeen,
    Inside,
    Names,
    OtherContainer,
    ProbeResult,
    ReleaseSeen,
    Seen,
)
from ansible_collections.todo.stack.tests.unit.module_utils.decide.conftest import (
    IMAGES,
    container,
    ended,
    service,
)

Change = Callable[..., Seen]
NETWORK = {"todo_default": "172.18.0.2"}


def planned(seen: Seen, contracts: Sequence[Contract], **images: WantedImage) -> list[str]:
    """Return the plan's lines; a star marks what is new and has to prove itself."""
    actions = plan(seen, contracts, {**IMAGES, **images})
    return [one.line() + (" *" if one.new else "") for one in actions]


def test_a_stack_that_is_as_wanted_needs_nothing(seen: Seen, both: list[Contract]) -> None:
    assert planned(seen, both) == []


RECREATED = [
    ({"environment": Names(missing=("B",), different=("A",))}, "its environment changed: A, B *"),
    ({"environment": Names(extra=("HTTP_PROXY", "http_proxy"))},
     "its environment changed: HTTP_PROXY, http_proxy *"),
    ({"image_id": "sha256:old"}, "todo-backend:latest is another image now *"),
    ({"config_hash": "other"}, "its configuration changed *"),
    ({"name": "renamed"}, "its container is named renamed *"),
    ({"networks": {}}, "it is not on the network todo_default"),
    ({"networks": {}, "state": "exited"}, "it is not on the network todo_default"),
    ({"networks": {**NETWORK, "bridge": "172.17.0.2"}}, "it is on the network bridge too"),
    ({"health": "unhealthy"}, "its healthcheck says unhealthy"),
    ({"state": "dead", "exit_code": 1}, "it is dead (code 1)"),
    ({"state": "restarting", "restarts": 7}, "it crashes again and again (7 restarts)"),
    ({"restarts": 2, "inside": Inside(uptime_seconds=59.0)},
     "it crashes again and again (2 restarts)"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "why"), RECREATED)
def test_a_container_that_cannot_stay_is_replaced(
    having: Change, both: list[Contract], changes: dict[str, Any], why: str
) -> None:
    assert planned(having("backend", **changes), both) == [f"backend: recreate, {why}"]


STARTED = [
    ({"state": "exited"}, "it is exited (code 0)"),
    ({"state": "exited", "exit_code": 3, "restarts": 9}, "it is exited (code 3)"),
    ({"state": "exited", "exit_code": 137, "oom_killed": True, "health": "unhealthy"},
     "it is exited (killed by its memory limit)"),
    ({"state": "created"}, "it is created (code 0)"),
    ({"state": "paused", "health": "unhealthy"}, "it is paused"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "why"), STARTED)
def test_a_container_that_stands_still_is_started_as_it_is(
    having: Change, both: list[Contract], changes: dict[str, Any], why: str
) -> None:
    assert planned(having("backend", **changes), both) == [f"backend: start, {why}"]


WELL = [
    {"config_hash": "together-backend"},
    {"restarts": 1, "inside": Inside(uptime_seconds=2.0)},
    {"restarts": 7, "inside": Inside(uptime_seconds=61.0)},
    {"restarts": 7, "inside": Inside(problem="/proc/42 cannot be read")},
    {"health": "starting"},
    {"number": 2, "name": "todo-backend-2"},
    {"exit_code": 1, "error": "of an end before"},
]


@pytest.mark.parametrize("changes", WELL)
def test_a_container_that_is_well_all_the_same_stays(
    having: Change, both: list[Contract], changes: dict[str, Any]
) -> None:
    assert planned(having("backend", **changes), both) == []


def test_a_missing_container_is_created(having: Change, both: list[Contract]) -> None:
    assert planned(having("frontend"), both) == ["frontend: create, there is no container *"]


@pytest.mark.parametrize(
    ("wanted", "state", "expected"),
    [
        ({"networks": ()}, {"networks": {"host": ""}}, []),
        ({"networks": ()}, {"networks": {"none": ""}}, []),
        ({"networks": (), "host_network": True}, {"networks": {}}, []),
        ({"replicas": 0}, {"state": "running"}, ["create, 1 of 0 replicas are there"]),
        ({"container_name": "web"}, {"name": "web"}, []),
        ({"container_name": "web"}, {}, []),  # its hash tells a name that compose.yaml changes
    ],
)
def test_what_compose_wants_is_what_is_compared(
    seen: Seen, both: list[Contract], wanted: dict[str, Any], state: dict[str, Any],
    expected: list[str],
) -> None:  # fmt: skip
    services = [replace(o, **wanted) if o.name == "backend" else o for o in seen.services]
    containers = [replace(o, **state) if o.service == "backend" else o for o in seen.containers]
    look = replace(seen, services=tuple(services), containers=tuple(containers))
    assert planned(look, both) == [f"backend: {one}" for one in expected]


def test_a_service_of_no_replica_needs_none(
    wanting: Change, having: Change, both: list[Contract]
) -> None:
    look = replace(wanting("frontend", replicas=0), containers=having("frontend").containers)
    assert planned(look, both) == []


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ([container("backend", 2)], []),
        ([], ["backend: create, 1 of 2 replicas are there"]),
        ([container("backend", 2), container("backend", 3)],
         ["backend: create, 3 of 2 replicas are there"]),
        ([container("backend", 2, state="exited", exit_code=1)],
         ["backend: start, it is exited (code 1)"]),
        ([container("backend", 2, image_id="old")],
         ["backend: recreate, todo-backend:latest is another image now *"]),
        ([container("backend", 2, networks={})],
         ["backend: recreate, it is not on the network todo_default"]),
        ([container("backend", 2, one_off=True, state="exited")],
         ["backend: create, 1 of 2 replicas are there"]),
    ],
)  # fmt: skip
def test_every_replica_is_looked_at(
    wanting: Change, both: list[Contract], second: list[Any], expected: list[str]
) -> None:
    look = wanting("backend", replicas=2)
    assert planned(replace(look, containers=(*second, *look.containers)), both) == expected


@pytest.mark.parametrize(
    ("containers", "expected"),
    [
        ([ended()], []),
        ([ended(state="running")], []),
        ([], ["create, it never ran *"]),
        ([ended(state="created")], ["recreate, it never ran *"]),
        ([ended(exit_code=1)], ["recreate, it is exited (code 1) *"]),
        ([ended(exit_code=137, oom_killed=True)],
         ["recreate, it is exited (killed by its memory limit) *"]),
        ([ended(image_id="old")], ["recreate, todo-migrate:latest is another image now *"]),
        ([ended(config_hash="x")], ["recreate, its configuration changed *"]),
        ([ended(environment=Names(different=("DATABASE_URL",)))],
         ["recreate, its environment changed: DATABASE_URL *"]),
    ],
)  # fmt: skip
def test_a_one_shot_runs_until_it_has_ended_well(
    having: Change, seen: Seen, both: list[Contract], containers: list[Any], expected: list[str]
) -> None:
    look = having("migrate", *containers) if containers else having("migrate")
    assert planned(look, both) == [f"migrate: {one}" for one in expected]


@pytest.mark.parametrize(
    ("record", "due"),
    [
        ("sha256:b alone-migrate", False),
        ("sha256:b together-migrate", True),
        ("sha256:old alone-migrate", True),
        ("", True),
    ],
)
def test_a_one_shot_that_was_pruned_is_on_record(
    having: Change, both: list[Contract], record: str, due: bool
) -> None:
    look = replace(having("migrate"), release=ReleaseSeen(3, one_shots={"migrate": record}))
    assert planned(look, both) == (["migrate: create, it never ran *"] if due else [])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"image_id": "old"}, [
            "postgres: recreate, todo-postgres:latest is another image now *",
            "migrate: recreate, postgres is begun anew *",
        ]),
        ({"networks": {}}, [
            "postgres: recreate, it is not on the network todo_default",
            "migrate: recreate, postgres is begun anew *",
        ]),
        ({"state": "exited"}, ["postgres: start, it is exited (code 0)"]),
    ],
)  # fmt: skip
def test_a_one_shot_runs_again_when_what_it_prepared_is_begun_anew(
    having: Change, both: list[Contract], changes: dict[str, Any], expected: list[str]
) -> None:
    assert planned(having("postgres", **changes), both) == expected


def test_a_first_deployment_is_in_the_order_of_need(seen: Seen, both: list[Contract]) -> None:
    bare = replace(
        seen, containers=(), images=(), modes={}, definition_current=False,
        environment=EnvironmentSeen(drift={"backend": Names(missing=("DATABASE_URL",))}),
    )  # fmt: skip
    assert planned(bare, both) == [
        "postgres: create, there is no container *",
        "migrate: recreate, postgres is begun anew *",
        "backend: create, there is no container *",
        "frontend: create, there is no container *",
        "host: write, compose.yaml changed",
        "host: write, environment.json: backend.DATABASE_URL added, the image of backend, "
        "the image of frontend, the image of migrate, the image of postgres",
    ]


def test_a_host_without_an_engine_gets_all_but_what_is_switched_off(both: list[Contract]) -> None:
    environment = EnvironmentSeen(names={"backend": ()}, switched_off=("postgres",))
    bare = Seen("todo", EngineState("absent"), environment=environment, problem="no engine")
    assert planned(bare, both) == [
        f"{name}: create, there is no running engine yet *"
        for name in ("backend", "migrate", "frontend")
    ]


def test_the_build_s_reason_is_told_with_the_image(having: Change, both: list[Contract]) -> None:
    built = WantedImage("todo-backend:ee", "sha256:new", "app/health.py changed")
    assert planned(having("migrate"), both, backend=built, migrate=built) == [
        "migrate: create, it never ran *",
        "backend: recreate, todo-backend:latest is another image now (app/health.py changed) *",
        "host: write, environment.json: the image of backend, the image of migrate",
    ]


def test_an_image_by_digest_is_told_without_it(wanting: Change, both: list[Contract]) -> None:
    look = wanting("frontend", image="shop/web:1@sha256:0123")
    [line] = planned(look, both[:1], frontend=WantedImage("todo-frontend:dd", "sha256:new"))
    assert line == "frontend: recreate, shop/web:1 is another image now *"


def test_a_value_that_is_no_longer_given_is_told_by_name(seen: Seen, both: list[Contract]) -> None:
    drift = {"backend": Names(extra=("OPENAI_API_KEY",))}
    written = "host: write, environment.json: backend.OPENAI_API_KEY removed"
    look = replace(seen, environment=replace(seen.environment, drift=drift))
    assert planned(look, both) == [written]  # a file edited by hand, and nothing started with it
    services = tuple(
        replace(one, alone_hash="x", config_hash="x") if one.name == "backend" else one
        for one in look.services
    )
    why = "backend: recreate, its environment changed: OPENAI_API_KEY *"
    assert planned(replace(look, services=services), both) == [why, written]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"definition_current": False}, "write, compose.yaml changed"),
        ({"modes": {"": 0o755}}, "protect, the state folder has the mode 0755"),
        ({"modes": {"secrets.json": 0o640}}, "protect, secrets.json has the mode 0640"),
        ({"modes": {"secrets.json": 0o601}}, "protect, secrets.json has the mode 0601"),
    ],
)
def test_the_stack_s_files_are_part_of_the_plan(
    seen: Seen, both: list[Contract], changes: dict[str, Any], expected: str
) -> None:
    assert planned(replace(seen, **changes), both) == [f"host: {expected}"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"secrets_kept": False}, "secrets.json is not what it is to be"),
        (
            {"secrets_kept": False, "to_make": ("a.B", "c.D")},
            "secrets.json lacks a.B, c.D, which is made",
        ),
        ({"drift": {"backend": Names(different=("A",))}}, "environment.json: backend.A changed"),
        ({"pins": {}},
         "environment.json: the image of backend, the image of frontend, "
         "the image of migrate, the image of postgres"),
    ],
)  # fmt: skip
def test_its_values_are_too(
    seen: Seen, both: list[Contract], changes: dict[str, Any], expected: str
) -> None:
    look = replace(seen, environment=replace(seen.environment, **changes))
    assert planned(look, both) == [f"host: write, {expected}"]


@pytest.mark.parametrize(
    ("leftover", "expected"),
    [
        (container("worker"), ["worker: remove, no longer wanted"]),
        (container("worker", one_off=True), []),
        (container("backend", name="todo-backend-run-1", one_off=True), []),
        (container("backend", name="todo-backend-candidate", one_off=True, image_id="x"),
         ["backend: remove, left over by a run that was ended"]),
        (container("worker", name="todo-worker-candidate", one_off=True),
         ["worker: remove, left over by a run that was ended"]),
    ],
)  # fmt: skip
def test_what_is_left_over_is_taken_away(
    seen: Seen, both: list[Contract], leftover: Any, expected: list[str]
) -> None:
    assert planned(replace(seen, containers=(*seen.containers, leftover)), both) == expected


@pytest.mark.parametrize(
    ("labels", "image_id", "due"),
    [
        ({}, "sha256:b", False),
        ({}, "sha256:older", True),
        ({"todo.stack.name": "todo"}, "sha256:older", True),
        ({"todo.stack.name": "shop"}, "sha256:theirs", False),
        ({"todo.stack.name": "gone"}, "sha256:theirs", True),
    ],
)
def test_latest_follows_what_runs_unless_it_is_another_stack_s(
    seen: Seen, both: list[Contract], labels: dict[str, str], image_id: str, due: bool
) -> None:
    named = {
        "Id": image_id, "RepoTags": ["todo-backend:latest"], "Config": {"Labels": labels},
    }  # fmt: skip
    told = ["backend: tag, todo-backend:latest is another image"]
    here = replace(seen, images=(named, seen.images[1]), others=(OtherContainer("s1", "shop"),))
    assert planned(here, both) == (told if due else [])


def test_latest_is_no_name_of_what_is_not_built_here(seen: Seen, both: list[Contract]) -> None:
    pulled = [both[0], replace(both[1], build=None)]
    assert plan(replace(seen, images=()), pulled, IMAGES) == plan(
        replace(seen, images=()), both[:1], IMAGES
    )


def test_latest_moves_with_a_release_and_needs_no_action_beside_it(
    seen: Seen, having: Change, both: list[Contract]
) -> None:
    look = replace(having("frontend"), images=seen.images[:1])
    assert planned(look, both) == ["frontend: create, there is no container *"]
    assert planned(replace(seen, images=()), both[1:]) == [
        "frontend: tag, todo-frontend:latest is another image"
    ]


@pytest.mark.parametrize(
    ("answer", "due"),
    [
        (ProbeResult(503), True),
        (ProbeResult(200), False),
        (ProbeResult(0, error="connection refused"), False),
        (None, False),
    ],
)
def test_a_service_that_is_not_ready_may_hold_another_password(
    wanting: Change, both: list[Contract], answer: ProbeResult | None, due: bool
) -> None:
    look = wanting("backend", probes={"ready": answer} if answer else {})
    why = "postgres: password, backend is not ready, it may hold another password"
    assert planned(look, both) == ([why] if due else [])


def test_a_database_that_is_due_itself_needs_no_password_before(
    wanting: Change, having: Change, both: list[Contract]
) -> None:
    services = wanting("backend", probes={"ready": ProbeResult(503)}).services
    stopped = replace(having("postgres", state="exited"), services=services)
    assert planned(stopped, both) == ["postgres: start, it is exited (code 0)"]
    elsewhere = replace(having("postgres"), services=services[1:])
    assert planned(elsewhere, both) == []


def test_services_of_no_contract_are_healed_alike(seen: Seen, both: list[Contract]) -> None:
    worker = container("worker", image_id="sha256:w", state="paused")
    look = replace(
        seen, services=(*seen.services, service("worker")), containers=(*seen.containers, worker)
    )
    pins = {**seen.environment.pins, "worker": "worker:1"}
    look = replace(look, environment=replace(seen.environment, pins=pins))
    image = WantedImage("worker:1", "sha256:w")
    assert planned(look, both, worker=image) == ["worker: start, it is paused"]


def test_an_action_is_a_row_of_the_result_and_a_line() -> None:
    action = Action("backend", "recreate", "its configuration changed", new=True)
    assert action.as_result() == {
        "service": "backend", "action": "recreate", "why": "its configuration changed",
    }  # fmt: skip
    assert action.line() == "backend: recreate, its configuration changed"


USED: dict[str, tuple[str, ...]] = {
    "postgres": ("network default", "volume data"),
    "migrate": ("network default", "config app"),
    "backend": ("network default", "config app", "secret key", "volume shared"),
    "frontend": (),
}


def with_parts(seen: Seen, *changed: ChangedPart) -> Seen:
    services = [
        replace(one, parts=USED[one.name], networks=one.networks if USED[one.name] else ())
        for one in seen.services
    ]
    return replace(seen, services=tuple(services), changed=changed)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (ChangedPart("network default", "todo_default"), [
            "host: renew, the network todo_default has other options",
            "postgres: recreate, the network todo_default is made anew",
            "migrate: recreate, postgres is begun anew *",
            "backend: recreate, the network todo_default is made anew",
        ]),
        (ChangedPart("network default"), []),  # gone, or another: containers are not on it
        (ChangedPart("network unused", "todo_unused"), []),
        (ChangedPart("config app"), [
            "migrate: recreate, its config app changed *",
            "backend: recreate, its config app changed *",
        ]),
        (ChangedPart("secret key"), ["backend: recreate, its secret key changed *"]),
        (ChangedPart("volume shared"), ["backend: recreate, its volume shared changed *"]),
        (ChangedPart("volume data", "todo_data"), []),  # refused
    ],
)  # fmt: skip
def test_what_the_compose_file_names_beside_services_is_compared_too(
    seen: Seen, both: list[Contract], changed: ChangedPart, expected: list[str]
) -> None:
    assert planned(with_parts(seen, changed), both) == expected


def test_a_network_is_made_anew_also_where_nothing_is_on_it(
    seen: Seen, both: list[Contract], having: Change
) -> None:
    changed = with_parts(seen, ChangedPart("network default", "todo_default"))
    look = replace(changed, containers=having("backend").containers)
    assert "host: renew, the network todo_default has other options" in planned(look, both)
    assert "backend: create, there is no container *" in planned(look, both)
