"""One call for backups, under the lock: made, proven, pruned, handed over; or told why not."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.backup import Backup
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import to_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.edge.backups import (
    read_backups,
    settle,
    write_file,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.files import exclusive
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Space
from ansible_collections.todo.stack.plugins.module_utils.release import backup, backups
from ansible_collections.todo.stack.plugins.module_utils.release.backups import (
    back_up_all,
    order_of,
)
from ansible_collections.todo.stack.tests.unit.module_utils.release.conftest import look_at
from ansible_collections.todo.stack.tests.unit.module_utils.release.world import World

PROVEN = "2026-01-31T10:15:00+00:00"
Call = Callable[..., "tuple[list[Backup], list[str]]"]


@pytest.fixture
def call(world: World, spec: StackSpec, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Return a function that asks for backups; ``problem`` is what a drill finds."""
    monkeypatch.setattr(backup, "free_space", lambda path: Space(path, 10**9))
    made: list[str] = []

    def back_up(state: Any, _server: Any, service: str, _keeping: Any, *, why: str) -> Any:
        name = f"{len(made) + 1}-{service}"
        made.append(name)
        fresh, written = write_file(state, f"{name}.dump", [["printf", name]])
        one = Backup(name, f"{name}.dump", "", "todo", service, why=why, bytes=written.bytes,
                     sha256=written.sha256)  # fmt: skip
        settle(state, fresh, one)
        return one

    def start(problem: str = "", *, holds: bool = True, **options: Any) -> Any:
        class Held:
            def __init__(self, *given: Any) -> None:
                assert given[3] == "todo-postgres-1"

            def prove(self, one: Backup) -> Backup:
                return replace(one, proven="" if problem else PROVEN, problem=problem)

        monkeypatch.setattr(backups, "Drill", Held)
        monkeypatch.setattr(backups, "back_up", back_up if holds else lambda *_, **__: None)
        params = {
            "contracts": [to_plain(one) for one in spec.contracts],
            "seen": json.dumps(to_plain(look_at(world, spec).seen)),
            "state_dir": spec.state_dir, "name": "", "drill": True, "backups": {}, "fetch_to": "",
            "by": "ops", **options,
        }  # fmt: skip
        return back_up_all(DockerCli(world), order_of(params))

    return start


def test_a_backup_is_made_and_proven(call: Call, spec: StackSpec) -> None:
    [made], pruned = call()
    assert (made.name, made.why, made.proven, pruned) == ("1-postgres", "asked for", PROVEN, [])
    assert not (Path(spec.state.folder) / "lock").exists()


def test_old_ones_go_only_once_the_new_one_is_whole(call: Call, spec: StackSpec) -> None:
    for _ in range(3):
        call(drill=False, backups={"keep": 3})
    with pytest.raises(StackError):
        call("public.tasks is missing", backups={"keep": 1})
    assert len(read_backups(spec.state)) == 4
    assert call(backups={"keep": 2})[1] == ["3-postgres", "2-postgres", "1-postgres"]


def test_one_that_is_not_whole_is_told_and_kept(call: Call, spec: StackSpec) -> None:
    with pytest.raises(StackError) as caught:
        call("public.tasks is missing")
    told = str(caught.value)
    assert "the backup 1-postgres cannot be counted on: public.tasks is missing" in told
    assert "the last proven one is kept" in told
    assert [one.name for one in read_backups(spec.state)] == ["1-postgres"]


def test_one_that_is_there_is_proven_again(call: Call, spec: StackSpec) -> None:
    call(drill=False)
    [again], _ = call(name="1-postgres")
    assert again.proven == PROVEN
    assert len(read_backups(spec.state)) == 1
    with pytest.raises(StackError, match="there is no backup 9-postgres"):
        call(name="9-postgres")


def test_where_there_is_nothing_it_is_said(call: Call) -> None:
    with pytest.raises(StackError, match="it holds no row: there is nothing to back up"):
        call(holds=False)


def test_a_copy_is_its_fetchers_alone(call: Call, tmp_path: Path) -> None:
    folder = tmp_path / "remote"
    folder.mkdir(mode=0o700)
    call(fetch_to=str(folder))
    assert sorted(one.name for one in folder.iterdir()) == ["1-postgres.dump", "1-postgres.json"]
    assert {stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir()} == {0o600}


def test_a_database_that_does_not_run_is_told(
    call: Call, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.boxes = [box for box in world.boxes if box.service != "postgres"]
    with pytest.raises(StackError, match="it does not run") as caught:
        call()
    assert caught.value.where == "postgres"


def test_while_another_run_is_under_way_it_waits_and_names_it(
    call: Call, spec: StackSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups, "LOCK_SECONDS", 0.0)
    folder = Path(spec.state.folder)
    folder.mkdir(parents=True)
    with exclusive(folder):
        (folder / "lock").write_text("ops on laptop\n")
        with pytest.raises(StackError, match="ops on laptop"):
            call()
