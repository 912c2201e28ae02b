"""The controller's side of remove: the host is told who asks."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.action import remove
from ansible_collections.todo.stack.plugins.plugin_utils.this_user import this_user


def test_a_removal_says_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ActionBase, "run", lambda *_: {})
    sent: list[tuple[str, dict[str, Any]]] = []

    def execute(name: str, args: dict[str, Any], **_: Any) -> dict[str, Any]:
        sent.append((name, args))
        return {"changed": True, "removed": ["todo-backend-1"]}

    action = remove.ActionModule.__new__(remove.ActionModule)
    action._task = SimpleNamespace(args={"stack": "todo", "data": True, "by": "somebody else"})
    action._execute_module = execute
    result = action.run(task_vars={})
    assert sent == [
        ("todo.stack.remove", {"stack": "todo", "data": True, "by": this_user()}),
    ]
    assert result == {"changed": True, "removed": ["todo-backend-1"]}
