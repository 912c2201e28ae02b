"""A host that verifies its stack by a timer of its own: told of a change, and of no more."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ansible_collections.todo.stack.molecule.eyes import PROJECT, STATE_DIR, Eyes

Within = Callable[[float, Callable[[], bool]], bool]
UNIT = "todo-stack-watch-todo"
TOLD = "/run/told"
# Each verdict becomes a file, of the number that it has.
TELLER = """#!/bin/sh
mkdir -p /run/told
cat > "/run/told/$(ls /run/told | wc -l)"
"""
# A minute between two, a fault that must last for half a minute, what a look itself takes.
INTERVAL_SECONDS = 180


def told(eyes: Eyes) -> list[Any]:
    """Return every verdict that was told, in its order."""
    many = int(eyes.sh('mkdir -p "$0"; ls "$0" | wc -l', TOLD))
    return [json.loads(eyes.run("cat", f"{TOLD}/{number}")) for number in range(many)]


def results(eyes: Eyes) -> list[Any]:
    """Return every verdict that was kept."""
    lines = eyes.sh('cat "$0/watch/results.jsonl" 2>/dev/null || :', STATE_DIR).splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def watched(host: Any, run_play: Any, within: Within) -> Iterator[None]:
    """Have the host watch its stack, until the first verdict is there."""
    eyes = Eyes(host, PROJECT, "127.0.0.1")
    given = {"stack_watch_command": ["/usr/local/bin/teller"], "stack_watch_minutes": 1}
    with host.sudo():
        eyes.sh('printf %s "$0" >/usr/local/bin/teller; chmod 755 /usr/local/bin/teller', TELLER)
        run = run_play("watch.yml", variables=given)
        assert run.code == 0, run.output
        assert run_play("watch.yml", variables=given).recap("todo-operations")["changed"] == 0
        assert within(INTERVAL_SECONDS, lambda: bool(results(eyes)))
    yield
    gone = run_play("watch.yml", variables={"stack_watch_state": "absent"})
    assert gone.code == 0, gone.output
    with host.sudo():
        assert UNIT not in eyes.sh("ls /etc/systemd/system; systemctl list-timers --all")
        assert "watch" not in eyes.sh('ls "$0"', STATE_DIR).split()


@pytest.mark.usefixtures("watched")
def test_a_sound_stack_is_nothing_to_tell(eyes: Eyes) -> None:
    assert [one["passed"] for one in results(eyes)] == [True] * len(results(eyes))
    assert told(eyes) == []
    modes = eyes.sh('stat -c %a "$0/watch" "$0/watch/"*', STATE_DIR).split()
    assert (modes[0], set(modes[1:])) == ("700", {"600"})


FAULTS = {
    "stopped": ("docker stop todo-postgres-1", "docker start todo-postgres-1", "postgres.running"),
    "changed by hand": (
        'cp -p "$0/compose.yaml" /run/released; echo "# By hand." >>"$0/compose.yaml"',
        'mv /run/released "$0/compose.yaml"',
        "host.definition",
    ),
}


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize("name", FAULTS)
def test_what_is_wrong_is_told_once_and_so_is_its_end(
    name: str, eyes: Eyes, within: Within
) -> None:
    breaks, mends, check = FAULTS[name]
    before, values = len(told(eyes)), eyes.state("secrets.json")
    eyes.sh(breaks, STATE_DIR)
    try:
        assert within(INTERVAL_SECONDS, lambda: len(told(eyes)) > before)
        verdict = told(eyes)[before]
        assert not verdict["passed"]
        assert check in verdict["failed"]
        kept = len(results(eyes))
        # It is seen again, and not told again.
        assert within(INTERVAL_SECONDS, lambda: len(results(eyes)) > kept)
        assert len(told(eyes)) == before + 1
    finally:
        eyes.sh(mends, STATE_DIR)
    assert within(INTERVAL_SECONDS, lambda: len(told(eyes)) > before + 1)
    assert told(eyes)[-1]["passed"]
    said = json.dumps([told(eyes), results(eyes)]) + eyes.sh(f"journalctl -o cat -u {UNIT}")
    assert not [v for names in values.values() for v in names.values() if v in said]


@pytest.mark.usefixtures("watched")
def test_it_goes_on_after_a_release(eyes: Eyes, run_play: Any, within: Within) -> None:
    run = run_play("site.yml")
    assert run.code == 0, run.output
    kept, many = len(results(eyes)), len(told(eyes))
    assert within(INTERVAL_SECONDS, lambda: len(results(eyes)) > kept)
    assert results(eyes)[-1]["passed"]
    assert len(told(eyes)) == many
