"""A play that ends in the middle of a build takes the build with it, and shows it until then."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.todo.stack.tests.integration.conftest import ROOT, Bench

pytestmark = pytest.mark.engine
STEP = re.compile(r"  one: \[2/2\] RUN sleep .*s\)$")
PLAY = """
- hosts: all
  gather_facts: false
  tasks:
    - todo.stack.image_build:
        images: [{{service: one, image: {image}, context: {folder}/context}}]
        state_dir: {folder}/state
"""


def play(bench: Bench, inventory: str = "localhost,") -> list[str]:
    """Return the command that builds the bench's image by a playbook."""
    text = PLAY.format(image=bench.image, folder=bench.folder)
    (bench.folder / "play.yml").write_text(text)
    return [
        str(ROOT / ".venv/bin/ansible-playbook"), "-i", inventory, "-c", "local",
        "-e", f"ansible_python_interpreter={sys.executable}", str(bench.folder / "play.yml"),
    ]  # fmt: skip


def processes(part: str) -> list[str]:
    """Return the commands of this machine's processes that hold a text."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue  # it has ended
    return [command for command in found if part in command]


def wait_until(condition: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_ending_the_play_stops_the_build(bench: Bench, number: signal.Signals) -> None:
    mark = f"sleep 68.{os.getpid()}{number:02}"
    bench.dockerfile(f"RUN {mark}")
    with subprocess.Popen(
        play(bench), cwd=ROOT, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as playing:  # fmt: skip
        wait_until(lambda: processes(mark))
        playing.send_signal(number)
        wait_until(lambda: not processes(mark), seconds=10)
        wait_until(lambda: not processes(str(bench.folder)), seconds=10)
    assert bench.image_ids() == {}
    assert list(bench.folder.glob("state/builds.json")) == []


def on_a_terminal(argv: list[str]) -> list[tuple[float, str]]:
    """Return the lines a terminal shows, each with its time."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(argv, cwd=ROOT, stdout=theirs, stderr=theirs) as playing:
        os.close(theirs)
        lines, text = [], b""
        while True:
            try:
                text += os.read(ours, 4096)
            except OSError:
                break
            *whole, text = text.split(b"\n")
            lines += [(time.monotonic(), line.decode().rstrip()) for line in whole]
        playing.wait()
    os.close(ours)
    return lines


def test_a_terminal_shows_each_step_at_least_every_two_seconds(bench: Bench) -> None:
    bench.dockerfile(f"RUN sleep 5.{os.getpid()}")
    lines = on_a_terminal(play(bench, "localhost,"))
    shown = [(at, line) for at, line in lines if STEP.match(line)]
    assert len(shown) >= 3, lines
    assert max(b[0] - a[0] for a, b in zip(shown, shown[1:])) <= 2
    again = on_a_terminal(play(bench, "vm1,vm2,"))
    assert not [line for _, line in again if "RUN sleep" in line], "nothing was built"
