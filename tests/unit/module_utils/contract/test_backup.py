"""What a backup tells: compared with what was found, chosen by name, kept or let go."""

from __future__ import annotations

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.backup import (
    Backup,
    Holding,
    Table,
    chosen,
    dispensable,
    major_of,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError

TASKS, USERS = Table(3, "17"), Table(1, "-4")
WAS = Holding("0004", {"public.tasks": TASKS, "public.users": USERS, "public.empty": Table(0, "0")})


def found(revision: str = "0004", **tables: Table | None) -> Holding:
    changed = {f"public.{name}": one for name, one in tables.items()}
    whole = {**WAS.tables, **changed}
    return Holding(revision, {name: one for name, one in whole.items() if one is not None})


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (found(), []),
        (found("0003"), ["its schema is 0003, not 0004"]),
        (found(""), ["its schema is none, not 0004"]),
        (found(tasks=Table(2, "17")), ["public.tasks holds 2 rows, not 3"]),
        (found(tasks=Table(3, "18")), ["public.tasks holds other values"]),
        (found(users=None), ["public.users is missing"]),
        (found(more=Table(0, "0")), ["public.more is too much"]),
        (found(empty=None), ["public.empty is missing"]),
        (found("0005", tasks=None, users=Table(9, "9")),
         ["its schema is 0005, not 0004", "public.tasks is missing",
          "public.users holds 9 rows, not 1"]),
    ],
)  # fmt: skip
def test_every_difference_is_told(now: Holding, told: list[str]) -> None:
    assert WAS.faults(now) == told


@pytest.mark.parametrize(
    ("now", "adds"),
    [
        (found(), []),
        (Holding(), []),
        (found(tasks=Table(0, "0")), []),
        (found(tasks=Table(3, "18")), ["public.tasks"]),
        (found(tasks=Table(4, "17"), more=Table(1, "1")), ["public.more", "public.tasks"]),
    ],
)
def test_what_a_backup_lacks_is_told_by_table(now: Holding, adds: list[str]) -> None:
    assert now.adds(WAS) == adds


def backup(name: str, *, proven: bool = False) -> Backup:
    return Backup(name, f"{name}.dump", "", "todo", "postgres",
                  proven="2026-01-31T10:15:00+00:00" if proven else "")  # fmt: skip


FIVE = [backup("5"), backup("4"), backup("3", proven=True), backup("2", proven=True), backup("1")]


@pytest.mark.parametrize(("name", "expected"), [("", "3"), ("5", "5"), ("1", "1")])
def test_the_newest_proven_one_is_meant_unless_one_is_named(name: str, expected: str) -> None:
    assert chosen(FIVE, name).name == expected


@pytest.mark.parametrize(
    ("backups", "name", "told"),
    [
        (FIVE, "6", "there is no backup 6; there are: 5, 4, 3, 2, 1"),
        ([], "6", "there are: none"),
        (FIVE[:2], "", "no backup was proven yet -> playbooks/backup.yml"),
        ([], "", "no backup was proven yet"),
    ],
)
def test_what_is_not_there_is_told(backups: list[Backup], name: str, told: str) -> None:
    with pytest.raises(StackError) as caught:
        chosen(backups, name)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("keep", "gone"),
    [
        (1, ["4", "2", "1"]), (2, ["2", "1"]), (3, ["2", "1"]), (4, ["1"]), (5, []), (9, []),
        (0, ["4", "2", "1"]),
    ],
)  # fmt: skip
def test_the_last_proven_one_is_never_let_go(keep: int, gone: list[str]) -> None:
    assert [one.name for one in dispensable(FIVE, keep)] == gone


@pytest.mark.parametrize(
    ("server", "major"), [("17.6", 17), ("9.6.1", 9), ("18beta1", 18), ("", 0), ("none", 0)]
)
def test_the_major_version_is_that_of_the_server(server: str, major: int) -> None:
    assert major_of(server) == major
