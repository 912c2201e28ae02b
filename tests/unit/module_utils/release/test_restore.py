"""A restore: beside first, then in its place at once; the data of before until all has passed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.backup import (
    Backup,
    Holding,
    Table,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.decide.databases import Database
from ansible_collections.todo.stack.plugins.module_utils.decide.engine_state import EngineState
from ansible_collections.todo.stack.plugins.module_utils.edge.backups import (
    path_of,
    read_backups,
    settle,
    write_file,
)
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Seen, Space
from ansible_collections.todo.stack.plugins.module_utils.release import backup, restore
from ansible_collections.todo.stack.plugins.module_utils.release.restore import Restoring, Wanted
from ansible_collections.todo.stack.plugins.module_utils.release.transaction import Transaction
from ansible_collections.todo.stack.tests.unit.module_utils.release.conftest import Make
from ansible_collections.todo.stack.tests.unit.module_utils.release.world import (
    ENDED,
    UNHEALTHY,
    World,
)

DATABASE = Database("postgres", "todo", "tasks", "SELECT v", ("backend", "migrate"))
OLD = Holding("0004", {"public.tasks": Table(3, "17")})
NEW = Holding("0003", {"public.tasks": Table(9, "99")})
EMPTY = Holding("0004", {"public.tasks": Table(0, "0")})
RAN = {"migrate": "sha256:old hash", "other": "sha256:x"}
PLAN = {"postgres": "restore", "migrate": "recreate", "backend": "start"}


@dataclass
class Server:
    """A server with databases by name, and what each holds; ``breaks``: a statement that fails."""

    world: World
    held: dict[str, Holding] = field(default_factory=lambda: {"tasks": OLD, "postgres": Holding()})
    version: str = "17.6"
    breaks: str = ""
    statements: list[str] = field(default_factory=list)

    def manage(self, sql: str) -> list[str]:
        self.statements.append(sql)
        if self.breaks and re.search(self.breaks, sql):
            raise StackError("the server closed the connection")
        before = dict(self.held)
        for line in sql.splitlines():
            if made := re.match(r'CREATE DATABASE "(\w+)"', line):
                assert made[1] not in self.held
                self.held[made[1]] = Holding()
            if dropped := re.match(r'DROP DATABASE IF EXISTS "(\w+)"', line):
                self.held.pop(dropped[1], None)
            if renamed := re.match(r'ALTER DATABASE "(\w+)" RENAME TO "(\w+)"', line):
                assert renamed[2] not in self.held
                self.held[renamed[2]] = self.held.pop(renamed[1])
        self.world.done.append("; ".join(re.findall(r"CREATE|DROP|RENAME", sql)))
        assert before or self.held
        return []

    def drop(self, name: str) -> None:
        self.manage(f'DROP DATABASE IF EXISTS "{name}"')

    def fill_argv(self, database: str) -> list[str]:
        return ["fill", database]

    def holding(self, database: str = "tasks") -> Holding:
        return self.held[database]

    def databases(self) -> list[str]:
        return sorted(self.held)

    def server(self) -> str:
        return self.version


class Case:
    """A stack with one proven backup, and what restores it."""

    def __init__(self, make: Make, world: World, spec: StackSpec) -> None:
        self.make, self.world, self.spec = make, world, spec
        self.server = Server(world)
        self.restored = NEW

    def fill(self, _file: Path, commands: list[list[str]]) -> None:
        self.world.done.append("fill")
        self.server.held[commands[-1][1]] = self.restored

    def transaction(self, **wanted: Any) -> Transaction:
        whole = Wanted(**{"over_data": True, **wanted})
        found = self.make(PLAN, new=False)
        for file in (found.new.definition, found.new.environment):
            Path(file).parent.mkdir(parents=True, exist_ok=True)
            Path(file).write_text("of the release to be")
        found.data = Restoring(DATABASE, whole, "", 1)
        return found

    @property
    def record(self) -> Any:
        return json.loads(Path(self.spec.state.record(1)).read_text())["one_shots"]


@pytest.fixture
def case(make: Make, world: World, spec: StackSpec, monkeypatch: pytest.MonkeyPatch) -> Case:
    """Return the stack, a backup of it from before, and the server that it is restored into."""
    found = Case(make, world, spec)
    monkeypatch.setattr(
        "ansible_collections.todo.stack.plugins.module_utils.edge.pipes.nobody_listens",
        lambda: False,
    )
    monkeypatch.setattr(backup, "free_space", lambda path: Space(path, 10**10))
    monkeypatch.setattr(restore, "server_of", lambda *_: found.server)
    monkeypatch.setattr(restore, "feed", found.fill)
    monkeypatch.setattr(restore, "docker_root", lambda _docker: "/var/lib/docker")
    record = Path(spec.state.record(1))
    record.parent.mkdir(parents=True)
    record.write_text(json.dumps({"number": 1, "one_shots": RAN}))
    for name, proven in (("1-postgres", "2026-01-31T10:15:00+00:00"), ("2-postgres", "")):
        fresh, written = write_file(spec.state, f"{name}.dump", [["printf", name]])
        settle(spec.state, fresh, Backup(
            name, f"{name}.dump", "", "todo", "postgres", holding=NEW, bytes=written.bytes,
            sha256=written.sha256, server="17.6", proven=proven))  # fmt: skip
    return found


def refused(transaction: Transaction) -> str:
    with pytest.raises(StackError) as caught:
        transaction.carry_out()
    return str(caught.value)


def test_the_backup_is_restored_beside_while_the_application_serves(case: Case) -> None:
    case.transaction().carry_out()
    done = [line for line in case.world.done if line]
    stop = next(at for at, line in enumerate(done) if line.startswith("stop"))
    assert done.index("fill") < stop < done.index("RENAME; RENAME")
    after = done[done.index("RENAME; RENAME") + 1 :]
    assert after[0] == "up migrate (new anew)"
    assert after[1].startswith("start id-old-todo-backend-1")
    assert case.server.held == {"tasks": NEW, "postgres": Holding()}
    assert Path(case.spec.state.of_release(2).definition).exists()


def test_what_was_proven_last_has_a_name_before_anything_is_planned(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restore, "databases", lambda *_: [DATABASE])
    name = restore.named(Wanted(over_data=True), case.spec, Seen("todo", EngineState("running")))
    assert name == Wanted("1-postgres", over_data=True)


def test_names_change_all_at_once_or_not_at_all(case: Case) -> None:
    case.transaction().carry_out()
    [sql] = [one for one in case.server.statements if "RENAME" in one]
    lines = sql.splitlines()
    assert lines[0].startswith("SELECT pg_terminate_backend")
    assert (lines[1], lines[-1]) == ("BEGIN;", "COMMIT;")


def test_a_restore_proves_its_backup_and_the_newest_proven_one_is_meant(case: Case) -> None:
    case.transaction().carry_out()
    newer, older = read_backups(case.spec.state)
    assert (newer.proven, older.proven > "2026-02") == ("", True)
    case.server.held["tasks"] = OLD
    case.transaction(name="2-postgres").carry_out()
    assert read_backups(case.spec.state)[0].proven


def test_what_migrates_runs_again_also_where_this_run_is_killed(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []
    manage = case.server.manage

    def watched(sql: str) -> list[str]:
        if "RENAME" in sql:
            seen.append((case.record, case.world.running()))
        return manage(sql)

    monkeypatch.setattr(case.server, "manage", watched)
    case.transaction().carry_out()
    [(record, running)] = seen
    assert record == {"other": "sha256:x"}
    assert "todo-migrate-1" not in running


STEPS: dict[str, Callable[[Case], None]] = {
    "nothing can be created": lambda case: setattr(case.server, "breaks", "CREATE"),
    "names cannot be changed": lambda case: setattr(case.server, "breaks", 'tasks_restoring" REN'),
    "it is not whole": lambda case: setattr(case, "restored", OLD),
    "who writes is stopped half-way": lambda case: case.world.failures.update(
        {"stop": SystemExit(143)}
    ),
    "who writes cannot be stopped": lambda case: case.world.failures.update({"stop": "no answer"}),
    "the migration fails": lambda case: case.world.scripts.update(
        {("new", "todo-migrate-1"): [ENDED]}
    ),
    "the application is not ready with it": lambda case: case.world.scripts.update(
        {("old", "todo-backend-1"): [UNHEALTHY]}
    ),
}


@pytest.mark.parametrize("step", STEPS)
def test_whatever_fails_the_data_of_before_is_there_again(case: Case, step: str) -> None:
    STEPS[step](case)
    told = refused(case.transaction())
    case.server.breaks = ""
    assert case.server.held["tasks"] == OLD, told
    assert not [name for name in case.server.held if "before" in name]
    assert case.record == RAN
    if step != "the application is not ready with it":
        assert all(b.states[0]["Status"] == "running" for b in case.world.boxes
                   if b.service == "backend")  # fmt: skip
        assert "the version before" in told


def test_what_was_half_restored_before_is_dropped(case: Case) -> None:
    case.server.held |= {"tasks_restoring": OLD, "tasks_before_12": OLD, "tasks_before": OLD}
    case.transaction().carry_out()
    # What only looks alike stays.
    assert sorted(case.server.held) == ["postgres", "tasks", "tasks_before"]


@pytest.mark.parametrize(
    ("there", "over_data", "refuses"),
    [(OLD, False, True), (OLD, True, False), (EMPTY, False, False), (NEW, False, False),
     (Holding(), False, False)],
)  # fmt: skip
def test_data_that_the_backup_lacks_is_replaced_only_when_told(
    case: Case, there: Holding, over_data: bool, refuses: bool
) -> None:
    case.server.held["tasks"] = there
    transaction = case.transaction(over_data=over_data)
    if not refuses:
        transaction.carry_out()
        return
    told = refused(transaction)
    assert not transaction.changed
    assert "holds other data than the backup 1-postgres: public.tasks (3 rows)" in told
    assert "-e stack_restore_over_data=true" in told
    assert "fill" not in case.world.done
    assert not [line for line in case.world.done if line.startswith("stop")]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"name": "3-postgres"},
            "there is no backup 3-postgres; there are: 2-postgres",
        ),
        ({"version": "16.9"}, "the backup 1-postgres is of PostgreSQL 17.6, this is 16"),
        ({"corrupted": True}, "it is corrupted"),
        ({"unproven": True}, "no backup was proven yet"),
        ({"full": True}, "MB are free"),
        ({"gone": True}, "postgres: it does not run"),
    ],
)
def test_what_speaks_against_it_is_told_before_anything(
    case: Case, changes: dict[str, Any], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = case.spec.state
    transaction = case.transaction(name=changes.get("name", ""))
    case.server.version = changes.get("version", "17.6")
    backups = read_backups(state)
    if changes.get("corrupted"):
        path_of(state, backups[1]).write_text("torn")
    if changes.get("unproven"):
        (Path(state.backups) / "1-postgres.json").unlink()
    if changes.get("full"):
        monkeypatch.setattr(backup, "free_space", lambda path: Space(path, 1))
    if changes.get("gone"):
        case.world.boxes = [box for box in case.world.boxes if box.service != "postgres"]
    assert told in refused(transaction)
    assert case.server.held == {"tasks": OLD, "postgres": Holding()}
    assert "fill" not in case.world.done
    if changes.get("corrupted"):
        assert read_backups(state)[1].problem
        assert read_backups(state)[1].proven == ""


def test_what_of_before_cannot_be_dropped_undoes_nothing(case: Case) -> None:
    case.server.breaks = "DROP DATABASE IF EXISTS .tasks_before"
    case.transaction().carry_out()
    assert case.server.held["tasks"] == NEW
