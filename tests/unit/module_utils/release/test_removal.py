"""Taking the stack away: what carries our labels, its data only when told, nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import ProblemList
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.release.removal import remove_stack
from ansible_collections.todo.stack.tests.unit.fakes import FakeDocker, container

ANSWERS = {
    "network ls": "todo_default\n",
    "volume ls": "todo_postgres-data\n",
    "image ls": "todo-backend:latest sha256:1\ntodo-backend:abc sha256:1\n<none>:<none> sha256:0\n",
}


def remove(
    run: FakeDocker, folder: Path, *, check_mode: bool = False, **how: Any
) -> dict[str, Any]:
    params = {
        "project": "todo", "state_dir": str(folder),
        "remove_data": False, "remove_images": [], **how,
    }  # fmt: skip
    return remove_stack(DockerCli(run), params, check_mode=check_mode)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state folder with all its files."""
    folder = tmp_path / "state"
    folder.mkdir()
    for name in ("compose.yaml", "environment.json", "secrets.json", "builds.json"):
        (folder / name).write_text("{}")
    return folder


def changing(run: FakeDocker) -> list[str]:
    return [line for line in run.asked if " rm" in f" {line}"]


@pytest.mark.parametrize(
    ("how", "more", "kept"),
    [
        ({}, [], ["environment.json", "secrets.json"]),
        ({"remove_data": True}, ["volume rm todo_postgres-data"], None),
        ({"remove_images": ["backend"]},
         ["image rm todo-backend:latest", "image rm todo-backend:abc", "image rm sha256:0"],
         ["environment.json", "secrets.json"]),
    ],
)  # fmt: skip
def test_containers_and_networks_go_the_rest_when_asked(
    state: Path, how: dict[str, Any], more: list[str], kept: list[str] | None
) -> None:
    run = FakeDocker(ANSWERS, containers=[container("backend")])
    result = remove(run, state, **how)
    assert changing(run) == [
        "rm --force --volumes id-backend", "network rm todo_default", *more,
    ]  # fmt: skip
    assert result["changed"] is True
    assert result["actions"] == [
        {"service": "backend", "action": "remove", "why": "the stack is to be absent"}
    ]
    assert "todo-backend-1: removed\ntodo_default: removed\n" in result["diff"]["prepared"]
    found = sorted(path.name for path in state.iterdir()) if state.exists() else None
    assert found == kept


def test_a_preview_tells_the_same_and_removes_nothing(state: Path) -> None:
    run = FakeDocker(ANSWERS, containers=[container("backend")])
    preview = remove(run, state, check_mode=True, remove_data=True)
    assert changing(run) == []
    assert len(list(state.iterdir())) == 4
    assert remove(run, state, remove_data=True) == preview


def test_where_nothing_is_nothing_changes(tmp_path: Path) -> None:
    result = remove(FakeDocker(), tmp_path / "absent", remove_data=True, remove_images=["backend"])
    assert (result["changed"], result["actions"]) == (False, [])


def test_a_container_that_is_not_ours_stops_it_all(state: Path) -> None:
    stranger = container("db", labels={"todo.stack.service": None})
    run = FakeDocker(ANSWERS, containers=[container("backend"), stranger])
    with pytest.raises(ProblemList, match="1 problem"):
        remove(run, state, remove_data=True)
    assert changing(run) == []
    assert len(list(state.iterdir())) == 4


def test_images_are_found_by_both_our_labels(tmp_path: Path) -> None:
    run = FakeDocker()
    remove(run, tmp_path, remove_images=["backend"])
    [listing] = run.commands("image ls")
    assert "label=todo.stack.service=backend" in listing
    assert "label=todo.stack.content" in listing
