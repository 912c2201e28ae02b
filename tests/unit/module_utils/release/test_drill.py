"""The drill: a backup counts once it was restored, and what is wrong with it is told."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.backup import (
    Backup,
    Holding,
    Table,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.labels import COMPOSE_ONE_OFF
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.decide.databases import Database
from ansible_collections.todo.stack.plugins.module_utils.edge.backups import (
    path_of,
    read_backups,
    settle,
    write_file,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.look.containers import read_container
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Space
from ansible_collections.todo.stack.plugins.module_utils.release import backup, drill
from ansible_collections.todo.stack.plugins.module_utils.release.drill import (
    CORRUPTED,
    Drill,
    run_argv,
)
from ansible_collections.todo.stack.tests.unit.fakes import FakeDocker
from ansible_collections.todo.stack.tests.unit.module_utils.release.world import Clock

DATABASE = Database("postgres", "todo", "tasks", "SELECT v FROM r", ("backend", "migrate"))
NAME = "todo-postgres-candidate"
LIKE: dict[str, Any] = {
    "Id": "todo-postgres-1",
    "Image": "sha256:0f6d",
    "Config": {"User": "999:999", "Env": ["POSTGRES_PASSWORD=marker"]},
    "HostConfig": {"Memory": 1 << 29, "ShmSize": 1 << 27, "Tmpfs": {"/tmp": "", "/run": ""},
                   "PortBindings": {"5432/tcp": [{"HostPort": "5432"}]}},
    "Mounts": [{"Type": "volume", "Name": "todo_postgres-data", "RW": True,
                "Destination": "/var/lib/postgresql/data"},
               {"Type": "bind", "Source": "/etc/x", "RW": False, "Destination": "/x"}],
}  # fmt: skip
THERE = {"Id": NAME, "State": {"Running": True}}
ROWS = '{"revision": "0004"}\n{"table": "public.tasks", "rows": 3, "checksum": "17"}\n'
HOLDING = Holding("0004", {"public.tasks": Table(3, "17")})


class Engine(FakeDocker):
    """Docker with the stack's database, and the throwaway one while it is there."""

    fed: bool = False

    def __init__(self, rows: str = ROWS, ready: int = 0, state: Any = None) -> None:
        super().__init__({"pg_isready": (ready, "", ""), "psql": rows, "info": "/var/lib/docker",
                          "logs": "FATAL: out of luck\n"})  # fmt: skip
        self.containers = [LIKE]
        self.state = state or THERE["State"]

    def __call__(self, args: list[str], /, **options: Any) -> Any:
        if args[1] == "run":
            self.containers.append({**THERE, "State": self.state})
        if args[1] == "rm":
            self.containers = [one for one in self.containers if one["Id"] not in args]
        return super().__call__(args, **options)


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[StateDir, Backup]:
    """Return a stack's folder with one backup, on a disk with room."""
    state = StateDir(str(tmp_path), "todo")
    Path(state.folder).mkdir()
    monkeypatch.setattr(
        "ansible_collections.todo.stack.plugins.module_utils.edge.pipes.nobody_listens",
        lambda: False,
    )
    monkeypatch.setattr(backup, "free_space", lambda path: Space(path, 10**10))
    monkeypatch.setattr(drill, "feed", lambda *_: None)
    fresh, written = write_file(state, "1-postgres.dump", [["printf", "the dump"]])
    one = Backup("1-postgres", "1-postgres.dump", "", "todo", "postgres", holding=HOLDING,
                 bytes=written.bytes, sha256=written.sha256, server="17.6")  # fmt: skip
    settle(state, fresh, one)
    return state, one


def prove(made: tuple[StateDir, Backup], engine: FakeDocker, **changes: Any) -> Backup:
    state, one = made
    held = Drill(DockerCli(engine), state, DATABASE, "todo-postgres-1", changes.pop("identity", ""))
    return held.prove(replace(one, **changes))


def gone(engine: Engine) -> bool:
    return [one["Id"] for one in engine.containers] == ["todo-postgres-1"]


def test_a_backup_that_was_restored_whole_is_proven(made: tuple[StateDir, Backup]) -> None:
    engine = Engine()
    proven = prove(made, engine)
    assert proven.proven.endswith("+00:00")
    assert proven.problem == ""
    assert read_backups(made[0]) == [proven]
    assert gone(engine)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (ROWS.replace('"rows": 3', '"rows": 2'), "public.tasks holds 2 rows, not 3"),
        (ROWS.replace("17", "18"), "public.tasks holds other values"),
        (ROWS.replace("0004", "0003"), "its schema is 0003, not 0004"),
        (ROWS.splitlines()[0], "public.tasks is missing"),
        (ROWS + '{"table": "public.x", "rows": 0, "checksum": "0"}', "public.x is too much"),
    ],
)
def test_what_differs_is_told_and_noted(
    made: tuple[StateDir, Backup], rows: str, told: str
) -> None:
    engine = Engine(rows)
    found = prove(made, engine, proven="2026-01-31T10:15:00+00:00")
    assert (found.proven, found.problem) == ("", told)
    assert read_backups(made[0]) == [found]
    assert gone(engine)


