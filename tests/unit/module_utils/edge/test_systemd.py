"""A timer of the host: installed once, started anew when it changes, gone without a trace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge import systemd
from ansible_collections.todo.stack.plugins.module_utils.edge.systemd import (
    install_timer,
    remove_timer,
)

STARTED = ["daemon-reload", "enable todo-stack-watch-shop.timer",
           "restart todo-stack-watch-shop.timer"]  # fmt: skip


class Manager:
    """A systemctl that notes what changes something."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.active = 3
        self.fails = ""

    def __call__(self, args: list[str], /, **_: Any) -> tuple[int, str, str]:
        line = " ".join(args[1:])
        if line.startswith("is-active"):
            return self.active, "", ""
        self.done.append(line)
        self.active = 0
        return (1, "", f"Failed: {self.fails}\n") if self.fails else (0, "", "")


@pytest.fixture
def units(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of units of a host that runs systemd."""
    monkeypatch.setattr(systemd, "UNITS", tmp_path)
    monkeypatch.setattr(systemd, "RUNNING", tmp_path)
    return tmp_path


def test_a_timer_is_installed_once(units: Path) -> None:
    manager = Manager()
    assert install_timer(manager, "shop", "/usr/bin/python3 x", 5)
    assert manager.done == STARTED
    assert not install_timer(manager, "shop", "/usr/bin/python3 x", 5)
    assert manager.done == STARTED
    timer = (units / "todo-stack-watch-shop.timer").read_text()
    assert "OnUnitInactiveSec=5min" in timer
    service = (units / "todo-stack-watch-shop.service").read_text()
    assert "ExecStart=/usr/bin/python3 x\n" in service


@pytest.mark.parametrize("change", ["minutes", "command", "stopped", "edited"])
def test_what_is_another_is_started_anew(units: Path, change: str) -> None:
    manager = Manager()
    install_timer(manager, "shop", "x", 5)
    manager.done.clear()
    if change == "stopped":
        manager.active = 3
    if change == "edited":
        (units / "todo-stack-watch-shop.timer").write_text("")
    command, minutes = ("y" if change == "command" else "x"), (6 if change == "minutes" else 5)
    assert install_timer(manager, "shop", command, minutes)
    assert manager.done == STARTED


def test_it_goes_without_a_trace_and_leaves_that_of_others(units: Path) -> None:
    manager = Manager()
    install_timer(manager, "shop", "x", 5)
    install_timer(manager, "todo", "x", 5)
    manager.done.clear()
    assert remove_timer(manager, "shop")
    assert manager.done == ["disable --now todo-stack-watch-shop.timer", "daemon-reload"]
    assert sorted(one.name for one in units.iterdir()) == [
        "todo-stack-watch-todo.service", "todo-stack-watch-todo.timer"
    ]  # fmt: skip
    assert not remove_timer(manager, "shop")


def test_a_host_without_systemd_is_told_what_else_it_can_do(
    units: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(systemd, "RUNNING", units / "none")
    manager = Manager()
    with pytest.raises(StackError, match="does not run systemd") as caught:
        install_timer(manager, "shop", "x", 5)
    assert "playbooks/verify.yml" in caught.value.remedy
    assert manager.done == []
    assert list(units.iterdir()) == []
    (units / "todo-stack-watch-shop.timer").write_text("")
    assert remove_timer(manager, "shop")
    assert manager.done == []


def test_what_systemd_refuses_is_told(units: Path) -> None:
    manager = Manager()
    manager.fails = "no such unit"
    with pytest.raises(StackError, match="Failed: no such unit"):
        install_timer(manager, "shop", "x", 5)
