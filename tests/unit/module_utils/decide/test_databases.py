"""The stack's own databases, and what a restore of one makes due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import (
    ProblemList,
    StackError,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.model import (
    Contract,
    Embedded,
    Variable,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.databases import (
    Database,
    databases,
    restore_actions,
    restored,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.engine_state import EngineState
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Container,
    EnvironmentSeen,
    Names,
    Seen,
    Service,
)

URL = "postgresql://to%22do:{password}@postgres:5432/all%20tasks"
SERVICES = (
    Service("postgres", keeps_data=True), Service("migrate", one_shot=True), Service("backend"),
    Service("frontend"),
)  # fmt: skip


def contract_of(service: str, names: tuple[str, ...], embedded: Embedded | None) -> Contract:
    env = {"DATABASE_URL": Variable("Database", secret=True, embedded=embedded)}
    return Contract(service, "", "", names, None, None, env if embedded else {})  # type: ignore[arg-type]


POSTGRES = Embedded("postgres", URL, " SELECT v FROM r; ")
CONTRACTS = [
    contract_of("backend", ("backend", "migrate"), POSTGRES),
    contract_of("worker", ("worker",), POSTGRES),
    contract_of("frontend", ("frontend",), None),
]
OWN = Database("postgres", 'to"do', "all tasks", "SELECT v FROM r",
               ("backend", "migrate", "worker"))  # fmt: skip
METRICS = replace(OWN, service="metrics")


def seen_of(*, without: Sequence[str] = (), **changes: Any) -> Seen:
    containers = tuple(
        Container(name, f"todo-{name}-1", name, pid=0 if name == "migrate" else 7)
        for name in ("postgres", "migrate", "backend", "frontend")
        if name not in without
    )
    whole = Seen("todo", EngineState("running"), services=SERVICES, containers=containers,
                 definition_current=True)  # fmt: skip
    return replace(whole, **changes)


def test_a_database_is_told_with_all_who_ask_it() -> None:
    assert databases(CONTRACTS, seen_of()) == [OWN]


def test_one_that_is_given_is_refused_with_the_providers_way() -> None:
    given = seen_of(environment=EnvironmentSeen(switched_off=("postgres",)))
    for ask in (lambda: databases(CONTRACTS, given), lambda: restore_actions(given, CONTRACTS, "")):
        with pytest.raises(ProblemList) as caught:
            ask()
        told = str(caught.value)
        assert "backend.DATABASE_URL: it is given" in told
        assert "worker.DATABASE_URL" in told
        assert "Neon has branches and a restore to a point in time" in told


def test_a_stack_without_a_database_is_refused() -> None:
    with pytest.raises(ProblemList, match="1 problem"):
        databases(CONTRACTS[2:], seen_of())


@pytest.mark.parametrize(
    ("own", "name", "service"),
    [
        ([OWN], "", "postgres"),
        ([OWN], "20260131T101500Z-postgres", "postgres"),
        ([OWN, METRICS], "20260131T101500Z-metrics", "metrics"),
    ],
)
def test_a_backups_name_tells_its_database(own: list[Database], name: str, service: str) -> None:
    assert restored(own, name).service == service


@pytest.mark.parametrize(
    ("own", "name", "told"),
    [
        ([OWN, METRICS], "", "nothing names no backup of postgres, metrics"),
        ([OWN], "20260131T101500Z-metrics", "names no backup of postgres"),
        ([OWN], "postgres", "postgres names no backup of postgres"),
    ],
)
def test_a_name_that_tells_none_is_refused(own: list[Database], name: str, told: str) -> None:
    with pytest.raises(StackError) as caught:
        restored(own, name)
    assert told in str(caught.value)
    assert "such as 20260131T101500Z-postgres" in str(caught.value)


def test_a_restore_is_the_data_what_migrates_it_and_who_asks_it() -> None:
    actions = restore_actions(seen_of(), CONTRACTS, "20260131T101500Z-postgres")
    assert [(one.service, one.action, one.new) for one in actions] == [
        ("postgres", "restore", False), ("migrate", "recreate", True), ("backend", "start", False),
    ]  # fmt: skip
    assert actions[0].why == "from the backup 20260131T101500Z-postgres"
    assert "proven last" in restore_actions(seen_of(), CONTRACTS, "")[0].why


def test_who_is_not_there_is_made() -> None:
    actions = restore_actions(seen_of(without=["backend"]), CONTRACTS, "")
    assert [one.action for one in actions] == ["restore", "recreate", "create"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"without": ["postgres"]}, "postgres: it does not run"),
        ({"definition_current": False}, "the environment or the definition on the host is another"),
        ({"environment": EnvironmentSeen(drift={"backend": Names(missing=("A",))})},
         "the environment or the definition on the host is another"),
    ],
)  # fmt: skip
def test_a_stack_that_is_not_as_wanted_is_not_restored_into(
    changes: dict[str, Any], told: str
) -> None:
    with pytest.raises(ProblemList) as caught:
        restore_actions(seen_of(**changes), CONTRACTS, "")
    assert told in str(caught.value)
    assert "run local.yml or site.yml first" in str(caught.value)
