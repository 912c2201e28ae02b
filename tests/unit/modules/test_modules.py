"""Every module: documented as it is, in the action group, and silent about values in the log."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml
from ansible.module_utils import basic
from ansible.module_utils.testing import patch_module_args
from ansible_collections.todo.stack.plugins.doc_fragments.stack import ModuleDocFragment
from ansible_collections.todo.stack.plugins.module_utils.build.build_secrets import (
    packed,
    unpacked,
)
from ansible_collections.todo.stack.plugins.module_utils.build.wanted import Wanted
from ansible_collections.todo.stack.plugins.module_utils.contract.arguments import STACK_SPEC
from ansible_collections.todo.stack.plugins.modules import (
    backup,
    image_build,
    look,
    release,
    remove,
    watch,
)
from ansible_collections.todo.stack.plugins.plugin_utils.contract.stack_spec import OPTIONS

ROOT = Path(__file__).parents[3]
NAMES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py"))
MODULES = {
    name: importlib.import_module(f"ansible_collections.todo.stack.plugins.modules.{name}")
    for name in NAMES
}
ON_THE_HOST = {"look": look, "release": release}
HOSTILE = {
    "backslash": "MaRk\\er\\1",
    "both quotes": 'MaRk\'er"1"',
    "line break": "MaRk\ner\r\n1",
    "json in it": '{"MaRk": "er"}',
}
INTERNAL = {"spec", "since", "by", "commit", "library", "progress_file", "fetch_to",
            "settings", "archive"}  # fmt: skip


def documented(module: Any) -> dict[str, Any]:
    found = yaml.safe_load(module.DOCUMENTATION)
    shared = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]
    more = shared if "extends_documentation_fragment" in found else {}
    return {**more, **found.get("options", {})}


def assert_same(told: Mapping[str, Any], spec: Mapping[str, Any], at: str = "") -> None:
    assert sorted(told) == sorted(spec), at
    for name, option in told.items():
        for key in ("type", "default", "required", "elements", "choices"):
            absent = False if key == "required" else None
            assert option.get(key, absent) == spec[name].get(key, absent), f"{at}{name}.{key}"
        assert_same(option.get("suboptions", {}), spec[name].get("options", {}), f"{at}{name}.")


@pytest.mark.parametrize("name", NAMES)
def test_the_documented_options_are_the_accepted_ones(name: str) -> None:
    told = documented(MODULES[name])
    spec = {key: one for key, one in MODULES[name].ARGUMENT_SPEC.items() if key in told}
    assert set(MODULES[name].ARGUMENT_SPEC) - set(told) <= INTERNAL
    if name == "image_build":  # `seen` is between its two sides
        images = {**spec["images"], "options": dict(spec["images"]["options"])}
        images["options"].pop("seen", None)
        told["images"]["suboptions"].pop("seen", None)
        spec["images"] = images
    assert_same(told, spec)


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_use_options_that_are_there(name: str) -> None:
    tasks = [task[f"todo.stack.{name}"] or {} for task in yaml.safe_load(MODULES[name].EXAMPLES)
             if f"todo.stack.{name}" in task]  # fmt: skip
    assert tasks
    internal = INTERNAL if name in ON_THE_HOST else set()
    assert all(set(task) <= set(MODULES[name].ARGUMENT_SPEC) - internal for task in tasks)


def test_all_modules_are_in_the_action_group() -> None:
    group = yaml.safe_load((ROOT / "meta/runtime.yml").read_text())["action_groups"]["stack"]
    assert group == NAMES


def test_the_two_sides_of_a_module_know_the_same_options() -> None:
    assert {*OPTIONS, "spec"} == set(STACK_SPEC)


def test_ansible_doc_renders_every_module_without_a_warning() -> None:
    tool = Path(sys.executable).parent / "ansible-doc"
    done = subprocess.run(
        [str(tool), "--type", "module", "--json", *(f"todo.stack.{name}" for name in NAMES)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    shown = json.loads(done.stdout)
    assert sorted(shown) == [f"todo.stack.{name}" for name in NAMES]
    for name in ("look", "release"):
        assert {"project_dir", "secrets", "relaxed"} <= set(
            shown[f"todo.stack.{name}"]["doc"]["options"]
        )


def options_of(spec: Mapping[str, Any], at: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, option in spec.items():
        yield f"{at}{name}", option
        yield from options_of(option.get("options", {}), f"{at}{name}.")


@pytest.mark.parametrize("name", NAMES)
def test_an_option_that_holds_secrets_is_never_logged(name: str) -> None:
    for path, option in options_of(MODULES[name].ARGUMENT_SPEC):
        if path.rpartition(".")[2] in {"spec", "secrets", "value"} and not option.get("options"):
            assert option.get("no_log") is True, f"{name}: {path}"


@pytest.mark.parametrize("how", HOSTILE)
@pytest.mark.parametrize("name", ["look", "release", "image_build"])
def test_nothing_of_a_value_is_logged(
    name: str, how: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    logged: list[str] = []
    monkeypatch.setattr(
        basic.AnsibleModule, "log", lambda _self, text, log_args=None: logged.append(
            f"{text} {log_args}")
    )  # fmt: skip
    value = HOSTILE[how]
    spec = json.dumps({"given": {"secrets": {"backend": {"A": value}}}})
    args: dict[str, Any] = {"project_dir": "/p", "spec": spec, "secrets": {"backend": {"A": value}}}
    if name == "release":
        args |= {"contracts": [], "seen": ""}
    if name == "image_build":
        secrets = [{"id": "a", "value": value}]
        image = {"service": "a", "image": "a", "context": str(tmp_path), "secrets": secrets}
        args = {"images": [packed(image)]}
        assert unpacked(args["images"][0]) == image
    with patch_module_args(args):
        basic.AnsibleModule(argument_spec=MODULES[name].ARGUMENT_SPEC)
    assert logged
    text = "".join(logged)
    for shape in (value, json.dumps(value)[1:-1], repr(value)[1:-1], "MaRk"):
        assert shape not in text


class Crashing:
    """Stands in for AnsibleModule; what it fails with is kept."""

    told: ClassVar[list[dict[str, Any]]] = []
    params: ClassVar[dict[str, Any]] = {
        "images": [],
        "stack": "todo",
        "state_dir": "/none",
        "data": False,
        "by": "",
        "state": "present",
        "archive": "",
        "settings": "",
        "minutes": 5,
    }
    check_mode = False
    no_log_values: ClassVar[set[str]] = set()

    def __init__(self, **_: Any) -> None:
        self.told.clear()

    def fail_json(self, **result: Any) -> None:
        self.told.append(result)
        raise SystemExit(1)


def crash(*_: Any, **__: Any) -> None:
    raise KeyError("marker")


@pytest.mark.parametrize(
    ("module", "target", "place"),
    [
        (backup, backup, "order_of"),
        (image_build, Wanted, "read"),
        (look, look, "read_spec"),
        (release, release, "order_of"),
        (remove, remove, "remove_stack"),
        (watch, watch, "have_watched"),
    ],
)
def test_a_crash_tells_its_type_and_never_its_text(
    monkeypatch: pytest.MonkeyPatch, module: Any, target: Any, place: str
) -> None:
    monkeypatch.setattr(module, "AnsibleModule", Crashing)
    monkeypatch.setattr(target, place, crash)
    with pytest.raises(SystemExit):
        module.main()
    name = module.__name__.rpartition(".")[2]
    assert Crashing.told == [{"msg": f"unexpected KeyError in {name}", "changed": False}]


@pytest.mark.parametrize("name", ON_THE_HOST)
def test_without_its_controller_side_a_module_refuses(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    args: dict[str, Any] = {"project_dir": "/p"}
    if name == "release":
        args |= {"contracts": [], "seen": ""}
    with patch_module_args(args), pytest.raises(SystemExit):
        ON_THE_HOST[name].main()
    told = json.loads(capsys.readouterr().out)
    assert "the controller side of this module was left out" in told["msg"]
    assert told["changed"] is False
