"""The controller's side of base_images_info: what was just seen is not asked for again."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.action import base_images_info as plugin

WANTED = [
    {"reference": "python:3.12-slim", "kind": "python", "version": "3.12"},
    {"reference": "node:20-slim", "kind": "node", "version": 20},
]
PYTHON = {"Id": "sha256:p", "RepoTags": ["localhost/todo-stack/python:3.12-slim"], "Size": 1}
NODE = {"Id": "sha256:n", "RepoTags": ["node:20-slim"], "Size": 2}
ASKED = {"asked": True}


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ActionBase, "run", lambda *_: {})


def run(**args: Any) -> dict[str, Any]:
    action = plugin.ActionModule.__new__(plugin.ActionModule)
    action._task = SimpleNamespace(args=args)
    action._execute_module = lambda _name, args, **_: {**ASKED, "args": args}
    result: dict[str, Any] = action.run(task_vars={})
    return result


def test_all_that_is_wanted_was_seen() -> None:
    result = run(wanted=WANTED, present=[PYTHON, NODE])
    assert result["resolved"] == {
        "python:3.12-slim": "localhost/todo-stack/python:3.12-slim", "node:20-slim": "node:20-slim",
    }  # fmt: skip
    assert (result["missing"], result["changed"], "asked" in result) == ([], False, False)
    assert [one for one in result["warnings"] if one.startswith("node:20-slim is past its end")]


@pytest.mark.parametrize(
    "args",
    [
        {"wanted": WANTED, "present": [PYTHON]},
        {"wanted": WANTED},
        {"wanted": WANTED, "present": [PYTHON, NODE], "source": "registry"},
        {"wanted": [{"refrence": "python"}], "present": [PYTHON]},
        {"present": [PYTHON]},
        {"wanted": WANTED, "present": [PYTHON, NODE], "sauce": "auto"},
        {"wanted": WANTED, "present": [PYTHON, NODE], "source": "regsitry"},
        {"wanted": WANTED, "present": [PYTHON, NODE], "registry_mirror": None},
    ],
)
def test_otherwise_the_host_is_asked(args: dict[str, Any]) -> None:
    result = run(**args)
    assert result["asked"]
    assert "present" not in result["args"]
