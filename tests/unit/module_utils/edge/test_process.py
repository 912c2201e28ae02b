"""A command whose output is read while it runs, and which never outlives its reader."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ansible_collections.todo.stack.plugins.module_utils.edge import process
from ansible_collections.todo.stack.plugins.module_utils.edge.process import (
    TimeLimitError,
    stream,
)


def run(script: str, *, stdin: str = "", time_limit: float | None = None) -> tuple[int, list[str]]:
    lines: list[str] = []
    code = stream(
        ["sh", "-c", script],
        stdin=stdin,
        environment={"MARK": "set"},
        on_line=lines.append,
        time_limit=time_limit,
    )
    return code, lines


def gone(pid: int, within: float = 5.0) -> bool:
    end = time.monotonic() + within
    while time.monotonic() < end:
        try:
            # A zombie that nobody reaps is gone all the same.
            if Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("Z"):
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize(
    ("script", "stdin", "code", "lines"),
    [
        ("echo out; echo err >&2; exit 3", "", 3, ["err\n"]),
        ("cat >&2", "a\nb", 0, ["a\n", "b"]),
        ("echo $MARK >&2", "", 0, ["set\n"]),
        ("exec 0<&-; exit 2", "x" * 200_000, 2, []),
        ("printf 'a\\377b\\n' >&2", "", 0, ["a\ufffdb\n"]),
    ],
)
def test_exit_code_and_lines_are_the_commands(
    script: str, stdin: str, code: int, lines: list[str]
) -> None:
    assert run(script, stdin=stdin) == (code, lines)


def test_a_limit_that_is_kept_changes_nothing() -> None:
    assert run("echo x >&2", time_limit=30) == (0, ["x\n"])


def test_at_the_limit_the_command_and_its_children_are_stopped(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    begun = time.monotonic()
    with pytest.raises(TimeLimitError):
        run(f"sleep 60 & echo $! > {pid}; wait", time_limit=0.3)
    assert time.monotonic() - begun < 5
    assert gone(int(pid.read_text()))


def test_what_ignores_the_interrupt_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_GRACE_SECONDS", 0.2)
    pid = tmp_path / "pid"
    begun = time.monotonic()
    with pytest.raises(TimeLimitError):
        run(f"trap '' INT; sleep 60 & echo $! > {pid}; wait; sleep 60", time_limit=0.3)
    assert time.monotonic() - begun < 5
    assert gone(int(pid.read_text()))


def test_a_reader_that_fails_takes_the_command_with_it(tmp_path: Path) -> None:
    pid = tmp_path / "pid"

    def fail(_line: str) -> None:
        raise KeyError

    with pytest.raises(KeyError):
        stream(
            ["sh", "-c", f"echo $$ > {pid}; echo x >&2; sleep 60"],
            stdin="",
            environment={},
            on_line=fail,
        )
    assert gone(int(pid.read_text()))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_module_that_is_ended_takes_the_command_with_it(
    tmp_path: Path, number: signal.Signals
) -> None:
    pid = tmp_path / "pid"
    program = (
        f"from {process.__name__} import stream\n"
        f"stream(['sh', '-c', 'echo $$ > {pid}; exec sleep 60'], stdin='', environment={{}},"
        " on_line=print)"
    )
    module = subprocess.Popen(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stderr=subprocess.DEVNULL,
    )
    while not (pid.exists() and pid.read_text().strip()):
        time.sleep(0.02)
    module.send_signal(number)
    module.wait(10)
    assert gone(int(pid.read_text()))


def test_the_signals_are_as_they_were() -> None:
    before = signal.getsignal(signal.SIGTERM)
    run("true")
    assert signal.getsignal(signal.SIGTERM) is before
