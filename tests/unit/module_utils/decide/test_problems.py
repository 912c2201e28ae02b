"""A host's measurements become problems with numbers, names and remedies."""

from __future__ import annotations

from collections.abc import Callable
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
from ansible_collections.todo.stack.plugins.module_utils.decide.problems import (
    host_problems,
    image_problems,
    memory_problems,
)
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    ChangedPart,
    Inside,
    OtherContainer,
    PortUse,
    Process,
    Seen,
    Space,
)
from ansible_collections.todo.stack.tests.unit.module_utils.decide.conftest import (
    ENGINE,
    IMAGES,
    container,
)

NO_ENGINE = EngineState("absent", "there is none", "install it")
MEGABYTE = 1_000_000
SWAPPED = [Action("backend", "recreate", "why", new=True)]


def lines(seen: Seen, *, managed: bool = False) -> list[str]:
    found = host_problems(seen, "127.0.0.1", min_free_bytes=3_000_000_000, engine_managed=managed)
    return [problem.line() for problem in found]


def test_a_good_host_has_no_problems(seen: Seen) -> None:
    good = replace(seen, space=(Space("/", 3_000_000_000, 50_000), Space("/x", 9**12, None)))
    assert lines(replace(good, ports=(PortUse("backend", 8000),))) == []


@pytest.mark.parametrize(
    ("state", "managed", "told"),
    [
        ("absent", False, True), ("absent", True, False),
        ("stopped", False, True), ("stopped", True, False),
        ("permission_denied", True, True), ("wrong_docker_host", True, True),
    ],
)  # fmt: skip
def test_an_engine_is_a_problem_unless_a_role_will_mend_it(
    seen: Seen, state: str, managed: bool, told: bool
) -> None:
    down = replace(seen, engine=replace(NO_ENGINE, state=state), ip_forward=False)
    expected = ["docker engine: there is none -> install it"] if told else []
    assert lines(down, managed=managed) == expected


def test_an_old_engine_is_a_problem_unless_a_role_updates_it(seen: Seen) -> None:
    old = replace(seen, engine=replace(ENGINE, server_version="20.10.24", buildx_version=""))
    assert len(lines(old)) == 2
    assert lines(old, managed=True) == []


