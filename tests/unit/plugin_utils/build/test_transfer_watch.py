"""How many bytes of a transfer have come or gone is shown while it lasts."""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.plugin_utils.build import build_watch
from ansible_collections.todo.stack.plugins.plugin_utils.build.transfer_watch import TransferWatch


class Connection:
    """Another host, on which the file has two megabytes by now."""

    asked = ""

    def set_become_plugin(self, plugin: Any) -> None:
        assert plugin is None

    def exec_command(self, command: str, sudoable: bool) -> tuple[int, bytes, bytes]:
        assert sudoable is False
        Connection.asked = command
        return 0, b"2000000\n", b""


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the watch displayed, looking every hundredth of a second."""
    lines: list[str] = []
    monkeypatch.setattr(build_watch, "Display", lambda: SimpleNamespace(display=lines.append))
    for name in ("_PLAIN_EVERY_SECONDS", "_TERMINAL_EVERY_SECONDS"):
        monkeypatch.setattr(build_watch, name, 0.01)
    return lines


def wait_for(lines: list[str]) -> None:
    end = time.monotonic() + 5
    while not lines and time.monotonic() < end:
        time.sleep(0.01)


def test_of_what_goes_to_a_host_that_host_is_asked(shown: list[str]) -> None:
    with TransferWatch(Connection(), "/there/it is", 4_000_000, "vm2 ", here=False):
        wait_for(shown)
    assert shown[0].startswith("  vm2 images to the host: 2.0 of 4.0 MB (")
    assert Connection.asked == "stat -c %s '/there/it is'"


def test_of_what_comes_the_file_here_is_looked_at(shown: list[str], tmp_path: Path) -> None:
    file = tmp_path / "images.tar"
    file.write_bytes(bytes(1_500_000))
    with TransferWatch(Connection(), str(file), 4_000_000, "", here=True):
        wait_for(shown)
    assert shown[0].startswith("  images from the builder: 1.5 of 4.0 MB (")


def test_what_has_not_begun_is_nothing_to_show(shown: list[str], tmp_path: Path) -> None:
    with TransferWatch(Connection(), str(tmp_path / "none"), 1, "", here=True):
        time.sleep(0.05)
    assert shown == []
