"""Actions that follow their module: pull, load, bootstrap; and how an archive gets to its host."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleFileNotFound
from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.action import (
    base_image_bootstrap,
    base_images_load,
    base_images_pull,
)
from ansible_collections.todo.stack.plugins.plugin_utils.build import watched

BOTH = {"ansible_play_hosts_all": ["vm1", "vm2"], "inventory_hostname": "vm1"}


class Bench:
    """An action whose module only notes what it is sent, and whose watch, what it could read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.folder = folder
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.watches: list[tuple[Any, str]] = []
        self.shipped: list[tuple[str, str, list[dict[str, Any]]]] = []
        self.removed: list[str] = []
        monkeypatch.setattr(ActionBase, "run", lambda *_: {})
        monkeypatch.setattr(watched, "BuildWatch", self.watch)
        monkeypatch.setattr(base_images_load, "BuildWatch", self.watch)

    def watch(self, _connection: Any, remote_file: str | None, prefix: str) -> Any:
        self.watches.append((remote_file, prefix))
        return _Watch(remote_file or str(self.folder / "steps"))

    def run(
        self, plugin: Any, transport: str = "local", *, check_mode: bool = False, **args: Any
    ) -> dict[str, Any]:
        action = plugin.ActionModule.__new__(plugin.ActionModule)
        action._task = SimpleNamespace(args=args, check_mode=check_mode)
        shell = SimpleNamespace(join_path=lambda *parts: "/".join(parts))
        action._connection = SimpleNamespace(transport=transport, _shell=shell)
        action._make_tmp_path = lambda: f"/remote/{len(self.watches)}"
        action._remove_tmp_path = lambda path, **_: self.removed.append(path)
        action._find_needle = self.find
        action._transfer_file = self.ship
        action._fixup_perms2 = lambda _paths: None
        action._execute_module = self.execute
        result: dict[str, Any] = action.run(task_vars=BOTH)
        return result

    def find(self, folder: str, name: str) -> str:
        assert folder == "files"
        if name == "none.tar":
            raise AnsibleFileNotFound(file_name=name)
        return f"/project/{name}"

    def ship(self, source: str, target: str) -> None:
        self.shipped.append((source, target, json.loads((self.folder / "steps").read_text())))

    def execute(self, module_name: str, module_args: dict[str, Any], **_: Any) -> dict[str, Any]:
        self.sent.append((module_name, module_args))
        return {"changed": True}


class _Watch:
    def __init__(self, file: str) -> None:
        self.file = file

    def __enter__(self) -> _Watch:
        return self

    def __exit__(self, *_: object) -> None:
        return None


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Bench:
    """Return a bench."""
    return Bench(monkeypatch, tmp_path)


@pytest.mark.parametrize("plugin", [base_images_pull, base_image_bootstrap])
def test_a_module_that_takes_its_time_is_followed(bench: Bench, plugin: Any) -> None:
    name = f"todo.stack.{plugin.__name__.rpartition('.')[2]}"
    here = str(bench.folder / "steps")
    assert bench.run(plugin, images=[]) == {"changed": True}
    assert bench.sent == [(name, {"images": [], "progress_file": here})]
    bench.run(plugin, "ssh", images=[])
    assert bench.sent[1] == (name, {"images": [], "progress_file": "/remote/1/steps"})
    assert bench.watches == [(None, "vm1 "), ("/remote/1/steps", "vm1 ")]
    assert bench.removed == ["/remote/1"]


def test_an_archive_goes_to_its_host_with_a_word_and_is_gone_after(bench: Bench) -> None:
    bench.run(base_images_load, "ssh", archive="a.tar")
    [(source, target, steps)] = bench.shipped
    assert (source, target) == ("/project/a.tar", "/remote/0/images.tar")
    assert [one["step"] for one in steps] == ["/project/a.tar goes to the host"]
    assert bench.sent[0][1]["archive"] == target
    assert bench.removed == ["/remote/1", "/remote/0"]
    assert not (bench.folder / "steps").exists()


@pytest.mark.parametrize(
    ("transport", "args", "check_mode", "archive"),
    [
        ("local", {}, False, "/project/a.tar"),
        ("local", {"on_host": "yes"}, False, "a.tar"),
        ("ssh", {"on_host": True}, False, "a.tar"),
        ("ssh", {}, True, "a.tar"),
    ],
)
def test_an_archive_that_is_there_is_not_shipped(
    bench: Bench, transport: str, args: dict[str, Any], check_mode: bool, archive: str
) -> None:
    bench.run(base_images_load, transport, check_mode=check_mode, archive="a.tar", **args)
    assert (bench.sent[0][1]["archive"], bench.shipped) == (archive, [])


def test_an_archive_that_is_nowhere_is_told(bench: Bench) -> None:
    result = bench.run(base_images_load, "ssh", archive="none.tar")
    assert result["failed"] is True and "none.tar" in result["msg"]
    assert (bench.sent, bench.shipped) == ([], [])