PROBLEMS: list[tuple[dict[str, Any], list[str]]] = [
    (
        {"ports": (PortUse("backend", 8000, "nginx (pid 812)"), PortUse("frontend", 3000))},
        ["port 8000 of backend: is taken by nginx (pid 812) -> stop it, or give it another port"],
    ),
    (
        {"ports": (PortUse("a", 1, foreign_address=True), PortUse("b", 2, foreign_address=True))},
        [
            "stack_bind_address: 127.0.0.1 is no address of this host"
            " -> choose an address that `ip address` lists; 0.0.0.0 is every one"
        ],
    ),
    (
        {"space": (Space("/data", 2_999_999_999, 49_999),)},
        [
            "disk at /data: 3.0 GB free, 3.0 GB needed -> make room, e.g. docker system prune",
            "disk at /data: 49999 inodes free, 50000 needed"
            " -> remove small files, e.g. old logs or caches",
        ],
    ),
    (
        {"ip_forward": False},
        [
            "net.ipv4.ip_forward: is 0: containers are cut off"
            " -> sysctl -w net.ipv4.ip_forward=1, and keep it in /etc/sysctl.d"
        ],
    ),
    (
        {"containers": (container("web", ours=False), container("x", ours=False, one_off=True))},
        [
            "container todo-web-1 (project todo): lacks the label todo.stack.service: another"
            " stack has the same project name -> remove it, or rename that project"
        ],
    ),
    (
        {"others": (OtherContainer("todo-backend-1", ""), OtherContainer("todo-backend-2", ""),
                    OtherContainer("todo-postgres-1", "shop"))},
        [
            "container todo-backend-1: has the name of a container of this stack, but is none of"
            " it -> rename or remove it",
            "container todo-postgres-1 (project shop): has the name of a container of this stack,"
            " but is none of it -> rename or remove it",
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), PROBLEMS)
def test_what_stands_in_the_way_is_told_with_figures_and_remedy(
    seen: Seen, changes: dict[str, Any], expected: list[str]
) -> None:
    assert lines(replace(seen, **changes)) == expected


def test_a_namesake_is_known_by_the_name_that_compose_gives(
    seen: Seen, wanting: Callable[..., Seen]
) -> None:
    other = (OtherContainer("the-database", ""),)
    assert lines(replace(seen, others=other)) == []
    renamed = replace(wanting("postgres", container_name="the-database"), others=other)
    assert lines(renamed)[0].startswith("container the-database: has the name of")


def test_before_there_is_an_engine_names_are_known_by_the_environment(seen: Seen) -> None:
    other = (OtherContainer("todo-backend-1", ""),)
    assert lines(replace(seen, services=(), others=other))[0].startswith("container todo-backend-1")


def taking(*megabytes: int) -> Inside:
    processes = [Process(i, "p", (1,), 0, True, one * MEGABYTE) for i, one in enumerate(megabytes)]
    return Inside(processes=tuple(processes))


@pytest.mark.parametrize(
    ("inside", "limit", "needed"),
    [
        (taking(100, 20), 0, 240),
        (taking(100, 20), 200, 200),
        (taking(100, 20), 900, 240),
        (taking(), 0, 128),
        (taking(), 64, 64),
        (taking(), 900, 128),
    ],
)
def test_a_candidate_needs_twice_what_runs_takes_within_its_limit(
    seen: Seen, inside: Inside, limit: int, needed: int
) -> None:
    look = replace(
        seen,
        services=tuple(replace(one, memory_bytes=limit * MEGABYTE) for one in seen.services),
        containers=tuple(replace(one, inside=inside) for one in seen.containers),
    )
    enough = replace(look, available_memory_bytes=needed * MEGABYTE)
    assert memory_problems(enough, SWAPPED) == []
    [problem] = memory_problems(replace(look, available_memory_bytes=1), SWAPPED)
    assert problem.line() == (
        f"memory of the host: 0 MB are available, and {needed} MB are needed to try backend"
        " beside what runs -> free some, or give the host more"
    )


@pytest.mark.parametrize(
    "action",
    [
        Action("backend", "recreate", "not new"),
        Action("backend", "start", "why"),
        Action("postgres", "recreate", "keeps data", new=True),
        Action("migrate", "recreate", "a one-shot", new=True),
        Action("gone", "recreate", "no such service", new=True),
    ],
)
def test_what_is_not_tried_beside_another_needs_no_memory(seen: Seen, action: Action) -> None:
    assert memory_problems(seen, [action]) == []


def test_those_that_do_not_run_are_not_tried_beside(
    seen: Seen, having: Callable[..., Seen]
) -> None:
    assert memory_problems(having("backend", pid=0, state="exited"), SWAPPED) == []


def test_only_those_that_are_tried_are_named(seen: Seen, both: list[Contract]) -> None:
    old = tuple(replace(one, image_id="old") for one in seen.containers)
    look = replace(seen, containers=old)
    [problem] = memory_problems(look, plan(look, both, IMAGES))
    assert "256 MB are needed to try backend, frontend beside" in problem.line()


def test_an_image_that_nothing_brings_is_told_for_its_service() -> None:
    images = {**IMAGES, "worker": WantedImage("worker:1", "")}
    assert [one.line() for one in image_problems(images)] == [
        "image of worker: there is no image worker:1"
        " -> build it with the role images, or have it with the role base_images"
    ]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (ChangedPart("volume data", "todo_data"), True),
        (ChangedPart("volume data"), False),
        (ChangedPart("volume unused", "todo_unused"), False),
        (ChangedPart("network default", "todo_default"), False),
    ],
)
def test_a_volume_with_other_options_is_refused_for_what_it_holds(
    seen: Seen, changed: ChangedPart, told: bool
) -> None:
    services = [replace(one, parts=("volume data", "network default")) for one in seen.services]
    found = lines(replace(seen, services=tuple(services), changed=(changed,)))
    assert [one.partition(" -> ")[0] for one in found] == (
        ["volume todo_data: compose.yaml gives it other options, which only a new and empty "
         "volume would have"] if told else []
    )  # fmt: skip
