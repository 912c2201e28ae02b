"""Controller sides of bringing images: who is asked at all, what is made once, what is told."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible import constants
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.action import (
    builder_info,
    image_export,
    image_import,
    image_layers_info,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.plugin_utils.build import watched

A, B = "sha256:a", "sha256:b"
CONTENT, BASE = "todo-one:abc", "base:1"
IMAGES = {CONTENT: "sha256:one", BASE: "sha256:base"}
ROW = {"content_image": CONTENT, "image_id": "sha256:one", "reason": "app.py changed"}
BYTES = b"the layers"
EXPORTED = {
    "bytes": len(BYTES),
    "sha256": hashlib.sha256(BYTES).hexdigest(),
    "image_ids": {CONTENT: ["sha256:one"]},
}
BOTH = {"ansible_play_hosts_all": ["vm1", "vm2"], "inventory_hostname": "vm2"}


def described(**ids: str) -> dict[str, Any]:
    offered = [
        {"name": name, "image_id": image_id, "architecture": "amd64", "layers": [A, B],
         "content": ""}
        for name, image_id in {**IMAGES, **ids}.items()
    ]  # fmt: skip
    return {"images": offered, "builds": [{"digest": "sha256:c"}], "chains": []}


class Watch:
    """Stands in for what follows a transfer or a module."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self.file = "steps"

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, *_: object) -> None:
        return None


