"""A good release: whoever asks the page's API notices nothing, a replaced port is soon back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.molecule.eyes import Eyes
from ansible_collections.todo.stack.molecule.projects import append

HOST = f"todo-{os.environ.get('MOLECULE_SCENARIO_NAME', 'update')}"
# How long a published port may be without answer while its container is replaced: on a host that
# has nothing else to do, and on a busy one compared with a restart by hand.
GAP_SECONDS, RESTARTS = 1.5, 2.0
# The labels of backend and frontend, one release after the other.
RELEASES = {
    "the backend": ("1", ""),
    "the frontend": ("1", "2"),
    "both": ("3", "3"),
}
ASKED = {"backend": ["backend"], "frontend": ["page", "api", "write"]}


def released(eyes: Eyes) -> list[int]:
    """Return the numbers of the recorded releases."""
    found = eyes.sh("ls /var/lib/todo-stack/todo/releases")
    return sorted(int(name[:-5]) for name in found.split() if name.endswith(".json"))


def seconds_of_a_restart(eyes: Eyes, polling: Any, within: Any) -> float:
    """Return how long backend and page do without an answer when they are restarted by hand."""
    with polling() as polls:
        eyes.run("docker", "restart", "todo-backend-1", "todo-frontend-1")
        assert within(60, lambda: all(eyes.container(one).healthy for one in ASKED))
    return float(max(polls.rows[one].gap_seconds for one in ("backend", "page")))


@pytest.mark.parametrize("name", RELEASES)
def test_a_good_release_is_hardly_noticed(  # noqa: PLR0917
    name: str, eyes: Eyes, run_play: Any, project_copy: Path, polling: Any, within: Any,
    capsys: Any,
) -> None:  # fmt: skip
    labels = dict(zip(("backend", "frontend"), RELEASES[name], strict=True))
    for service, label in labels.items():
        if label:
            append(project_copy, service, f'LABEL made.for="{label}"')
    restart = seconds_of_a_restart(eyes, polling, within)
    before = {one: eyes.container(one).inspect["Id"] for one in (*labels, "postgres")}
    number = released(eyes)[-1]
    with polling() as polls:
        run = run_play("site.yml", variables={"stack_project_dir": str(project_copy)})
    with capsys.disabled():
        print(f"\n{name}: {polls}; a restart by hand {restart:.2f} s")
    assert run.code == 0, run.output
    after = {one: eyes.container(one).inspect["Id"] for one in before}
    replaced = {one for one, container in before.items() if after[one] != container}
    assert replaced == {one for one in labels if one in name or name == "both"}
    for service, label in labels.items():
        runs = eyes.container(service).inspect
        assert runs["Config"]["Labels"].get("made.for", "") == label
        assert eyes.images(f"todo-{service}")["latest"] == runs["Image"]
        if service not in replaced:
            assert [polls.rows[one].told for one in ASKED[service] if polls.rows[one].failed] == []
        for asked in ASKED[service] if service in replaced else ():
            most = max(GAP_SECONDS, RESTARTS * restart)
            assert polls.rows[asked].gap_seconds <= most, f"{polls}; a restart {restart:.2f} s"
    assert released(eyes)[-1] == number + 1


def test_the_way_back_is_a_release_like_any_other_and_then_nothing_is_due(
    eyes: Eyes, run_play: Any
) -> None:
    run = run_play("site.yml")
    assert run.code == 0, run.output
    assert "made.for" not in eyes.container("backend").inspect["Config"]["Labels"]
    assert run_play("site.yml").recap(HOST)["changed"] == 0
