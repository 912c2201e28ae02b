"""The controller's side of a backup: what is no database of the stack, and what is fetched."""

from __future__ import annotations

import json
import stat
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.action import backup as plugin
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import to_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    EnvironmentSeen,
    Seen,
)
from ansible_collections.todo.stack.tests.unit.action.test_release_action import seen_of

TOLD = {"name": "1-postgres", "file": "1-postgres.dump"}


class Bench:
    """The action plugin with a module that only notes what it is sent, and a host's files."""

    def __init__(self, folder: Path, contracts: Sequence[Contract]) -> None:
        self.folder = folder
        self.contracts = [to_plain(one) for one in contracts]
        self.sent: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.removed: list[str] = []
        self.told: dict[str, Any] = {"changed": True, "backups": [TOLD], "pruned": []}
        self.broken = ""

    def run(
        self, looked: Seen | None = None, *, check_mode: bool = False, **options: Any
    ) -> dict[str, Any]:
        args = {
            "contracts": self.contracts,
            "seen": json.dumps(to_plain(looked or seen_of())),
            **options,
        }  # fmt: skip
        action = plugin.ActionModule.__new__(plugin.ActionModule)
        given = {name: value for name, value in args.items() if value is not None}
        action._task = SimpleNamespace(args=given, check_mode=check_mode)
        action._loader = SimpleNamespace(get_basedir=lambda: str(self.folder))
        shell = SimpleNamespace(join_path=lambda *parts: "/".join(parts))
        action._connection = SimpleNamespace(_shell=shell, fetch_file=self.fetch)
        action._make_tmp_path = lambda: "/remote/tmp"
        action._remove_tmp_path = lambda path, **_: self.removed.append(path)

        def execute(
            name: str, module_args: dict[str, Any], task_vars: dict[str, Any] | None = None
        ) -> dict[str, Any]:
            assert (name, task_vars) == ("todo.stack.backup", {"inventory_hostname": "vm-1"})
            self.sent.append(module_args)
            return dict(self.told)

        action._execute_module = execute
        found: dict[str, Any] = action.run(task_vars={"inventory_hostname": "vm-1"})
        return found

    def fetch(self, source: str, target: str) -> None:
        self.asked.append(source)
        assert stat.S_IMODE(Path(target).stat().st_mode) == 0o600
        Path(target).write_text(f"half of {source}" if self.broken else source)
        if self.broken:
            raise ConnectionError(self.broken)


@pytest.fixture
def bench(tmp_path: Path, contracts: Sequence[Contract], monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Return a bench for the contracts of this repository."""
    monkeypatch.setattr(ActionBase, "run", lambda *_: {})
    return Bench(tmp_path, contracts)


def test_the_host_is_asked_with_what_the_task_says(bench: Bench) -> None:
    result = bench.run(backups={"keep": 3}, name="1-postgres", drill=False)
    [sent] = bench.sent
    assert (sent["backups"], sent["name"], sent["drill"]) == ({"keep": 3}, "1-postgres", False)
    assert " on " in sent["by"]
    assert "fetch_to" not in sent
    assert result["backups"] == [TOLD]
    assert bench.removed == []


def test_what_is_fetched_is_private_and_of_its_host(bench: Bench) -> None:
    result = bench.run(fetch_dir="kept")
    folder = bench.folder / "kept/vm-1"
    assert bench.sent[0]["fetch_to"] == "/remote/tmp"
    assert "fetch_dir" not in bench.sent[0]
    assert bench.asked == ["/remote/tmp/1-postgres.dump", "/remote/tmp/1-postgres.json"]
    assert result["fetched"] == [str(folder / n) for n in ("1-postgres.dump", "1-postgres.json")]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir()} == {0o600}
    assert bench.removed == ["/remote/tmp"]


@pytest.mark.parametrize("why", ["the line was cut"])
def test_a_fetch_that_breaks_off_leaves_the_old_copy(bench: Bench, why: str) -> None:
    folder = bench.folder / "kept/vm-1"
    folder.mkdir(parents=True)
    (folder / "1-postgres.dump").write_text("old")
    bench.broken = why
    with pytest.raises(ConnectionError):
        bench.run(fetch_dir="kept")
    assert [(one.name, one.read_text()) for one in folder.iterdir()] == [("1-postgres.dump", "old")]
    assert bench.removed == ["/remote/tmp"]


def test_a_host_cannot_have_a_file_written_elsewhere(bench: Bench) -> None:
    bench.told["backups"] = [{"name": "../../x", "file": "/etc/passwd"}]
    result = bench.run(fetch_dir="kept")
    assert {Path(one).parent for one in result["fetched"]} == {bench.folder / "kept/vm-1"}


def test_a_backup_that_failed_is_not_fetched(bench: Bench) -> None:
    bench.told = {"failed": True, "msg": "the disk is full"}
    assert bench.run(fetch_dir="kept")["msg"] == "the disk is full"
    assert bench.asked == []
    assert bench.removed == ["/remote/tmp"]


def test_a_preview_fetches_nothing(bench: Bench) -> None:
    bench.run(fetch_dir="kept", check_mode=True)
    assert "fetch_to" not in bench.sent[0]
    assert not (bench.folder / "kept").exists()


def test_a_database_that_is_given_is_refused_before_the_host_is_asked(bench: Bench) -> None:
    given = replace(seen_of(), environment=EnvironmentSeen(switched_off=("postgres",)))
    result = bench.run(given)
    assert result["failed"]
    assert "backend.DATABASE_URL: it is given" in result["msg"]
    assert "Neon has branches" in result["msg"]
    assert bench.sent == []


@pytest.mark.parametrize(
    ("options", "told"),
    [({"kep": 3}, "kep: there is no such option"), ({"seen": None}, "seen: is required"),
     ({"seen": "{"}, "unexpected JSONDecodeError")],
)  # fmt: skip
def test_options_that_are_wrong_are_named(bench: Bench, options: Any, told: str) -> None:
    assert told in bench.run(**options)["msg"]
    assert bench.sent == []
