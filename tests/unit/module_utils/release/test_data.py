"""What a release does with data: a backup before a migration, nothing where none is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import Action
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    EnvironmentSeen,
    Seen,
)
from ansible_collections.todo.stack.plugins.module_utils.release import data
from ansible_collections.todo.stack.plugins.module_utils.release.backup import Keeping
from ansible_collections.todo.stack.plugins.module_utils.release.data import (
    BackUpFirst,
    Untouched,
    data_of,
)
from ansible_collections.todo.stack.plugins.module_utils.release.restore import Restoring, Wanted
from ansible_collections.todo.stack.tests.unit.module_utils.release.conftest import (
    Make,
    look_at,
)
from ansible_collections.todo.stack.tests.unit.module_utils.release.world import ENDED, World

KEEPING = Keeping(keep=3)


def chosen(
    spec: StackSpec, seen: Seen, due: Sequence[str], restore: Wanted | None = None
) -> data.Data:
    actions = [Action(name, "recreate", "a reason", new=True) for name in due]
    return data_of(spec, seen, actions, KEEPING, restore)


@pytest.mark.parametrize(
    ("due", "changes", "kind"),
    [
        (["migrate", "backend"], {}, BackUpFirst),
        (["postgres", "migrate"], {}, BackUpFirst),
        (["backend", "frontend"], {}, Untouched),
        (["postgres"], {}, Untouched),
        ([], {}, Untouched),
        # One that was never there holds nothing, one that is given is not ours.
        (["postgres", "migrate", "backend"], {"containers": ()}, Untouched),
        (["migrate"], {"environment": EnvironmentSeen(switched_off=("postgres",))}, Untouched),
    ],
)
def test_only_a_migration_of_a_database_that_is_there_has_a_backup_made(
    world: World, spec: StackSpec, due: list[str], changes: Any, kind: type
) -> None:
    seen = replace(look_at(world, spec).seen, **changes)
    assert type(chosen(spec, seen, due)) is kind


def test_a_restore_is_of_the_release_that_runs(world: World, spec: StackSpec) -> None:
    found = chosen(spec, look_at(world, spec).seen, ["migrate"], Wanted("1-postgres"))
    assert isinstance(found, Restoring)
    assert (found.release, found.database.side) == (0, "tasks_restoring")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what is noted of backups that are made and pruned."""
    noted: list[str] = []

    def back_up(*given: Any, why: str) -> object:
        noted.append(f"{given[2]}: {why}")
        return object()

    monkeypatch.setattr(data, "back_up", back_up)
    monkeypatch.setattr(data, "thin", lambda *given: noted.append(f"thin {given[2]}"))
    monkeypatch.setattr(data, "prune", lambda *given: noted.append(f"keep {given[2]}"))
    return noted


def test_the_backup_is_made_before_the_migration_and_old_ones_go(
    make: Make, world: World, spec: StackSpec, asked: list[str]
) -> None:
    transaction = make({"migrate": "recreate", "backend": "recreate"})
    transaction.data = chosen(spec, look_at(world, spec).seen, ["migrate"])
    transaction.carry_out()
    assert asked == ["postgres: before release 1", "thin before release 1", "keep 3"]


def test_a_migration_that_fails_keeps_its_backup_and_the_older_ones(
    make: Make, world: World, spec: StackSpec, asked: list[str]
) -> None:
    world.scripts["new", "todo-migrate-1"] = [ENDED]
    transaction = make({"migrate": "recreate"})
    transaction.data = chosen(spec, look_at(world, spec).seen, ["migrate"])
    with pytest.raises(StackError):
        transaction.carry_out()
    assert asked == ["postgres: before release 1", "thin before release 1"]


def test_without_a_backup_nothing_is_migrated(
    make: Make, world: World, spec: StackSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise StackError("the disk is full", where="/state/backups", remedy="make room there")

    monkeypatch.setattr(data, "back_up", full)
    transaction = make({"migrate": "recreate", "backend": "recreate"})
    transaction.data = chosen(spec, look_at(world, spec).seen, ["migrate"])
    before = world.running()
    with pytest.raises(StackError) as caught:
        transaction.carry_out()
    told = str(caught.value)
    assert "/state/backups: no backup could be made before the migration: the disk is full" in told
    assert "the version before serves on -> make room there" in told
    assert not [line for line in world.done if line.startswith(("up", "try"))]
    assert world.running() == before
    assert not Path(spec.state.backups).exists()
