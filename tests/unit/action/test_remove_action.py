"""The controller's side of remove: the host is told who asks."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.action import remove
from ansible_collections.todo.stack.plugins.plugin_utils.this_user import this_user

GONE = {"changed": True, "removed": ["todo-backend-1"]}
Sent = list[tuple[str, dict[str, Any]]]


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what Ansible does before a plugin."""
    monkeypatch.setattr(ActionBase, "run", lambda *_: {})


def run(
    folder: Path, told: dict[str, Any], *, check_mode: bool = False, **args: Any
) -> tuple[dict[str, Any], Sent]:
    """Return the result of a removal whose host tells so, and what the host was sent."""
    sent: Sent = []

    def execute(name: str, args: dict[str, Any], **_: Any) -> dict[str, Any]:
        sent.append((name, args))
        return told

    action = remove.ActionModule.__new__(remove.ActionModule)
    action._task = SimpleNamespace(args={"stack": "todo", **args}, check_mode=check_mode)
    action._loader = SimpleNamespace(get_basedir=lambda: str(folder))
    action._execute_module = execute
    hosts = {"inventory_hostname": "vm1", "groups": {"all": ["vm1"]}}
    return action.run(task_vars=hosts), sent


def test_a_removal_says_who_asks(tmp_path: Path) -> None:
    result, sent = run(tmp_path, GONE, data=True, by="somebody else")
    assert sent == [
        ("todo.stack.remove", {"stack": "todo", "data": True, "by": this_user()}),
    ]
    assert result == GONE


@pytest.mark.parametrize(
    ("told", "check_mode", "left"),
    [
        (GONE, False, "previous-acceptance.json"),
        (GONE, True, "acceptance.json"),
        ({"changed": False, "removed": []}, False, "acceptance.json"),
    ],
)
def test_what_is_gone_is_accepted_no_more(
    tmp_path: Path, told: dict[str, Any], check_mode: bool, left: str
) -> None:
    report = tmp_path / "artifacts/vm1/acceptance.json"
    report.parent.mkdir(parents=True)
    report.write_text('{"stack": "todo", "passed": true}')
    run(tmp_path, told, check_mode=check_mode, artifacts_dir="artifacts")
    assert [path.name for path in report.parent.iterdir()] == [left]
    page = tmp_path / "artifacts/index.html"
    assert page.exists() is (left != "acceptance.json")
    assert not page.exists() or "0 of 1 accepted" in page.read_text()
