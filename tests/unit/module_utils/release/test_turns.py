"""Plays on one host take turns: one waits or is told who has it, none mixes with another."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.release.turns import (
    TURNS_FILE,
    Turn,
    own_space,
    started_at,
)

SOON = 0.3


def play(name: str, pid: int = 0, space: str = "elsewhere") -> Turn:
    started = started_at(pid) if pid else "1"
    return Turn(name, f"{name} on desk", space, pid or 1, started, wait_seconds=SOON)


def take(turn: Turn, folder: Path) -> None:
    with turn.taken(folder):
        pass


def test_a_play_keeps_its_turn_between_its_modules(tmp_path: Path) -> None:
    take(play("a"), tmp_path)
    take(play("a"), tmp_path)
    with pytest.raises(StackError, match="another play works on this host: a on desk"):
        take(play("b"), tmp_path)
    assert (tmp_path / TURNS_FILE).stat().st_mode & 0o777 == 0o600


def test_a_released_turn_is_free_at_once(tmp_path: Path) -> None:
    take(play("a"), tmp_path)
    play("b").release(tmp_path)
    play("a").release(tmp_path)
    take(play("b"), tmp_path)


def test_a_failed_module_ends_the_turn(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), play("a").taken(tmp_path):
        raise ZeroDivisionError
    take(play("b"), tmp_path)


def test_a_play_that_was_overtaken_changes_nothing_more(tmp_path: Path) -> None:
    take(play("a"), tmp_path)
    play("a").release(tmp_path)
    take(play("b"), tmp_path)
    play("b").release(tmp_path)
    with pytest.raises(StackError, match="has changed this host in the meantime: b on desk"):
        take(play("a"), tmp_path)


def test_another_machines_play_loses_its_turn_with_time(tmp_path: Path) -> None:
    take(play("a"), tmp_path)
    turns = json.loads((tmp_path / TURNS_FILE).read_text())
    turns[0]["until"] = time.clock_gettime(time.CLOCK_BOOTTIME) + 0.1
    (tmp_path / TURNS_FILE).write_text(json.dumps(turns))
    take(play("b"), tmp_path)


def test_a_play_of_this_machine_has_its_turn_exactly_as_long_as_it_lives(tmp_path: Path) -> None:
    with subprocess.Popen(["/bin/sleep", "60"]) as process:
        take(play("a", process.pid, own_space()), tmp_path)
        turns = json.loads((tmp_path / TURNS_FILE).read_text())
        turns[0]["until"] = 1.0  # long past: it is alive all the same
        (tmp_path / TURNS_FILE).write_text(json.dumps(turns))
        here = play("b", os.getpid(), own_space())
        with pytest.raises(StackError, match="a on desk"):
            take(here, tmp_path)
        process.kill()
        process.wait()
    take(here, tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[1]", '[{"id": 1}]', "null"])
def test_a_file_that_makes_no_sense_is_in_nobodys_way(tmp_path: Path, text: str) -> None:
    (tmp_path / TURNS_FILE).write_text(text)
    take(play("a"), tmp_path)


def test_the_name_of_who_holds_the_lock_is_told(tmp_path: Path) -> None:
    with (
        play("a").taken(tmp_path),
        pytest.raises(StackError, match=r"another run holds the lock .*: a on desk"),
    ):
        take(play("b"), tmp_path)


def test_a_preview_takes_no_turn(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    with play("a").taken(folder, check_mode=True):
        assert not folder.exists()
