"""A good release: whoever asks the page's API notices nothing, a replaced port is soon back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.molecule.eyes import Eyes
from ansible_collections.todo.stack.molecule.projects import append

HOST = f"todo-{os.environ.get('MOLECULE_SCENARIO_NAME', 'update')}"
# How long a published port may be without answer while its container is replaced.
GAP_SECONDS = 1.5
# Whose requests must all succeed, and which ports are replaced, by the services that are changed.
CHANGED: dict[str, tuple[set[str], set[str]]] = {
    "backend": ({"page", "api", "write"}, {"backend"}),
    "frontend": ({"backend"}, {"page", "api", "write"}),
    "backend frontend": (set(), {"page", "api", "write", "backend"}),
}


def released(eyes: Eyes) -> list[int]:
    """Return the numbers of the recorded releases."""
    found = eyes.sh("ls /var/lib/todo-stack/todo/releases")
    return sorted(int(name[:-5]) for name in found.split() if name.endswith(".json"))


@pytest.mark.parametrize("changed", CHANGED)
def test_a_good_release_is_hardly_noticed(  # noqa: PLR0917
    changed: str, eyes: Eyes, run_play: Any, project_copy: Path, polling: Any, capsys: Any
) -> None:
    spared, replaced = CHANGED[changed]
    services = changed.split()
    for service in services:
        append(project_copy, service, f'LABEL made.for="{changed}"')
    others = sorted({"postgres", "backend", "frontend"} - set(services))
    kept = {name: eyes.container(name).inspect["Id"] for name in others}
    before = released(eyes)[-1]
    with polling() as polls:
        run = run_play("site.yml", variables={"stack_project_dir": str(project_copy)})
    with capsys.disabled():
        print(f"\n{changed}: {polls}")
    assert run.code == 0, run.output
    assert {name: told for name, told in polls.failed().items() if name in spared} == {}
    assert {name: row.gap_seconds for name, row in polls.rows.items() if name in replaced
            and row.gap_seconds > GAP_SECONDS} == {}  # fmt: skip
    assert {name: eyes.container(name).inspect["Id"] for name in others} == kept
    for service in services:
        runs = eyes.container(service).inspect
        assert runs["Config"]["Labels"]["made.for"] == changed
        assert eyes.images(f"todo-{service}")["latest"] == runs["Image"]
    assert released(eyes)[-1] == before + 1


def test_the_way_back_is_a_release_like_any_other_and_then_nothing_is_due(
    eyes: Eyes, run_play: Any
) -> None:
    run = run_play("site.yml")
    assert run.code == 0, run.output
    assert "made.for" not in eyes.container("backend").inspect["Config"]["Labels"]
    assert run_play("site.yml").recap(HOST)["changed"] == 0