@pytest.mark.parametrize("text", ["", "the dum", "the dumq", "the dump and more"])
def test_a_corrupted_file_is_found_without_a_database(
    made: tuple[StateDir, Backup], text: str
) -> None:
    path_of(*made).write_text(text)
    engine = Engine()
    assert prove(made, engine).problem == CORRUPTED
    assert engine.commands("run") == []


def test_a_file_that_is_gone_is_told(made: tuple[StateDir, Backup]) -> None:
    path_of(*made).unlink()
    assert prove(made, Engine()).problem == "1-postgres.dump is missing"


def test_one_that_no_database_takes_is_told(
    made: tuple[StateDir, Backup], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise StackError("pg_restore: error: unexpected end of file")

    monkeypatch.setattr(drill, "feed", refuse)
    engine = Engine()
    found = prove(made, engine)
    assert found.problem == "it cannot be restored: pg_restore: error: unexpected end of file"
    assert gone(engine)


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (
            {"Running": False, "OOMKilled": True},
            r"ended \(killed by its memory limit\): FATAL",
        ),
        ({"Running": False}, "has ended: FATAL: out of luck"),
    ],
)
@pytest.mark.parametrize("when", ["before it is ready", "while it is filled"])
def test_a_database_that_ends_says_nothing_of_the_backup(
    made: tuple[StateDir, Backup], monkeypatch: pytest.MonkeyPatch, when: str, state: Any, told: str
) -> None:
    def refuse(*_: Any) -> None:
        raise StackError("broken pipe")

    monkeypatch.setattr(drill, "feed", refuse)
    engine = Engine(ready=0 if when == "while it is filled" else 2, state=state)
    with pytest.raises(StackError, match=told):
        prove(made, engine)
    assert read_backups(made[0]) == [made[1]]
    assert gone(engine)


def test_a_database_that_is_never_ready_is_told_in_time(
    made: tuple[StateDir, Backup], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr(drill, "time", clock)
    engine = Engine(ready=2)
    with pytest.raises(StackError, match="not ready after 60 s"):
        prove(made, engine)
    assert 1060 <= clock.now < 1062
    assert gone(engine)


def test_a_disk_without_room_is_told_with_numbers(
    made: tuple[StateDir, Backup], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "free_space", lambda path: Space(path, 10**8))
    engine = Engine()
    with pytest.raises(StackError, match="a drill may take 320 MB, and 100 MB are free"):
        prove(made, engine, database_bytes=10**7)
    assert engine.commands("run") == []


def test_what_is_encrypted_is_not_proven_without_its_key(made: tuple[StateDir, Backup]) -> None:
    with pytest.raises(StackError, match="encrypted, and this host has no key"):
        prove(made, Engine(), recipient="age1q")


def test_the_throwaway_database_is_reached_by_nobody_and_holds_no_secret() -> None:
    argv = run_argv(NAME, "todo", DATABASE, LIKE)
    line = " ".join(argv)
    assert "--network none" in line
    assert "marker" not in line
    assert "5432" not in line
    assert "todo_postgres-data" not in line
    assert "--volume /var/lib/postgresql/data" in line
    assert "--volume /x" not in line
    assert "--user 999:999" in line
    assert f"--memory {1 << 29}" in line
    assert "--tmpfs /tmp --tmpfs /run" in line
    assert argv[argv.index("sha256:0f6d") + 1] == "postgres"


def test_one_that_was_left_is_a_candidate_that_the_next_run_takes_away() -> None:
    argv = run_argv(NAME, "todo", DATABASE, LIKE)
    labels = dict(argv[at + 1].split("=", 1) for at, word in enumerate(argv) if word == "--label")
    assert labels[COMPOSE_ONE_OFF] == "True"
    inspected = {"Id": "1", "Name": f"/{NAME}", "Config": {"Labels": labels}}
    seen = read_container(inspected)
    assert seen.is_candidate("todo")
    assert seen.ours


def test_what_is_told_of_a_backup_holds_no_secret(made: tuple[StateDir, Backup]) -> None:
    prove(made, Engine())
    text = (Path(made[0].backups) / "1-postgres.json").read_text()
    assert "marker" not in text
    assert json.loads(text)["proven"]
