"""The steps under way on the controller's terminal: lines while a build runs, none without one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.plugin_utils.build import build_watch as module
from ansible_collections.todo.stack.plugins.plugin_utils.build.build_watch import (
    BuildWatch,
    in_a_line,
    steps_under_way,
)

STEPS = [
    {"target": "backend", "step": "[2/6] RUN pip", "started": 90.0},
    {"target": "frontend", "step": "[1/2] FROM x", "started": 100.9},
]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (json.dumps(STEPS), ["backend: [2/6] RUN pip (10 s)", "frontend: [1/2] FROM x (0 s)"]),
        ("[]", []),
        ("", []),
    ],
)
def test_each_step_is_a_line(text: str, lines: list[str]) -> None:
    assert steps_under_way(text, 100.4) == lines


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the watch displayed, looking every hundredth of a second."""
    lines: list[str] = []
    monkeypatch.setattr(module, "Display", lambda: SimpleNamespace(display=lines.append))
    for name in ("_PLAIN_EVERY_SECONDS", "_TERMINAL_EVERY_SECONDS", "_TICK_SECONDS"):
        monkeypatch.setattr(module, name, 0.01)
    return lines


def wait_for(lines: list[str], seconds: float = 5) -> None:
    end = time.monotonic() + seconds
    while not lines and time.monotonic() < end:
        time.sleep(0.01)


def test_a_build_on_this_machine_is_followed_until_it_ends(shown: list[str]) -> None:
    with BuildWatch(None) as watching:
        Path(watching.file).write_text('[{"target": "ba')
        time.sleep(0.05)
        assert shown == []
        Path(watching.file).write_text(json.dumps(STEPS))
        wait_for(shown)
    assert shown[0].startswith("  backend: [2/6] RUN pip (")
    count = len(shown)
    time.sleep(0.05)
    assert len(shown) == count
    assert not Path(watching.file).parent.exists()


class Remote:
    """A connection: the task's own, of which a copy reads the file."""

    def __init__(self, answer: tuple[int, bytes, bytes]) -> None:
        self.answer = answer
        self.become = "sudo"
        self.asked: list[tuple[str, Any]] = []

    def set_become_plugin(self, plugin: Any) -> None:
        self.become = plugin

    def exec_command(self, command: str, sudoable: bool) -> tuple[int, bytes, bytes]:
        self.asked.append((command, (self.become, sudoable)))
        return self.answer


def test_a_build_on_another_host_is_followed_by_the_hosts_own_clock(shown: list[str]) -> None:
    remote = Remote((0, b"100\n" + json.dumps(STEPS[:1]).encode(), b""))
    with BuildWatch(remote, "/remote/my tmp/steps", "vm1 ") as watching:
        wait_for(shown)
    assert watching.file == "/remote/my tmp/steps"
    assert shown[0] == "  vm1 backend: [2/6] RUN pip (10 s)"
    assert remote.asked[0] == ("date +%s && cat '/remote/my tmp/steps'", (None, False))
    assert remote.become == "sudo"


@pytest.mark.parametrize("answer", [(1, b"", b"no such file"), (0, b"100\n[{", b""), (0, b"", b"")])
def test_where_nothing_can_be_read_nothing_is_shown(
    shown: list[str], answer: tuple[int, bytes, bytes]
) -> None:
    with BuildWatch(Remote(answer), "/steps"):
        time.sleep(0.05)
    with BuildWatch(None):
        time.sleep(0.05)
    assert shown == []


def test_a_terminal_is_told_at_least_every_two_seconds() -> None:
    assert module._TERMINAL_EVERY_SECONDS < 2 < module._PLAIN_EVERY_SECONDS


def test_when_the_play_is_killed_its_task_ends() -> None:
    watcher = (
        f"import time; from {module.__name__} import BuildWatch\n"
        "with BuildWatch(None): print('on', flush=True); time.sleep(60)"
    )
    play = (
        "import os, subprocess, sys\n"
        "watcher = subprocess.Popen([sys.executable, '-c', sys.argv[1]])\n"
        "print(watcher.pid, flush=True); watcher.wait()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", play, watcher],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE, text=True,
    ) as started:  # fmt: skip
        assert started.stdout is not None
        pid = int(started.stdout.readline())
        assert started.stdout.readline() == "on\n"
        begun = time.monotonic()
        started.kill()
        started.stdout.read()  # ends with the last who could write
    assert time.monotonic() - begun < 10
    assert not Path(f"/proc/{pid}/cmdline").exists() or not Path(f"/proc/{pid}/cmdline").read_text()


def test_a_long_step_is_told_in_one_short_line() -> None:
    line = in_a_line("[builder 4/9] RUN --mount=type=secret,id=ca   npm ci\n && " + "npm x " * 30)
    assert line.startswith("[builder 4/9] RUN npm ci && npm x")
    assert len(line) == 90
    assert line.endswith("...")
