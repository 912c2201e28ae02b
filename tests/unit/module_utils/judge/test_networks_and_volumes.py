"""Networks of containers, and the room on their volumes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.judge.check import Check
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Seen, Space

MEGABYTE, GIGABYTE = 1_000_000, 1_000_000_000
Judged = Callable[..., dict[str, Check]]
Changed = Callable[..., Seen]


@pytest.mark.parametrize("service", ["backend", "postgres"])
@pytest.mark.parametrize(
    ("attached", "lost", "said"),
    [
        ({}, {"todo_default", "todo_database"}, "not attached to todo_database"),
        ({"bridge": "172.17.0.2"}, set(), "attached, and should not be, to bridge; "),
        ({"todo_database": ""}, set(), "without an address on todo_database; "),
    ],
)
def test_any_other_set_fails_naming_the_difference(
    *, judged: Judged, seen: Seen, changed: Changed, service: str, attached: dict[str, str],
    lost: set[str], said: str,
) -> None:  # fmt: skip
    (own,) = seen.of_service(service)
    networks = {k: v for k, v in {**own.networks, **attached}.items() if k not in lost}
    check = judged(changed(service, networks=networks))[f"{service}.networks"]
    assert not check.passed
    assert said in check.message
    assert check.message.endswith("run playbooks/local.yml, which builds and starts the stack")


def test_the_measured_networks_are_those_of_the_limit(judged: Judged) -> None:
    check = judged()["backend.networks"]
    assert check.measured == check.limit == "todo_database, todo_default"


@pytest.mark.parametrize(
    ("wanted", "attached", "passed"),
    [
        ({"networks": (), "host_network": True}, {"host": ""}, True),
        ({"networks": (), "host_network": True}, {"todo_default": "172.18.0.9"}, False),
        ({"networks": ()}, {}, False),
        ({"networks": ()}, {"none": ""}, True),
        ({"networks": ()}, {"host": ""}, False),
    ],
)
def test_a_service_without_networks_of_its_own(
    *, judged: Judged, changed: Changed, served: Changed, wanted: dict[str, Any],
    attached: dict[str, str], passed: bool,
) -> None:  # fmt: skip
    look = changed("postgres", networks=attached)
    look = replace(look, services=served("postgres", **wanted).services)
    assert judged(look)["postgres.networks"].passed is passed


def test_a_one_shot_that_has_ended_is_on_no_network(judged: Judged, changed: Changed) -> None:
    check = judged(changed("migrate", networks={}))["migrate.networks"]
    assert (check.passed, check.measured) == (True, "ended")
    running = changed("migrate", state="running", pid=9, networks={})
    assert not judged(running)["migrate.networks"].passed


def space(free: int, whole: int, inodes: tuple[int | None, int] = (None, 0)) -> Space:
    return Space("/data", free, inodes[0], whole, inodes[1])


@pytest.mark.parametrize(
    ("volume", "measured", "said"),
    [
        (space(60 * GIGABYTE, 100 * GIGABYTE), "60 % free at /data", ""),
        (space(1 * GIGABYTE, 1000 * GIGABYTE), "0 % free at /data", ""),
        (space(999 * MEGABYTE, 1000 * GIGABYTE), "0 % free at /data", "/data is full (999.0 of"),
        (space(0, 100 * MEGABYTE), "0 % free at /data", "/data is full (0.0 of 100.0 MB left)"),
        (space(4 * MEGABYTE, 100 * MEGABYTE), "4 % free at /data", "make room on its disk"),
        (space(5 * MEGABYTE, 100 * MEGABYTE), "5 % free at /data", ""),
        (space(50, 100, (0, 1000)), "50 % and 0 % of inodes free at /data",
         "/data is out of inodes (0 of 1000 left)"),
        (space(50, 100, (9, 1000)), "50 % and 0 % of inodes free at /data", "out of inodes"),
        (space(50, 100, (10, 1000)), "50 % free at /data", ""),
        (space(50, 100, (10_000, 90_000_000)), "50 % free at /data", ""),
        (space(50, 100, (0, 0)), "50 % free at /data", ""),
    ],
)  # fmt: skip
def test_a_full_volume_is_seen_before_it_stops_the_service(
    *, judged: Judged, seen: Seen, changed: Changed, volume: Space, measured: str, said: str
) -> None:
    inside = replace(seen.of_service("postgres")[0].inside, volumes=(volume,))
    check = judged(changed("postgres", inside=inside))["postgres.volumes"]
    assert (check.passed, check.measured) == (not said, measured)
    assert said in check.message


def test_a_volume_that_is_not_mounted_is_no_volume(
    judged: Judged, seen: Seen, changed: Changed
) -> None:
    inside = replace(seen.of_service("postgres")[0].inside, volumes=())
    check = judged(changed("postgres", inside=inside))["postgres.volumes"]
    assert (check.passed, check.measured) == (False, "none")


def test_whatever_a_service_writes_to_is_looked_at(
    judged: Judged, seen: Seen, changed: Changed
) -> None:
    inside = replace(seen.of_service("backend")[0].inside, volumes=(space(0, 100),))
    assert not judged(changed("backend", inside=inside))["backend.volumes"].passed
