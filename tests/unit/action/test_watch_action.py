"""The controller's side of a watch: a program that runs by itself."""

from __future__ import annotations

import base64
import io
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.action import watch as plugin
from ansible_collections.todo.stack.plugins.plugin_utils.judge.watcher import packed_watcher

URL = "https://hooks.example.org/T0/marker"
Run = Any


@pytest.fixture
def sent() -> list[dict[str, Any]]:
    """Return what the host is sent."""
    return []


@pytest.fixture
def run(sent: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs the action for the stack `todo`."""
    monkeypatch.setattr(ActionBase, "run", lambda *_: {})

    def start(**options: Any) -> dict[str, Any]:
        action = plugin.ActionModule.__new__(plugin.ActionModule)
        action._task = SimpleNamespace(args={"stack": "todo", **options}, check_mode=False)

        def execute(_name: str, module_args: dict[str, Any], **_: Any) -> dict[str, Any]:
            sent.append(module_args)
            return {"changed": True}

        action._execute_module = execute
        found: dict[str, Any] = action.run(task_vars={})
        return found

    return start


def test_the_host_is_sent_what_verifies_and_who_is_told(
    run: Run, sent: list[dict[str, Any]]
) -> None:
    told = {"url": URL, "command": ["/bin/tell", "ops"], "minutes": 7}
    run(**told)
    assert sent == [{"stack": "todo", **told, "archive": packed_watcher()}]


def test_to_end_it_nothing_is_packed(run: Run, sent: list[dict[str, Any]]) -> None:
    run(state="absent")
    assert sent == [{"stack": "todo", "state": "absent"}]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"url": "ftp://x"}, "stack_watch_url: is no address of http or https"),
        ({"url": "marker"}, "stack_watch_url"),
        ({"command": "rm -rf x"}, "stack_watch_command: is no list"),
        ({"minutes": 0}, "stack_watch_minutes: must be 1 or more"),
        ({"minutes": "soon"}, "stack_watch_minutes"),
        ({"minute": 5}, "minute: there is no such option"),
    ],
)
def test_what_is_wrong_is_told_before_the_host_is_asked(
    run: Run, sent: list[dict[str, Any]], options: dict[str, Any], told: str
) -> None:
    message = run(**options)["msg"]
    assert told in message
    assert "marker" not in message
    assert sent == []


def test_the_program_needs_python_alone_and_is_the_same_each_time(tmp_path: Path) -> None:
    packed = packed_watcher()
    assert packed == packed_watcher()
    raw = base64.b64decode(packed)
    names = zipfile.ZipFile(io.BytesIO(raw)).namelist()
    assert len(names) == len(set(names))
    program = tmp_path / "watch.pyz"
    program.write_bytes(raw)
    # Isolated: without this environment's packages, in a folder that holds nothing.
    code = (
        f"import sys; sys.path.insert(0, {str(program)!r}); import jmespath;"
        "from ansible_collections.todo.stack.plugins.module_utils.release import watch;"
        "print(watch.__file__)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], cwd=tmp_path, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(str(program))
