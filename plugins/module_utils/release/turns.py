"""Plays take turns on a host: the next one waits, and one that was overtaken changes nothing more.

A flock serialises the modules, each for as long as it runs. Between two modules of a play the file
``turns.json`` says whose turn it is. It is no lock that could be left over: a play of this machine
is seen to be gone, and another machine's play loses its turn some seconds after its last module.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge.files import (
    ensure_private_folder,
    exclusive,
    read_text,
    write_private,
)

TURNS_FILE = "turns.json"
WAIT_SECONDS = 60.0
LEASE_SECONDS = 15.0
_REMEMBERED = 50
_EVERY_SECONDS = 0.25


@dataclass(frozen=True)
class Turn:
    """The play that a module works for; without an ``id`` only the module itself is guarded.

    ``by`` names it to people. ``space``, ``pid`` and ``started`` tell its process on its machine.
    """

    id: str = ""
    by: str = ""
    space: str = ""
    pid: int = 0
    started: str = ""
    wait_seconds: float = field(default=WAIT_SECONDS, compare=False)

    @classmethod
    def read(cls, raw: Mapping[str, Any] | None) -> Turn:
        """Return the turn that the controller side of a module described."""
        known = {k: v for k, v in (raw or {}).items() if k in {"id", "by", "space", "started"}}
        return cls(**known, pid=int((raw or {}).get("pid") or 0))

    @contextmanager
    def taken(self, folder: Path, *, check_mode: bool = False) -> Iterator[None]:
        """Hold the turn; raise StackError naming who has it, or took it over from this play."""
        if check_mode:
            yield
            return
        ensure_private_folder(folder)
        deadline = time.monotonic() + self.wait_seconds
        while True:
            left = max(0.0, deadline - time.monotonic())
            with exclusive(folder, left, holder=_named):
                holder = self._in_the_way(_read(folder))
                if holder is None:
                    yield from self._held(folder)
                    return
            if time.monotonic() >= deadline:
                raise StackError(
                    f"another play works on this host: {holder}",
                    where=str(folder),
                    remedy="wait until it has ended, then run again",
                )
            time.sleep(_EVERY_SECONDS)

    def release(self, folder: Path) -> None:
        """Let the next play begin, if it is still this one's turn."""
        if self.id and (folder / TURNS_FILE).is_file():
            with exclusive(folder, self.wait_seconds):
                if (turns := _read(folder)) and turns[0]["id"] == self.id and turns[0]["until"]:
                    _write(folder, [{**turns[0], "until": 0}, *turns[1:]])

    def _held(self, folder: Path) -> Iterator[None]:
        self._claim(folder, _now() + LEASE_SECONDS)
        until = 0.0  # a failed module ends its play on this host
        try:
            yield
            until = _now() + LEASE_SECONDS
        finally:
            self._claim(folder, until)

    def _claim(self, folder: Path, until: float) -> None:
        if self.id and folder.is_dir():
            others = [turn for turn in _read(folder) if turn["id"] != self.id]
            mine = {name: getattr(self, name) for name in ("id", "by", "space", "pid", "started")}
            _write(folder, [{**mine, "until": until}, *others][:_REMEMBERED])

    def _in_the_way(self, turns: list[dict[str, Any]]) -> str | None:
        """Return who has the turn, None when it is free or this play's own."""
        if not self.id or not turns or turns[0]["id"] == self.id:
            return None
        if any(turn["id"] == self.id for turn in turns):
            raise StackError(
                f"another play has changed this host in the meantime: {turns[0]['by']}",
                remedy="nothing more was changed; run again if this play is to win",
            )
        return str(turns[0]["by"]) if _is_held(turns[0], self.space) else None


def _named(folder: Path) -> str:
    turns = _read(folder)
    return str(turns[0]["by"]) if turns else "an unknown play"


def _is_held(turn: Mapping[str, Any], space: str) -> bool:
    if not turn["until"]:
        return False
    if turn["space"] and turn["space"] == space == own_space():
        return bool(started_at(turn["pid"]) == turn["started"])
    return bool(0 < turn["until"] - _now() <= LEASE_SECONDS)


def own_space() -> str:
    """Return what tells this machine's processes from those of others, containers included."""
    with suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    return ""


def started_at(pid: int) -> str:
    """Return when a process was started, in the kernel's ticks; empty when there is none."""
    with suppress(OSError, IndexError):
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        return stat.rpartition(")")[2].split()[19]
    return ""


def _now() -> float:
    # Counts through suspends and is no matter of time zones or a clock that is set.
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _read(folder: Path) -> list[dict[str, Any]]:
    """Return the turns, the latest first; a file that makes no sense says nothing."""
    try:
        turns = json.loads(read_text(folder / TURNS_FILE) or "[]")
        return [
            {
                **{name: str(turn[name]) for name in ("id", "by", "space", "started")},
                "pid": int(turn["pid"]),
                "until": float(turn["until"]),
            }
            for turn in turns
        ]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []


def _write(folder: Path, turns: list[dict[str, Any]]) -> None:
    write_private(folder / TURNS_FILE, json.dumps(turns, indent=1) + "\n")
