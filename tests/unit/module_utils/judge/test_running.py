"""Whether services run: state, health, restarts, image, replicas; one-shots have ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.judge.check import Check
from ansible_collections.todo.stack.plugins.module_utils.look.observation import End, Inside, Seen

Judged = Callable[..., dict[str, Check]]
Changed = Callable[..., Seen]


@pytest.mark.parametrize("service", ["backend", "postgres"])
@pytest.mark.parametrize(
    ("changes", "measured", "said"),
    [
        ({"state": "restarting", "pid": 0, "exit_code": 3}, "restarting, exit code 3", "may say"),
        ({"state": "exited", "pid": 0, "oom_killed": True},
         "exited, killed by its memory limit", "docker logs"),
        ({"state": "dead", "pid": 0, "exit_code": 1}, "dead, exit code 1", "local.yml"),
        ({"state": "paused"}, "paused", "docker unpause todo-"),
        ({"state": "created", "pid": 0, "error": "address already in use"},
         "created", "address already in use"),
        ({"health": "starting"}, "running, starting", "its healthcheck says: starting"),
        ({"health": "unhealthy"}, "running, unhealthy", "its healthcheck says: unhealthy"),
        ({"health": "none"}, "running, none", "its healthcheck says: none"),
        ({"image_id": "sha256:older"}, "running, healthy, another image", "it does not run "),
    ],
)  # fmt: skip
def test_only_running_and_healthy_passes_with_a_contract_and_without(
    *, judged: Judged, changed: Changed, service: str, changes: dict[str, Any], measured: str,
    said: str,
) -> None:  # fmt: skip
    check = judged(changed(service, **changes))[f"{service}.running"]
    assert (check.passed, check.measured) == (False, measured)
    assert said in check.message


def test_the_wanted_image_is_the_one_that_the_environment_names(judged: Judged, seen: Seen) -> None:
    newer = replace(seen.environment, pins={"backend": "todo-backend:ff"})
    check = judged(replace(seen, environment=newer))["backend.running"]
    assert not check.passed
    assert "there is no image todo-backend:ff" in check.message
    unpinned = replace(seen.environment, pins={})
    assert judged(replace(seen, environment=unpinned))["backend.running"].passed


@pytest.mark.parametrize(("carried", "passed"), [("alone", True), ("both", True), ("x", False)])
def test_a_container_is_what_the_compose_file_says(
    judged: Judged, seen: Seen, carried: str, passed: bool
) -> None:
    services = tuple(
        replace(one, alone_hash="alone", config_hash="both") if one.name == "postgres" else one
        for one in seen.services
    )
    containers = tuple(
        replace(one, config_hash=carried) if one.service == "postgres" else one
        for one in seen.containers
    )
    check = judged(replace(seen, services=services, containers=containers))["postgres.running"]
    assert check.passed is passed
    assert passed or "as compose.yaml says" in check.message


def test_a_service_without_a_healthcheck_is_named_by_hardening(
    judged: Judged, seen: Seen, changed: Changed
) -> None:
    settings = {**seen.of_service("postgres")[0].settings, "Healthcheck": {"Test": ["NONE"]}}
    checks = judged(changed("postgres", settings=settings, health="none"))
    assert (checks["postgres.running"].passed, checks["postgres.hardening"].passed) == (True, False)
    assert checks["postgres.running"].measured == "running, no healthcheck"


@pytest.mark.parametrize(("uptime", "passed"), [(5.0, False), (59.9, False), (600.0, True)])
@pytest.mark.parametrize("service", ["backend", "postgres"])
def test_a_container_that_just_came_back_may_be_in_a_crash_loop(
    *, judged: Judged, seen: Seen, changed: Changed, service: str, uptime: float, passed: bool
) -> None:
    inside = replace(seen.of_service(service)[0].inside, uptime_seconds=uptime)
    back = changed(service, restarts=2, ends=(End(1, False), End(137, True)), inside=inside)
    check = judged(back)[f"{service}.running"]
    assert (check.passed, check.measured) == (passed, "running, healthy, 2 restarts")
    assert check.message.endswith("2 restarts, last cause: killed by its memory limit")


def test_two_good_replicas_pass(judged: Judged, seen: Seen, served: Changed) -> None:
    (one,) = seen.of_service("postgres")
    two = replace(one, id="two", name="todo-postgres-2", number=2)
    whole = replace(served("postgres", replicas=2), containers=(*seen.containers, two))
    checks = judged(whole)
    assert checks["postgres.running"].measured == "2 of 2 running, healthy"
    assert checks["postgres.running"].limit == "2 of 2 running, healthy"
    assert all(check.passed for check in checks.values())


@pytest.mark.parametrize(
    ("changes", "criterion", "measured", "said"),
    [
        ({"state": "exited", "pid": 0, "exit_code": 137, "inside": Inside()}, "running",
         "1 of 2 running, healthy; 1 of 2 exited, exit code 137", "todo-postgres-2: `docker logs"),
        ({"networks": {}}, "networks", "1 of 2 todo_database; 1 of 2 none",
         "todo-postgres-2: not attached to todo_database"),
    ],
)  # fmt: skip
def test_the_bad_one_of_two_replicas_is_named(
    *, judged: Judged, seen: Seen, served: Changed, changes: dict[str, Any], criterion: str,
    measured: str, said: str,
) -> None:  # fmt: skip
    (one,) = seen.of_service("postgres")
    two = replace(one, id="two", name="todo-postgres-2", number=2, **changes)
    half = replace(served("postgres", replicas=2), containers=(*seen.containers, two))
    check = judged(half)[f"postgres.{criterion}"]
    assert (check.passed, check.measured) == (False, measured)
    assert check.message.startswith(said)


@pytest.mark.parametrize("wanted", [2, 0])
def test_as_many_replicas_as_wanted_have_to_be_there(
    judged: Judged, served: Changed, wanted: int
) -> None:
    check = judged(served("postgres", replicas=wanted))["postgres.running"]
    assert not check.passed
    assert f"replicas: 1 there, {wanted} wanted; run " in check.message


@pytest.mark.parametrize(
    ("changes", "measured", "said"),
    [
        ({"exit_code": 1}, "exited, exit code 1", "docker logs todo-migrate-1"),
        ({"state": "running", "pid": 9}, "running", "it has not ended yet"),
        ({"state": "paused", "pid": 9}, "paused", "docker unpause"),
        ({"state": "created"}, "created", "docker logs"),
        ({"oom_killed": True, "exit_code": 137}, "exited, killed by its memory limit", "local"),
        ({"image_id": "sha256:older"}, "ended, exit code 0, another image", "does not run"),
    ],
)
def test_a_one_shot_has_to_have_ended_well(
    judged: Judged, changed: Changed, changes: dict[str, Any], measured: str, said: str
) -> None:
    check = judged(changed("migrate", **changes))["migrate.running"]
    assert (check.passed, check.measured, check.limit) == (False, measured, "ended, exit code 0")
    assert said in check.message


@pytest.mark.parametrize(
    ("recorded", "passed"),
    [("sha256:aa h1", True), ("sha256:aa h0", False), ("sha256:old h1", False),
     ("sha256:aa ", False), ("", False)],
)  # fmt: skip
def test_a_one_shot_that_was_pruned_is_judged_by_the_releases_record(
    judged: Judged, seen: Seen, changed: Changed, recorded: str, passed: bool
) -> None:
    release = replace(seen.release, one_shots={"migrate": recorded})
    checks = judged(replace(changed("migrate"), release=release))
    own = [check for check in checks.values() if check.service == "migrate"]
    assert {check.passed for check in own} == {passed}
    assert {check.measured for check in own} == {"ended" if passed else "no container"}


def test_a_service_that_is_to_stay_is_not_excused_by_a_record(
    judged: Judged, seen: Seen, served: Changed
) -> None:
    release = replace(seen.release, one_shots={"backend": "sha256:aa h2"})
    gone = replace(served("backend", alone_hash="h2"), release=release, containers=())
    checks = judged(gone)
    assert not any(checks[f"backend.{one}"].passed for one in ("running", "networks", "hardening"))


def test_an_image_that_is_not_there_is_nobodys_good_end(
    judged: Judged, seen: Seen, changed: Changed
) -> None:
    release = replace(seen.release, one_shots={"migrate": " h1"})
    gone = replace(changed("migrate"), release=release, images=())
    assert not judged(gone)["migrate.running"].passed
