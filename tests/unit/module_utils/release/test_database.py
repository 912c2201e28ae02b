"""The statement that gives a database its password, and how it reaches psql."""

from __future__ import annotations

import re

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Embedded
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.release import database
from ansible_collections.todo.stack.plugins.module_utils.release.database import (
    Change,
    change_of,
    change_password,
    psql_argv,
    statement,
)
from ansible_collections.todo.stack.tests.unit.fakes import FakeDocker
from ansible_collections.todo.stack.tests.unit.module_utils.release.world import Clock

EMBEDDED = Embedded("postgres", "postgresql://to%22do:{password}@postgres:5432/tasks")
HOSTILE = ["plain", "it's", 'a"b', "back\\slash", "\\'; DROP ROLE todo; --", "line\nbreak", "€"]


def read_back(sql: str) -> str:
    """Return the password that PostgreSQL reads out of an escape string."""
    found = re.search(r"PASSWORD E'(.*)';\n$", sql, re.DOTALL)
    assert found
    assert not re.search(r"(?<!\\)(\\\\)*'", found[1]), "the text ends before its end"
    return re.sub(r"\\(.)", r"\1", found[1], flags=re.DOTALL)


@pytest.mark.parametrize("password", HOSTILE)
def test_a_password_arrives_as_it_is(password: str) -> None:
    sql = statement(change_of(EMBEDDED, "todo-postgres-1", password))
    assert read_back(sql) == password
    assert 'ALTER ROLE "to""do" ' in sql
    assert sql.index("log_min_error_statement") < sql.index("ALTER ROLE")


def test_the_role_and_the_database_are_those_of_the_url() -> None:
    change = change_of(EMBEDDED, "todo-postgres-1", "p")
    assert change == Change("todo-postgres-1", "postgres", 'to"do', "tasks", "p")
    argv = psql_argv(change)
    assert argv[:4] == ["exec", "--interactive", "todo-postgres-1", "psql"]
    assert argv[-2:] == ['--username=to"do', "--dbname=tasks"]


@pytest.mark.parametrize("refusals", [0, 3])
def test_a_database_that_is_not_up_yet_is_asked_again(
    refusals: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    run = FakeDocker({"exec": (2, "", "the database system is starting up")})

    def start(spent: float) -> None:
        if spent >= refusals:
            run.answers.clear()

    clock.slept = start
    start(0)
    monkeypatch.setattr(database, "time", clock)
    change_password(DockerCli(run), change_of(EMBEDDED, "todo-postgres-1", "p"))
    assert len(run.asked) == refusals + 1
    assert "E'p'" in run.options[0]["data"]
    assert clock.now == 1000 + refusals


def test_one_that_never_takes_it_is_told_without_the_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock()
    monkeypatch.setattr(database, "time", clock)
    run = FakeDocker({"exec": (3, "E'marker'", "ERROR at E'marker'")})
    with pytest.raises(StackError, match="psql ended with code 3") as caught:
        change_password(DockerCli(run), change_of(EMBEDDED, "todo-postgres-1", "marker"))
    assert "marker" not in str(caught.value)
    assert clock.now == 1060
