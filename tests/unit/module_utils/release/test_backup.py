"""Backing up: one view, one file, the JSON beside it; whatever fails leaves what was there."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.backup import (
    Backup,
    Holding,
    Table,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Space
from ansible_collections.todo.stack.plugins.module_utils.release import backup as module
from ansible_collections.todo.stack.plugins.module_utils.release.backup import (
    Keeping,
    back_up,
    keeping_of,
    reading,
)
from ansible_collections.todo.stack.tests.unit.fakes import FakeDocker

HOLDING = Holding("0004", {"public.tasks": Table(3, "17"), "public.users": Table(1, "4")})
AGE = "age1" + "q" * 58


@dataclass
class Server:
    """A database in the place of Postgres: ``says`` is the command that puts out its dump."""

    says: list[str] = field(default_factory=lambda: ["printf", "the dump"])
    held: Holding = HOLDING
    asked: list[str] = field(default_factory=list)
    container: str = "todo-postgres-1"
    docker: DockerCli = field(
        default_factory=lambda: DockerCli(FakeDocker({"pg_dump": "pg_dump (PostgreSQL) 17.6\n"}))
    )

    def size_bytes(self) -> int:
        return 5_000_000

    def server(self) -> str:
        return "17.6"

    @contextmanager
    def snapshot(self) -> Iterator[Any]:
        self.asked.append("begin")
        yield SimpleNamespace(name="0-1", holding=lambda: self.held)
        self.asked.append("end")

    def dump_argv(self, snapshot: str) -> list[str]:
        self.asked.append(f"dump {snapshot}")
        return self.says


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StateDir:
    """Return a stack's folder, on a disk with room, its third release running."""
    found = StateDir(str(tmp_path), "todo")
    Path(found.releases).mkdir(parents=True)
    Path(found.record(3)).write_text('{"number": 3}')
    monkeypatch.setattr(module, "free_space", lambda path: Space(path, 10**9))
    monkeypatch.setattr(
        "ansible_collections.todo.stack.plugins.module_utils.edge.pipes.nobody_listens",
        lambda: False,
    )
    return found


def make(state: StateDir, server: Server, **keeping: Any) -> Backup | None:
    return back_up(state, server, "postgres", Keeping(**keeping), why="asked for")  # type: ignore[arg-type]


def files(state: StateDir) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(state.backups).glob("*")}


def test_a_backup_is_dumped_from_the_view_that_is_counted(state: StateDir) -> None:
    server = Server()
    made = make(state, server)
    assert made is not None
    assert server.asked == ["begin", "dump 0-1", "end"]
    assert files(state).keys() == {f"{made.name}.dump", f"{made.name}.json"}
    told = json.loads(files(state)[f"{made.name}.json"])
    assert told["holding"]["tables"]["public.tasks"] == {"rows": 3, "checksum": "17"}
    assert told["sha256"] == hashlib.sha256(b"the dump").hexdigest()
    assert (told["bytes"], told["release"], told["proven"]) == (8, 3, "")
    assert told["tools"] == {"pg_dump": "pg_dump (PostgreSQL) 17.6"}
    assert told["at"].endswith("+00:00")


def test_two_in_a_second_do_not_share_a_name(state: StateDir) -> None:
    first, second = make(state, Server()), make(state, Server())
    assert first is not None and second is not None
    assert first.name < second.name
    assert len(files(state)) == 4


@pytest.mark.parametrize("held", [Holding(), Holding("0004", {"public.tasks": Table(0, "0")})])
def test_where_there_is_no_row_nothing_is_made(state: StateDir, held: Holding) -> None:
    assert make(state, Server(held=held)) is None
    assert files(state) == {}


@pytest.mark.parametrize(
    "says",
    [["sh", "-c", "printf half; echo 'server closed the connection' >&2; exit 1"],
     ["no-such-program"]],
    ids=["a dump that breaks off", "no tool"],
)  # fmt: skip
def test_what_fails_leaves_the_old_ones_and_nothing_half_there(
    state: StateDir, says: list[str]
) -> None:
    make(state, Server())
    before = files(state)
    with pytest.raises(StackError):
        make(state, Server(says=says))
    assert files(state) == before


def test_a_json_that_cannot_be_written_takes_its_file_along(
    state: StateDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(state, Server())
    before = files(state)

    def refuse(*_: Any) -> None:
        raise StackError("no space left on device")

    monkeypatch.setattr(module, "settle", refuse)
    with pytest.raises(StackError, match="no space left"):
        make(state, Server())
    assert files(state) == before


def test_a_disk_without_room_is_told_with_numbers_before_anything(
    state: StateDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "free_space", lambda path: Space(path, 54_000_000))
    server = Server()
    with pytest.raises(StackError, match="a backup may take 5 MB, and 54 MB are free") as caught:
        make(state, server)
    assert caught.value.where == state.backups
    assert server.asked == []


@pytest.fixture
def age(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have an `age` on PATH that turns letters."""
    program = tmp_path / "bin/age"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "$@" >&2\nexec tr a-z n-za-m\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")


@pytest.mark.usefixtures("age")
def test_what_is_encrypted_never_lies_on_the_disk_in_plain_text(state: StateDir) -> None:
    made = make(state, Server(), recipient=AGE)
    assert made is not None
    assert made.recipient == AGE
    assert files(state)[f"{made.name}.dump.age"] == b"gur qhzc"
    assert all(b"the dump" not in text for text in files(state).values())


@pytest.mark.usefixtures("age")
def test_what_is_encrypted_is_read_with_a_key_only(state: StateDir, tmp_path: Path) -> None:
    made = make(state, Server(), recipient=AGE)
    assert made is not None
    with pytest.raises(StackError, match="is encrypted, and this host has no key to it"):
        reading(state, made, "")
    path, plain = reading(state, made, "/root/key")
    assert path.exists()
    assert plain == [["age", "--decrypt", "--identity", "/root/key"]]


def test_what_is_plain_is_read_as_it_is(state: StateDir) -> None:
    made = make(state, Server())
    assert made is not None
    assert reading(state, made, "")[1] == []


@pytest.mark.usefixtures("age")
@pytest.mark.parametrize("recipient", [AGE, "ssh-ed25519 AAAAC3 ops@laptop", "ssh-rsa AAAAB3"])
def test_a_public_key_is_taken(recipient: str) -> None:
    assert keeping_of({"keep": 3, "recipient": recipient, "identity": ""}).recipient == recipient


@pytest.mark.usefixtures("age")
@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"keep": 0}, "stack_backups_keep: must be 1 or more"),
        ({"keep": -1}, "stack_backups_keep"),
        ({"recipient": "AGE-SECRET-KEY-1QQ"}, "stack_backup_recipient: is no public key"),
        ({"recipient": "me@example.org"}, "stack_backup_recipient"),
        ({"recipient": "--armor"}, "stack_backup_recipient"),
        ({"recipient": AGE + "\n-x"}, "stack_backup_recipient"),
        ({"identity": "/no/such/key"}, "stack_backup_identity: there is no file /no/such/key"),
    ],
)
def test_what_is_wrong_with_keeping_is_told(options: dict[str, Any], told: str) -> None:
    with pytest.raises(StackError) as caught:
        keeping_of(options)
    assert told in str(caught.value)
    assert "AGE-SECRET" not in str(caught.value)


def test_without_age_nothing_is_encrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(StackError, match="age is not on this host"):
        keeping_of({"recipient": AGE})
