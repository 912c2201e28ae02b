"""Taking a stack away: what bears its name, its data only when told, nothing of another's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.audit import AuditEntry
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import ProblemList
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.edge.audit import (
    append_entry,
    read_entries,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.release import removal
from ansible_collections.todo.stack.plugins.module_utils.release.removal import remove_stack
from ansible_collections.todo.stack.tests.unit.fakes import FakeDocker, container

ANSWERS = {
    "network ls": "shop_default\n",
    "volume ls": "shop_postgres-data\n",
    "image ls": "todo-backend:abc sha256:1\n<none>:<none> sha256:0\n",
}
GONE = [
    "rm --force --volumes shop-backend-1", "network rm shop_default",
    "image rm todo-backend:abc", "image rm sha256:0",
]  # fmt: skip
FILES = (
    "compose.yaml", "environment.json", "secrets.json", "secrets_since.json", "builds.json",
    "releases/3.json",
)  # fmt: skip


def docker_of(**changes: Any) -> FakeDocker:
    own = container("backend", Name="/shop-backend-1", **changes)
    return FakeDocker(ANSWERS, containers=[own])


def remove(run: FakeDocker, state: StateDir, **how: bool) -> list[str]:
    options = {"data": False, "check_mode": False, **how}
    return remove_stack(DockerCli(run), state, by="ops on laptop", **options)


@pytest.fixture
def state(tmp_path: Path) -> StateDir:
    """The folder of the stack `shop`, and that of another stack beside it."""
    found = StateDir(str(tmp_path / "state"), "shop")
    for name in FILES:
        path = Path(found.folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    (Path(found.root) / "todo").mkdir()
    (Path(found.root) / "todo/secrets.json").write_text("{}")
    return found


def changing(run: FakeDocker) -> list[str]:
    return [line for line in run.asked if " rm" in f" {line}"]


@pytest.mark.parametrize(
    ("data", "more", "kept"),
    [
        (False, [], ["audit.jsonl", "environment.json", "secrets.json", "secrets_since.json"]),
        (True, ["volume rm shop_postgres-data"], ["audit.jsonl"]),
    ],
)
def test_containers_networks_and_images_go_the_data_when_told(
    state: StateDir, data: bool, more: list[str], kept: list[str]
) -> None:
    run = docker_of()
    preview = remove(docker_of(), state, data=data, check_mode=True)
    removed = remove(run, state, data=data)
    assert changing(run) == GONE + more
    assert removed == preview
    assert removed[: len(GONE + more)] == [line.split()[-1] for line in GONE + more]
    assert sorted(path.name for path in Path(state.folder).iterdir()) == kept
    assert (Path(state.root) / "todo/secrets.json").exists()
    assert remove(FakeDocker(), state, data=data) == []


@pytest.mark.parametrize("data", [True, False])
def test_backups_outlive_the_data(state: StateDir, data: bool) -> None:
    kept = Path(state.backups) / "1-postgres.dump"
    kept.parent.mkdir()
    kept.write_text("the dump")
    assert str(kept.parent) not in remove(docker_of(), state, data=data)
    assert kept.read_text() == "the dump"


def test_everything_is_asked_for_by_the_stacks_name(state: StateDir) -> None:
    run = docker_of()
    remove(run, state, data=True)
    listed = [line for line in run.asked if " ls " in line or line.startswith("ps ")]
    project = "label=com.docker.compose.project=shop"
    wanted = {
        "ps ": project,
        "network": project,
        "volume": project,
        "image": "todo.stack.name=shop",
    }
    assert len(listed) == len(wanted)
    for line in listed:
        [label] = [one for start, one in wanted.items() if line.startswith(start)]
        assert label in line


def test_a_preview_removes_nothing(state: StateDir) -> None:
    run = docker_of()
    remove(run, state, data=True, check_mode=True)
    assert changing(run) == []
    assert all((Path(state.folder) / name).exists() for name in FILES)


@pytest.mark.parametrize("check_mode", [True, False])
def test_where_nothing_is_nothing_changes(tmp_path: Path, check_mode: bool) -> None:
    state = StateDir(str(tmp_path / "absent"), "shop")
    assert remove(FakeDocker(), state, data=True, check_mode=check_mode) == []
    assert not (tmp_path / "absent").exists()


def test_a_container_that_is_not_ours_stops_it_all(state: StateDir) -> None:
    run = docker_of(labels={"todo.stack.service": None})
    with pytest.raises(ProblemList, match="1 problem"):
        remove(run, state, data=True)
    assert changing(run) == []
    assert all((Path(state.folder) / name).exists() for name in FILES)


@pytest.mark.parametrize(("data", "told"), [(True, "with its data"), (False, "its data stays")])
def test_the_log_of_what_was_done_outlives_the_stack(
    state: StateDir, data: bool, told: str
) -> None:
    done = AuditEntry("release", "ops", "done", "2026-01-18T10:00:00+00:00", 3)
    append_entry(state, done)
    remove(docker_of(), state, data=data)
    again = remove(FakeDocker(), state, data=data)
    [first, began, ended] = read_entries(state)
    assert (first, again) == (done, [])
    for entry, outcome in ((began, "began"), (ended, "done")):
        assert (entry.what, entry.by, entry.release) == ("removal", "ops on laptop", 3)
        assert (entry.outcome, entry.detail) == (outcome, told)


def test_a_removal_that_is_refused_is_told(state: StateDir) -> None:
    with pytest.raises(ProblemList):
        remove(docker_of(labels={"todo.stack.service": None}), state)
    [entry] = read_entries(state)
    assert (entry.what, entry.outcome) == ("removal", "refused")
    assert "shop-backend-1" in entry.detail


def test_a_folder_that_is_empty_goes_and_the_root_with_it(tmp_path: Path) -> None:
    state = StateDir(str(tmp_path / "state"), "shop")
    Path(state.folder).mkdir(parents=True)
    assert remove(FakeDocker(), state, data=True) == []
    assert not Path(state.root).exists()


def test_a_flat_layout_of_this_stack_goes_too_that_of_another_stays(tmp_path: Path) -> None:
    state = StateDir(str(tmp_path), "shop")
    for name in ("secrets.json", "builds.json", "turns.json"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "compose.yaml").write_text("name: todo\n")
    remove(docker_of(), state, data=True)
    assert (tmp_path / "secrets.json").exists()
    (tmp_path / "compose.yaml").write_text("name: shop\n")
    preview = remove(docker_of(), state, data=True, check_mode=True)
    assert remove(docker_of(), state, data=True) == preview
    names = {Path(name).name for name in preview if name.startswith("/")}
    assert names == {"secrets.json", "builds.json", "compose.yaml"}
    assert not list(tmp_path.glob("**/*.json"))


def test_all_containers_go_at_once_and_one_that_is_gone_stops_nothing(state: StateDir) -> None:
    several = [container(name, Name=f"/shop-{name}-1") for name in ("backend", "frontend")]
    gone = (1, "", "Error response from daemon: No such container: shop-backend-1")
    run = FakeDocker({**ANSWERS, "rm --force": gone}, containers=several)
    removed = remove(run, state)
    assert run.commands("rm") == ["rm --force --volumes shop-backend-1 shop-frontend-1"]
    assert {"shop-backend-1", "shop-frontend-1"} < set(removed)
    assert run.commands("network rm")


def test_the_lock_of_the_stack_is_waited_for(
    state: StateDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = []

    @contextmanager
    def exclusive(folder: Path) -> Iterator[None]:
        held.append(folder)
        assert changing(run) == []
        yield
        held.append(folder)

    monkeypatch.setattr(removal, "exclusive", exclusive)
    run = docker_of()
    remove(run, state, check_mode=True)
    assert held == []
    remove(run, state)
    assert held == [Path(state.folder)] * 2
    assert changing(run) == GONE
