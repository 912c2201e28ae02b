"""The stack's folder: its own, adopted from the layout before, its releases kept to five."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.edge.state import (
    adopt,
    as_it_is,
    forget_files,
    modes,
    numbers,
    read_record,
    write_record,
)

FLAT = ["secrets.json", "environment.json", "builds.json", "contents.json", "fingerprint.key",
        "compose.yaml"]  # fmt: skip
OURS, THEIRS = "name: todo\nservices: {}\n", 'x: 1\nname: "shop"\n'


@pytest.fixture
def state(tmp_path: Path) -> StateDir:
    """The folder of the stack `todo`, made as a release makes it."""
    (tmp_path / "todo").mkdir()
    return StateDir(str(tmp_path), "todo")


def lay(folder: str, definition: str, names: list[str]) -> None:
    for name in names:
        (Path(folder) / name).write_text(definition if name == "compose.yaml" else f"{name} of it")


def lying(folder: str) -> list[str]:
    return sorted(path.name for path in Path(folder).iterdir() if path.is_file())


@pytest.mark.parametrize(
    ("flat", "definition", "own", "moved"),
    [
        ([], "", [], False),
        (FLAT, OURS, [], True),
        (FLAT, "name: 'todo'\n", [], True),
        (FLAT, THEIRS, [], False),
        (FLAT, "services: {}\n", [], False),
        (FLAT, "# name: todo\n", [], False),
        (FLAT, "name: todo-two\n", [], False),
        (FLAT[3:], OURS, FLAT[:3], True),
        (["compose.yaml"], OURS, FLAT[:5], True),
        (["secrets.json"], "", [], True),
        (["secrets.json"], "", ["secrets.json"], False),
        (["secrets.json"], "", ["environment.json"], False),
    ],
    ids=["none", "ours", "quoted", "of another", "no name", "a comment", "a longer name",
         "half moved", "all but one moved", "secrets alone", "secrets of both", "an own beside"],
)  # fmt: skip
def test_a_flat_layout_moves_over_once_if_it_is_this_stack_s(
    state: StateDir, flat: list[str], definition: str, own: list[str], moved: bool
) -> None:
    lay(state.folder, OURS, own)
    lay(state.root, definition, flat)
    (Path(state.root) / "turns.json").write_text("{}")
    assert as_it_is(state) == (StateDir(state.root, "") if moved else state)
    adopt(state)
    assert lying(state.folder) == sorted({*own, *flat} if moved else own)
    assert lying(state.root) == ([] if moved else sorted([*flat, "turns.json"]))
    assert as_it_is(state) == state
    before = lying(state.folder)
    adopt(state)
    assert lying(state.folder) == before


def test_what_moved_over_is_what_it_was(state: StateDir) -> None:
    lay(state.root, OURS, FLAT)
    adopt(state)
    assert Path(state.secrets).read_text() == "secrets.json of it"
    assert Path(state.definition).read_text() == OURS


def test_the_modes_of_all_files_are_told_by_their_names(state: StateDir, tmp_path: Path) -> None:
    write_record(state, 1, {})
    Path(state.secrets).write_text("{}")
    Path(state.secrets).chmod(0o644)
    Path(state.folder).chmod(0o750)
    assert modes(state) == {
        "": 0o750, "secrets.json": 0o644, "releases": 0o700, "releases/1.json": 0o600,
    }  # fmt: skip
    assert modes(StateDir(str(tmp_path), "nowhere")) == {}


def test_five_releases_are_kept_with_their_files(state: StateDir) -> None:
    for number in range(1, 12):
        folder = Path(state.of_release(number).definition).parent
        folder.mkdir(parents=True)
        (folder / "compose.yaml").write_text("x")
        write_record(state, number, {"at": str(number)})
    assert numbers(state) == [7, 8, 9, 10, 11]
    folders = [path for path in Path(state.releases).iterdir() if path.is_dir()]
    assert sorted(int(path.name) for path in folders) == numbers(state)
    assert read_record(state, 11) == {"at": "11"}


def test_the_files_of_a_release_that_failed_are_forgotten(state: StateDir) -> None:
    forget_files(state)
    write_record(state, 1, {})
    Path(state.of_release(2).definition).parent.mkdir()
    forget_files(state)
    assert lying(state.releases) == ["1.json"]
    assert not Path(state.of_release(2).definition).parent.exists()
