"""The controller's side of status, logs and show."""

from __future__ import annotations

import json
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.todo.stack.plugins.action import logs, show, status
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import to_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.tests.unit.plugin_utils.status.test_screen import running

ROW = {"at": "2026-01-18T10:00:00.123456789Z", "service": "backend", "text": "started"}


def run(plugin: Any, answer: Any, **args: Any) -> dict[str, Any]:
    """Return the result of a plugin whose host answers so, or cannot be reached."""
    action = plugin.ActionModule.__new__(plugin.ActionModule)
    action._task = SimpleNamespace(args=args, check_mode=False)

    def execute(*_: Any, **__: Any) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    action._execute_module = execute
    action.validate_argument_spec = lambda spec: (
        None, {**{name: one.get("default") for name, one in spec.items()}, **args},
    )  # fmt: skip
    result: dict[str, Any] = action.run(task_vars={"inventory_hostname": "web1"})
    return result


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what Ansible does before a plugin."""
    monkeypatch.setattr(ActionBase, "run", lambda *_: {})


@pytest.mark.parametrize("output", ["text", "json"])
def test_a_status_is_a_screen_or_one_line_of_json(
    contracts: Sequence[Contract], output: str
) -> None:
    answer = {"status": json.dumps(to_plain(running(contracts)))}
    result = run(status, answer, stack="todo", output=output)
    assert (result["changed"], result["summary"]["host"]) == (False, "web1")
    if output == "json":
        [line] = result["screen"]
        assert json.loads(line) == json.loads(json.dumps(result["summary"]))
        assert "\n" not in line and line.startswith("{")
    else:
        assert result["screen"][0] == "web1  todo"


GONE = AnsibleConnectionFailure("Connection timed out\nport 22")


@pytest.mark.parametrize("output", ["text", "json"])
def test_a_host_that_cannot_be_reached_is_no_failure(output: str) -> None:
    result = run(status, GONE, stack="todo", output=output)
    assert not result.get("failed") and result["summary"]["reached"] is False
    [row] = run(logs, GONE, stack="todo", output=output)["rows"]
    for text in (result["screen"][0], row["shown"]):
        assert "Connection timed out port 22" in text
        assert "web1" in text


@pytest.mark.parametrize("plugin", [status, logs])
def test_what_the_host_fails_with_is_the_result(plugin: Any) -> None:
    answer = {"failed": True, "msg": "unexpected KeyError in it", "changed": False}
    assert run(plugin, answer, stack="todo") == answer
    lost = run(plugin, {"failed": True, "module_stderr": "sudo: not found"}, stack="todo")
    assert "there is no sudo on this host" in lost["msg"]


@pytest.mark.parametrize(
    ("output", "line"),
    [
        ("text", "2026-01-18T10:00:00.123  web1  backend  started"),
        ("json", json.dumps({"host": "web1", **ROW})),
    ],
)
def test_a_log_line_is_shown_with_its_host(output: str, line: str) -> None:
    result = run(logs, {"rows": [ROW]}, stack="todo", output=output)
    assert result["rows"] == [{**ROW, "shown": line}]


def test_a_wrong_time_is_refused_without_asking_the_host() -> None:
    result = run(logs, AssertionError("asked"), stack="todo", since="yesterday", lines=0)
    assert (result["failed"], result["changed"]) == (True, False)
    assert "2 problems found" in result["msg"]


def test_lines_are_shown_in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(Display, "display", lambda _self, text, **_: shown.append(text))
    assert run(show, {}, lines=["a", "  b", ""]) == {"changed": False}
    assert shown == ["a\n  b\n"]
