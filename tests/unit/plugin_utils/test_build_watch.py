"""The steps under way on the controller's terminal: lines while a build runs, none without one."""

from __future__ import annotations

import json
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from ansible_collections.todo.stack.plugins.plugin_utils import build_watch as module
from ansible_collections.todo.stack.plugins.plugin_utils.build_watch import BuildWatch, read_steps

STEPS = [
    {"target": "backend", "step": "[2/6] RUN pip", "started": 90.0},
    {"target": "frontend", "step": "[1/2] FROM x", "started": 100.9},
]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (json.dumps(STEPS), ["  backend: [2/6] RUN pip (10 s)", "  frontend: [1/2] FROM x (0 s)"]),
        ("[]", []),
        ('[{"target": "ba', []),
        ("", []),
        (None, []),
    ],
)
def test_each_step_is_a_line_and_a_torn_file_is_none(
    tmp_path: Path, text: str | None, lines: list[str]
) -> None:
    if text is not None:
        (tmp_path / "p.json").write_text(text)
    assert read_steps(tmp_path / "p.json", 100.4) == lines


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the watch displayed, looking every hundredth of a second."""
    lines: list[str] = []
    monkeypatch.setattr(module, "Display", lambda: SimpleNamespace(display=lines.append))
    monkeypatch.setattr(module, "_PLAIN_EVERY_SECONDS", 0.01)
    monkeypatch.setattr(module, "_TERMINAL_EVERY_SECONDS", 0.01)
    return lines


def watch(transport: str, *, check_mode: bool = False) -> BuildWatch:
    return BuildWatch(SimpleNamespace(transport=transport), SimpleNamespace(check_mode=check_mode))


def test_a_build_on_this_machine_is_followed_until_it_ends(shown: list[str]) -> None:
    with watch("local") as watching:
        assert watching.file is not None
        Path(watching.file).write_text(json.dumps(STEPS))
        end = time.monotonic() + 5
        while not shown and time.monotonic() < end:
            time.sleep(0.01)
    assert shown[0].startswith("  backend: [2/6] RUN pip (")
    count = len(shown)
    time.sleep(0.05)
    assert len(shown) == count
    assert not Path(watching.file).parent.exists()


def test_where_nothing_is_built_nothing_is_shown(shown: list[str]) -> None:
    with watch("local"):
        time.sleep(0.05)
    assert shown == []


@pytest.mark.parametrize(("transport", "check_mode"), [("ssh", False), ("local", True)])
def test_a_build_elsewhere_or_none_is_not_followed(
    shown: list[str], transport: str, check_mode: bool
) -> None:
    with watch(transport, check_mode=check_mode) as watching:
        assert watching.file is None
    assert shown == []
