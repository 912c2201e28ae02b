"""The faces of image_build and compose_stack: what is documented is what is accepted."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
import yaml
from ansible_collections.todo.stack.plugins.module_utils.build.wanted import Wanted
from ansible_collections.todo.stack.plugins.modules import compose_stack, image_build


def assert_same(documented: dict[str, Any], spec: dict[str, Any], at: str = "") -> None:
    assert sorted(documented) == sorted(spec), at
    for name, option in documented.items():
        accepted = spec[name]
        for key, absent in (
            ("type", None), ("default", None), ("required", False), ("elements", None),
            ("choices", None),
        ):  # fmt: skip
            assert option.get(key, absent) == accepted.get(key, absent), f"{at}{name}.{key}"
        assert_same(option.get("suboptions", {}), accepted.get("options", {}), f"{at}{name}.")


@pytest.mark.parametrize("module", [image_build, compose_stack], ids=lambda m: m.__name__)
def test_the_documented_options_are_the_accepted_ones(module: Any) -> None:
    assert_same(yaml.safe_load(module.DOCUMENTATION)["options"], module.ARGUMENT_SPEC)


def test_a_crash_of_image_build_tells_its_type_and_never_its_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []

    class Module:
        params: ClassVar = {"play": {}, "state_dir": "/none"}

        def __init__(self, **_: Any) -> None:
            pass

        def fail_json(self, msg: str, **_: Any) -> None:
            told.append(msg)
            raise SystemExit(1)

    def crash(_params: object) -> None:
        raise KeyError("marker")

    monkeypatch.setattr(image_build, "AnsibleModule", Module)
    monkeypatch.setattr(Wanted, "read", crash)
    with pytest.raises(SystemExit):
        image_build.main()
    assert told == ["unexpected KeyError in image_build"]


@pytest.mark.parametrize("module", [image_build, compose_stack], ids=lambda m: m.__name__)
def test_the_examples_use_options_that_are_there(module: Any) -> None:
    name = "todo.stack." + module.__name__.rpartition(".")[2]
    tasks = [task[name] for task in yaml.safe_load(module.EXAMPLES) if name in task]
    assert tasks
    assert all(set(task) <= set(module.ARGUMENT_SPEC) for task in tasks)