class Bench:
    """Actions on a host whose modules answer what they are told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.folder = folder
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.fetched = self.sent = 0
        self.removed: list[str] = []
        self.shown: list[str] = []
        self.answers: dict[str, Any] = {
            "image_layers_info": described(),
            "image_export": EXPORTED,
            "image_import": {"changed": True, "ids": {CONTENT: "sha256:here", BASE: "x"}},
        }
        self.transfer: Callable[[], None] = lambda: None
        self.content = BYTES
        monkeypatch.setattr(ActionBase, "run", lambda *_: {})
        monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(folder))
        monkeypatch.setattr(watched, "BuildWatch", Watch)
        for plugin in (image_export, image_import):
            monkeypatch.setattr(plugin, "TransferWatch", Watch)

    def run(
        self, plugin: Any, transport: str = "ssh", *, check_mode: bool = False, **args: Any
    ) -> dict[str, Any]:
        action = plugin.ActionModule.__new__(plugin.ActionModule)
        action._task = SimpleNamespace(args=args, check_mode=check_mode)
        shell = SimpleNamespace(join_path=lambda *parts: "/".join(parts))
        action._connection = SimpleNamespace(
            transport=transport, _shell=shell, fetch_file=self.fetch
        )
        action._display = SimpleNamespace(display=self.shown.append)
        action._make_tmp_path = lambda: "/remote"
        action._remove_tmp_path = lambda path, **_: self.removed.append(path)
        action._transfer_file = self.ship
        action._fixup_perms2 = lambda _paths: None
        action._execute_module = self.execute
        result: dict[str, Any] = action.run(task_vars=BOTH)
        return result

    def fetch(self, _source: str, target: str) -> None:
        self.transfer()
        self.fetched += 1
        Path(target).write_bytes(self.content)

    def ship(self, _source: str, _target: str) -> None:
        self.transfer()
        self.sent += 1

    def execute(self, module_name: str, module_args: dict[str, Any], **_: Any) -> dict[str, Any]:
        name = module_name.rpartition(".")[2]
        self.asked.append((name, module_args))
        answer: dict[str, Any] = self.answers[name]
        if name == "image_export" and "/remote" not in module_args.get("archive", "/remote"):
            Path(module_args["archive"]).write_bytes(self.content)
        return answer

    def modules(self) -> list[str]:
        return [name for name, _ in self.asked]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Bench:
    """Return a bench."""
    return Bench(monkeypatch, tmp_path)


def refuse(error: Exception) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


THERE = [{"Id": i, "RepoTags": [n]} for n, i in IMAGES.items()]


def test_a_host_that_has_all_is_not_asked(bench: Bench) -> None:
    found = bench.run(image_layers_info, wanted=IMAGES, present=THERE)
    assert (found["due"], bench.asked) == ({}, [])
    found = bench.run(image_layers_info, check_mode=True, wanted=IMAGES, present=THERE[:1])
    assert (found["due"], bench.asked) == ({BASE: "sha256:base"}, [])


def test_a_host_that_lacks_one_is_asked_for_its_layers(bench: Bench) -> None:
    bench.run(image_layers_info, wanted=IMAGES, present=THERE[:1])
    assert bench.asked == [("image_layers_info", {"wanted": {BASE: "sha256:base"}})]


def test_the_same_layers_are_exported_once(bench: Bench) -> None:
    first = bench.run(image_export, images=IMAGES, chains=[A], stack="todo")
    assert Path(first["archive"]).read_bytes() == BYTES
    assert (first["layers"], first["bytes"], first["sha256"]) == (1, 10, EXPORTED["sha256"])
    assert bench.asked[1][1]["layers"] == [B]
    # Another host, with other layers of its own that have no part in it.
    assert bench.run(image_export, images=IMAGES, chains=[A, "sha256:z"], stack="todo") == first
    assert (bench.modules(), bench.fetched) == (["image_layers_info", "image_export"], 1)
    third = bench.run(image_export, images=IMAGES, chains=[], stack="todo")
    assert (third["layers"], bench.fetched) == (2, 2)
    assert set(bench.removed) == {"/remote"}


def test_to_a_registry_each_image_is_pushed_once(bench: Bench) -> None:
    references = {CONTENT: "r.corp/one@sha256:d"}
    bench.answers["image_export"] = {"references": references}
    for chains in ([A], [A, B]):
        found = bench.run(image_export, images=IMAGES, chains=chains, registry="r.corp")
        assert found["references"] == references
    assert (bench.modules(), bench.fetched) == (["image_layers_info", "image_export"], 0)
    told = bring(bench, shipment={**found, "layers": 0})
    assert (told["changed"], "bytes" in told, bench.sent) == (True, False, 0)
    assert bench.shown[0].startswith("  vm2 2 of vm1's images were pulled from the registry in ")


def test_on_the_controller_itself_nothing_is_fetched(bench: Bench) -> None:
    found = bench.run(image_export, "local", images=IMAGES)
    assert Path(found["archive"]).read_bytes() == BYTES
    assert bench.fetched == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"answers": {"image_export": {"failed": True, "msg": "disk is full"}}}, "disk is full"),
        ({"content": b"the loyers"}, "did not come from their builder as they were sent"),
        ({"transfer": refuse(AnsibleError("cut"))}, "could not be fetched from their builder: cut"),
        ({"answers": {"image_layers_info": described(**{CONTENT: "sha256:new"})}},
         f"no longer those that were built: {CONTENT}"),
    ],
)  # fmt: skip
def test_what_could_not_be_exported_is_told_and_tried_again(
    bench: Bench, change: dict[str, Any], said: str
) -> None:
    good = {key: getattr(bench, key) for key in change}
    for key, value in change.items():
        setattr(bench, key, {**bench.answers, **value} if key == "answers" else value)
    found = bench.run(image_export, images=IMAGES)
    assert found["failed"] is True and said in found["msg"]
    assert not list(bench.folder.rglob("*.tar"))
    for key, value in good.items():
        setattr(bench, key, value)
    assert "failed" not in bench.run(image_export, images=IMAGES)


def test_a_file_is_left_only_by_what_was_made_whole(tmp_path: Path) -> None:
    def half(target: Path) -> dict[str, Any]:
        target.write_text("half")
        raise StackError("cut")

    with pytest.raises(StackError):
        image_export.once(tmp_path, ["key"], half)
    assert not list(tmp_path.glob("*.tar")) + list(tmp_path.glob("*.json"))


def bring(bench: Bench, transport: str = "ssh", **changes: Any) -> dict[str, Any]:
    shipment = {**EXPORTED, "archive": str(bench.folder / "a.tar"), "layers": 1}
    args = {"built": [ROW], "builder": "vm1", "due": IMAGES, "shipment": shipment}
    return bench.run(image_import, transport, **{**args, **changes})


def test_what_came_is_told_with_its_bytes(bench: Bench) -> None:
    found = bring(bench)
    assert found["images"] == [
        {**ROW, "image_id": "sha256:here", "changed": True,
         "reason": "built on vm1: app.py changed"}
    ]  # fmt: skip
    assert (found["changed"], found["bytes"], bench.sent) == (True, 10, 1)
    [line] = bench.shown
    assert line.startswith("  vm2 1 layer of 2 images came from vm1, 0.0 MB in ")
    assert bench.asked[0][1]["archive"] == "/remote/images.tar"
    assert bench.removed[-1] == "/remote"


def test_the_controller_is_sent_nothing(bench: Bench) -> None:
    bring(bench, "local")
    assert bench.sent == 0
    assert bench.asked[0][1]["archive"] == str(bench.folder / "a.tar")


def test_where_all_is_there_nothing_is_done(bench: Bench) -> None:
    found = bring(bench, due={}, shipment={"skipped": True})
    assert (found["changed"], found["images"][0]["changed"], bench.asked) == (False, False, [])


def test_a_preview_tells_what_would_come(bench: Bench) -> None:
    found = bring(bench, check_mode=True, shipment={"skipped": True})
    assert found["changed"] is True and bench.asked == []
    assert found["reason"] == f"would come from vm1: {CONTENT}, {BASE}"


def test_a_transfer_that_fails_is_told_and_one_that_was_cut_is_unreachable(bench: Bench) -> None:
    bench.transfer = refuse(AnsibleError("No space left on device"))
    found = bring(bench)
    assert found["failed"] is True
    assert "could not be brought to this host: No space left on device -> see" in found["msg"]
    bench.transfer = refuse(AnsibleConnectionFailure("cut"))
    with pytest.raises(AnsibleConnectionFailure):
        bring(bench)
    assert bench.removed == ["/remote", "/remote"]


def look(arch: str = "amd64", running: bool = True) -> dict[str, Any]:
    engine = {"running": running, "server_arch": arch}
    return {"seen": "{}", "engine": engine, "stack": "todo", "contracts": [{"build": {"a": 1}}]}


def who(host: str, hosts: Mapping[str, Any], builder: str = "") -> dict[str, Any]:
    action = builder_info.ActionModule.__new__(builder_info.ActionModule)
    action.validate_argument_spec = lambda _spec: (None, {"builder": builder})
    variables = {
        "inventory_hostname": host,
        "hostvars": {name: {"stack_look": one} for name, one in hosts.items()},
        "ansible_play_hosts": list(hosts),
        "ansible_play_batch": list(hosts),
        "groups": {"all": [*hosts, "box"]},
    }
    found: dict[str, Any] = action.run(task_vars=json.loads(json.dumps(variables)))
    return found


@pytest.mark.usefixtures("bench")
def test_the_first_host_with_an_engine_builds() -> None:
    hosts = {"vm1": look(running=False, arch=""), "vm2": look(), "vm3": look()}
    found = who("vm3", hosts)
    assert (found["builder"], found["lead"]) == ("vm2", "vm2")
    assert found["reason"] == "the first host of the play with an engine"
    assert "delegate" not in who("vm2", hosts)


@pytest.mark.usefixtures("bench")
def test_one_that_was_refused_builds_for_nobody() -> None:
    hosts = {"vm1": {"failed": True, "msg": "no"}, "vm2": look(), "vm3": None}
    assert who("vm2", hosts)["builder"] == "vm2"
    assert "was not looked at" in who("vm3", hosts)["msg"]


@pytest.mark.usefixtures("bench")
def test_a_builder_outside_the_play_is_had_build_by_one_host() -> None:
    found = who("vm1", {"vm1": look()}, "box")
    assert (found["builder"], found["lead"], found["delegate"]) == ("box", "vm1", "box")
    assert "no host 'bx' in the inventory" in who("vm1", {"vm1": look()}, "bx")["msg"]
