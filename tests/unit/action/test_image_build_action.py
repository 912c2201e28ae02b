"""The controller's side of a build: contexts judged first, shipped only when a build is due."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.action import image_build as plugin
from ansible_collections.todo.stack.plugins.module_utils.build.build_secrets import unpacked
from ansible_collections.todo.stack.plugins.module_utils.build.spec import read_spec
from ansible_collections.todo.stack.plugins.module_utils.contract.labels import (
    CONTENT_LABEL,
    PARTS_LABEL,
)
from ansible_collections.todo.stack.plugins.modules import image_build
from ansible_collections.todo.stack.plugins.plugin_utils.build import build_inputs
from ansible_collections.todo.stack.plugins.plugin_utils.build.build_watch import BuildWatch


class Bench:
    """The action plugin with a scripted module and a connection that notes what it carries."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.plan: dict[str, Any] = {"changed": False, "images": []}
        self.runs: list[tuple[bool, dict[str, Any]]] = []
        self.read: list[Path] = []
        self.shipped: list[str] = []
        self.removed: list[str] = []
        monkeypatch.setattr(ActionBase, "run", lambda *_: {})

    def image(self, service: str, **more: Any) -> dict[str, Any]:
        context = self.folder / service
        context.mkdir()
        (context / "Dockerfile").write_text("ARG BASE=python:3.12\nFROM $BASE\n")
        return {"service": service, "image": f"todo-{service}", "context": str(context), **more}

    def run(
        self,
        images: object,
        transport: str = "ssh",
        *,
        check_mode: bool = False,
        task_vars: dict[str, Any] | None = None,
        **options: Any,
    ) -> dict[str, Any]:
        action = plugin.ActionModule.__new__(plugin.ActionModule)
        action._task = SimpleNamespace(args={"images": images, **options}, check_mode=check_mode)
        shell = SimpleNamespace(join_path=lambda *parts: "/".join(parts))
        action._connection = SimpleNamespace(
            transport=transport, _shell=shell, set_become_plugin=lambda _plugin: None
        )
        action._make_tmp_path = lambda: "/remote/tmp"
        action._remove_tmp_path = lambda path, **_: self.removed.append(path)
        action._transfer_file = lambda _local, remote: self.shipped.append(remote)
        action._fixup_perms2 = lambda _paths: None

        def execute(module_args: dict[str, Any], **_: Any) -> dict[str, Any]:
            self.runs.append((action._task.check_mode, deepcopy(module_args)))
            for image in module_args["images"]:
                folders = [image["context"], *(image.get("contexts") or {}).values()]
                self.read += [Path(folder).resolve() for folder in folders]
            return deepcopy(self.plan) if action._task.check_mode else {"changed": True}

        action._execute_module = execute
        result: dict[str, Any] = action.run(task_vars=task_vars or {})
        assert action._task.check_mode is check_mode
        return result

    def due(self, **services: bool) -> None:
        rows = [{"service": name, "changed": changed} for name, changed in services.items()]
        self.plan = {"changed": any(services.values()), "images": rows}


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Return a bench whose contexts lie in a folder of its own."""
    return Bench(tmp_path, monkeypatch)


def test_on_this_machine_the_module_runs_once_in_place(bench: Bench) -> None:
    image = bench.image("backend")
    assert bench.run([image], "local") == {"changed": True}
    [(checked, args)] = bench.runs
    assert (checked, bench.read, bench.shipped) == (False, [Path(image["context"])], [])
    assert Path(args["progress_file"]).name == "steps"


def test_on_this_machine_a_context_of_another_umask_is_copied_and_the_copy_taken_away(
    bench: Bench,
) -> None:
    image = bench.image("backend")
    Path(image["context"], "Dockerfile").chmod(0o600)
    assert bench.run([image], "local") == {"changed": True}
    [copy] = bench.read
    assert (copy == Path(image["context"]), copy.exists()) == (False, False)


def test_a_preview_on_this_machine_copies_nothing(bench: Bench) -> None:
    image = bench.image("backend")
    Path(image["context"], "Dockerfile").chmod(0o600)
    bench.due(backend=True)
    assert bench.run([image], "local", check_mode=True)["changed"] is True
    assert bench.read == [Path(image["context"])]


def test_an_unchanged_image_ships_no_byte(bench: Bench) -> None:
    bench.due(backend=False)
    assert bench.run([bench.image("backend")])["changed"] is False
    assert [checked for checked, _ in bench.runs] == [True]
    assert (bench.shipped, bench.removed) == ([], [])


def test_only_the_contexts_that_are_due_are_shipped(bench: Bench) -> None:
    bench.due(backend=True, frontend=False)
    images = [bench.image("backend"), bench.image("frontend")]
    assert bench.run(images) == {"changed": True}
    assert bench.shipped == ["/remote/tmp/backend.tar.gz"]
    (planned, _), (second, args) = bench.runs
    assert (planned, second) == (True, False)
    assert [image["context"] for image in args["images"]] == [
        "/remote/tmp/backend.tar.gz", images[1]["context"],
    ]  # fmt: skip
    assert args["progress_file"] == "/remote/tmp/steps"
    assert bench.removed == ["/remote/tmp"]


def test_named_contexts_are_seen_and_shipped_under_names_of_their_own(bench: Bench) -> None:
    bench.due(backend=True)
    shared = bench.folder / "shared"
    shared.mkdir()
    (shared / "lib.py").write_text("")
    contexts = {"lib": str(shared), "base": "docker-image://python:3.12"}
    bench.run([bench.image("backend", contexts=contexts)])
    assert bench.shipped == ["/remote/tmp/backend.0.tar.gz", "/remote/tmp/backend.tar.gz"]
    [image] = bench.runs[1][1]["images"]
    assert image["contexts"] == {
        "lib": "/remote/tmp/backend.0.tar.gz", "base": "docker-image://python:3.12",
    }  # fmt: skip
    assert sorted(image["seen"]["files"]) == ["Dockerfile", "[lib] lib.py"]


def test_on_this_machine_named_contexts_are_used_in_place(bench: Bench) -> None:
    (bench.folder / "shared").mkdir()
    bench.run([bench.image("backend", contexts={"lib": str(bench.folder / "shared")})], "local")
    assert bench.read == [bench.folder / "backend", bench.folder / "shared"]


def test_a_misspelt_option_is_refused_here_and_its_value_not_shown(bench: Bench) -> None:
    one = bench.image("one", secretts=[{"id": "a", "value": "marker"}])
    two = bench.image("two", secrets=[{"id": "a", "vale": "marker"}], contexts={"x": "/absent"})
    message = bench.run([one, two], "local")["msg"]
    assert "images.one: 'secretts' is no option -> did you mean secrets?" in message
    assert "images.two.secrets: 'vale' is no option -> did you mean value?" in message
    assert "/absent: the build context does not exist" in message
    assert "marker" not in message
    assert bench.runs == []


def test_a_misspelt_option_of_the_task_is_refused_also_where_nothing_is_due(bench: Bench) -> None:
    image = bench.image("backend")
    seen = Seen(image)
    result = bench.run([image], "local", present=[seen.image, seen.base], no_cahce=True)
    assert "no_cahce: there is no such option -> did you mean no_cache?" in result["msg"]
    assert bench.runs == []


@pytest.mark.parametrize("transport", ["local", "ssh"])
def test_values_of_secrets_travel_in_a_shape_that_the_hosts_log_can_hide(
    bench: Bench, transport: str
) -> None:
    bench.due(backend=True)
    secrets = [{"id": "a", "value": "mar\\k'er\"\n"}, {"id": "b", "env": "B"}]
    bench.run([bench.image("backend", secrets=secrets)], transport)
    for _, args in bench.runs:
        assert "k'er" not in str(args)
        [image] = map(unpacked, args["images"])
        assert image["secrets"] == secrets


def test_the_options_known_here_are_the_modules() -> None:
    assert {*plugin.OPTIONS, "progress_file"} == set(image_build.ARGUMENT_SPEC)
    assert set(image_build.IMAGE_SPEC) - {"seen"} == build_inputs.IMAGE_OPTIONS
    assert set(image_build.SECRET_SPEC) == build_inputs.SECRET_OPTIONS


@pytest.mark.parametrize(("hosts", "prefix"), [(["vm1"], ""), (["vm1", "vm2"], "vm1 ")])
def test_with_several_hosts_each_line_says_whose_it_is(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, hosts: list[str], prefix: str
) -> None:
    seen: list[str] = []

    def watch(connection: object, _file: object, named: str) -> BuildWatch:
        seen.append(named)
        return BuildWatch(connection)

    monkeypatch.setattr(plugin, "BuildWatch", watch)
    hosts_vars = {"ansible_play_hosts_all": hosts, "inventory_hostname": "vm1"}
    bench.run([bench.image("backend")], "local", task_vars=hosts_vars)
    assert seen == [prefix]


def test_a_preview_of_a_remote_host_only_plans(bench: Bench) -> None:
    bench.due(backend=True)
    assert bench.run([bench.image("backend")], check_mode=True)["changed"] is True
    assert ([checked for checked, _ in bench.runs], bench.shipped) == ([True], [])


def test_a_plan_that_failed_is_the_result(bench: Bench) -> None:
    bench.plan = {"failed": True, "msg": "no engine", "changed": True}
    assert bench.run([bench.image("backend")])["msg"] == "no engine"
    assert bench.shipped == []


def test_what_was_shipped_goes_even_when_the_build_fails(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.due(backend=True)
    monkeypatch.setattr(plugin.ActionModule, "_watched", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        bench.run([bench.image("backend")])
    assert bench.removed == ["/remote/tmp"]


def test_the_module_is_told_what_the_build_sees(bench: Bench) -> None:
    image = bench.image("backend", args={"BASE": "python:3.12"})
    bench.run([image], "local", bases={"python:3.12": "localhost/py"})
    seen = bench.runs[0][1]["images"][0]["seen"]
    assert list(seen["files"]) == ["Dockerfile"]
    assert seen["bases"] == ["localhost/py"]


def test_contexts_with_problems_are_refused_all_at_once_before_the_module(bench: Bench) -> None:
    good, bad = bench.image("backend"), {"service": "b", "context": str(bench.folder / "absent")}
    result = bench.run([good, bad, {"service": "c"}], "local")
    assert (result["failed"], result["changed"], bench.runs) == (True, False, [])
    assert "2 problems found" in result["msg"]
    assert "absent: the build context does not exist" in result["msg"]
    assert "images.c.context: is required" in result["msg"]


@pytest.mark.parametrize("images", [None, "x", {}, ["x"], [None]])
def test_images_that_are_no_list_of_mappings_are_refused(bench: Bench, images: object) -> None:
    result = bench.run(images, "local")
    assert "`images` must be a list of mappings" in result["msg"]
    assert bench.runs == []


def test_a_home_folder_is_found(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    image = bench.image("backend")
    monkeypatch.setenv("HOME", str(bench.folder))
    assert "failed" not in bench.run([{**image, "context": "~/backend"}], "local")


class Seen:
    """What a look has seen of a host where ``image`` was built, and of its base."""

    def __init__(self, image: dict[str, Any]) -> None:
        [found] = build_inputs.read_inputs([image])
        spec = read_spec(build_inputs.with_seen(image, found, {}), {})
        content = spec.content({"python:3.12": "sha256:base"})
        labels = {CONTENT_LABEL: content.digest, PARTS_LABEL: content.parts_label()}
        self.row = {
            "image": "todo-backend:latest",
            "image_id": "sha256:a",
            "digest": content.digest,
        }
        names = [spec.content_reference(content)]
        self.image = {"Id": "sha256:a", "RepoTags": names, "RepoDigests": [],
                      "Config": {"Labels": labels}, "Record": self.row}  # fmt: skip
        self.base = {"Id": "sha256:base", "RepoTags": ["python:3.12"], "RepoDigests": []}


@pytest.mark.parametrize("transport", ["local", "ssh"])
@pytest.mark.parametrize("check_mode", [True, False])
def test_what_was_just_seen_unchanged_costs_no_visit(
    bench: Bench, transport: str, check_mode: bool
) -> None:
    image = bench.image("backend", budget={"seconds": 5, "bytes": 7})
    seen = Seen(image)
    result = bench.run([image], transport, check_mode=check_mode, present=[seen.image, seen.base])
    assert (result["changed"], bench.runs) == (False, [])
    assert result["reason"] == "backend: nothing changed since it was built"
    assert result["images"][0]["budget"] == {"seconds": 5, "bytes": 7}


@pytest.mark.parametrize(
    "change",
    ["file", "no record", "base is gone", "base moved", "secret", "pull", "no_cache", "stack"],
)
def test_whatever_else_is_asked_of_the_host(bench: Bench, change: str) -> None:
    image = bench.image("backend")
    seen = Seen(image)
    present, options = [seen.image, seen.base], dict[str, Any]()
    if change == "file":
        (bench.folder / "backend/new.py").write_text("")
    elif change == "no record":
        del seen.image["Record"]
    elif change == "base is gone":
        present = [seen.image]
    elif change == "base moved":
        seen.base["Id"] = "sha256:newer"
    elif change == "secret":
        image["secrets"] = [{"id": "ca", "file": "/etc/ca"}]
    elif change == "pull":
        image["pull"] = "always"
    elif change == "stack":
        options["stack"] = "shop"
    else:
        options["no_cache"] = True
    bench.run([image], "local", present=present, **options)
    assert len(bench.runs) == 1
    assert "present" not in bench.runs[0][1]
