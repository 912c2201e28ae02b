"""The folder of backups: whole ones, private, and what was cut off swept away."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.backup import (
    Backup,
    Holding,
    Table,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.edge.backups import (
    note,
    path_of,
    prune,
    read_backups,
    settle,
    sweep,
    thin,
    write_file,
)


@pytest.fixture
def state(tmp_path: Path) -> StateDir:
    """Return a stack's folder."""
    found = StateDir(str(tmp_path), "todo")
    Path(found.folder).mkdir(mode=0o700)
    return found


def backup(name: str, **changes: object) -> Backup:
    whole = Backup(name, f"{name}.dump", "2026-01-31T10:15:00+00:00", "todo", "postgres",
                   holding=Holding("0004", {"public.tasks": Table(3, "17")}))  # fmt: skip
    return replace(whole, **changes)  # type: ignore[arg-type]


def made(state: StateDir, name: str, **changes: object) -> Backup:
    one = backup(name, **changes)
    fresh, _written = write_file(state, one.file, [["printf", name]])
    settle(state, fresh, one)
    return one


def names(state: StateDir) -> list[str]:
    return sorted(path.name for path in Path(state.backups).iterdir())


def test_a_backup_is_there_whole_private_and_read_back_as_it_was(state: StateDir) -> None:
    older, newer = made(state, "1"), made(state, "2")
    assert read_backups(state) == [newer, older]
    assert path_of(state, newer).read_text() == "2"
    assert names(state) == ["1.dump", "1.json", "2.dump", "2.json"]
    modes = {stat.S_IMODE(path.stat().st_mode) for path in Path(state.backups).iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE(Path(state.backups).stat().st_mode) == 0o700


def test_one_that_cannot_be_settled_leaves_nothing_of_it(state: StateDir) -> None:
    made(state, "1")
    with pytest.raises(StackError):
        settle(state, Path(state.backups) / ".2.dump.new", backup("2"))
    assert names(state) == ["1.dump", "1.json"]


def test_what_was_cut_off_is_swept_away_and_nothing_else(state: StateDir) -> None:
    made(state, "1")
    note(state, backup("2"))
    (Path(state.backups) / ".3.dump.new").write_text("half")
    (Path(state.backups) / "mine.dump").write_text("somebody's own")
    sweep(state)
    assert names(state) == ["1.dump", "1.json", "mine.dump"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '"text"', '{"name": "2"}', '{"unknown": 1}', "[" * 100_000,
             '{"name": "3", "file": "f", "at": "", "stack": "", "service": ""}'],
    ids=["empty", "torn", "list", "null", "text", "half", "of another version", "deep", "renamed"],
)  # fmt: skip
def test_a_json_that_tells_no_backup_is_none(state: StateDir, text: str) -> None:
    first = made(state, "1")
    (Path(state.backups) / "2.json").write_text(text)
    assert read_backups(state) == [first]


def test_a_file_elsewhere_is_never_meant(state: StateDir) -> None:
    assert path_of(state, backup("1", file="../../secrets.json")).parent == Path(state.backups)


def test_old_ones_go_with_their_json_those_of_other_databases_stay(state: StateDir) -> None:
    made(state, "0", service="other")
    made(state, "1", proven="2026-01-31T10:15:00+00:00")
    for name in ("2", "3", "4"):
        made(state, name)
    assert prune(state, "postgres", 2) == ["2"]
    assert [one.name for one in read_backups(state)] == ["4", "3", "1", "0"]
    assert "2.dump" not in names(state)
    assert prune(state, "postgres", 2) == []


def test_of_a_release_that_fails_again_and_again_the_first_and_the_last_stay(
    state: StateDir,
) -> None:
    made(state, "0", why="before release 4")
    for name in ("1", "2", "3", "4", "5"):
        made(state, name, why="before release 5", proven="x" * (name == "3"))
    made(state, "6", why="before release 5", service="other")
    assert thin(state, "postgres", "before release 5") == ["4", "2"]
    assert [one.name for one in read_backups(state)] == ["6", "5", "3", "1", "0"]
    assert thin(state, "other", "before release 5") == []


def test_where_no_backup_was_made_there_is_none(state: StateDir) -> None:
    sweep(state)
    assert read_backups(state) == []
    assert prune(state, "postgres", 1) == []
