"""A host that verifies its stack by itself: what is told, when, and what is kept."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.decide.engine_state import EngineState
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.files import exclusive
from ansible_collections.todo.stack.plugins.module_utils.edge.state import write_record
from ansible_collections.todo.stack.plugins.module_utils.judge.check import Check
from ansible_collections.todo.stack.plugins.module_utils.look.look import Look
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Seen
from ansible_collections.todo.stack.plugins.module_utils.release import watch as module
from ansible_collections.todo.stack.plugins.module_utils.release.watch import (
    RESULTS,
    RESULTS_KEPT,
    Settings,
    Verdict,
    last,
    watch,
)
from ansible_collections.todo.stack.tests.unit.fakes import FakeDocker
from ansible_collections.todo.stack.tests.unit.module_utils.release.conftest import MEETS
from ansible_collections.todo.stack.tests.unit.module_utils.release.world import Clock

Run = Callable[..., "Verdict | None"]


@pytest.fixture
def folder(spec: StackSpec) -> Path:
    """Return the folder of what watches."""
    found = Path(spec.state.watch)
    found.mkdir(parents=True)
    return found


def settings_of(spec: StackSpec) -> Settings:
    return Settings(spec.name, spec.state_dir)


def failing_check(name: str) -> Check:
    service, _, criterion = name.partition(".")
    return Check(service, criterion, False, "", "", message="a fault")


class Outside:
    """Whoever is told; ``deaf``: it hears nothing."""

    def __init__(self) -> None:
        self.heard: list[Mapping[str, Any]] = []
        self.deaf = False

    def __call__(self, _command: Any, _url: str) -> Outside:
        return self

    def tell(self, text: str) -> bool:
        if not self.deaf:
            self.heard.append(json.loads(text))
        return not self.deaf


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Outside:
    """Have somebody outside who is told."""
    found = Outside()
    monkeypatch.setattr(module, "Notify", found)
    return found


@pytest.fixture
def run(spec: StackSpec, folder: Path, outside: Outside, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that verifies a stack of which the named checks fail."""
    assert outside.heard == []
    monkeypatch.setattr(module, "time", Clock())

    def start(*failing: str, current: bool = True, then: tuple[str, ...] | None = None) -> Any:
        looks = [failing] if then is None else [failing, then]

        def judge(*_: Any) -> list[Check]:
            names = looks.pop(0) if len(looks) > 1 else looks[0]
            rows = [Check("backend", "user", True, "", "")]
            return rows + [failing_check(one) for one in names]

        seen = Seen("todo", EngineState("running"), definition_current=current)
        monkeypatch.setattr(module, "wanted_spec", lambda _: spec)
        monkeypatch.setattr(module, "look", lambda *_: Look(seen, None))  # type: ignore[arg-type]
        monkeypatch.setattr(module, "judge", judge)
        return watch(DockerCli(FakeDocker()), settings_of(spec), folder, MEETS)

    return start


def failed(outside: Outside) -> list[list[str]]:
    return [sorted(one["failed"]) for one in outside.heard]


def test_only_another_verdict_is_told(run: Run, outside: Outside) -> None:
    for names in ([], [], ["backend.health"], ["backend.health"], ["frontend.ui"], [], []):
        run(*names)
    assert failed(outside) == [["backend.health"], ["frontend.ui"], []]
    assert [one["passed"] for one in outside.heard] == [False, False, True]
    assert outside.heard[0]["failed"] == {"backend.health": "a fault"}
    assert outside.heard[0]["stack"] == "todo"


def test_what_was_not_heard_is_told_again(run: Run, outside: Outside) -> None:
    outside.deaf = True
    run("backend.health")
    run("backend.health")
    outside.deaf = False
    run("backend.health")
    run("backend.health")
    assert failed(outside) == [["backend.health"]]


def test_what_does_not_last_is_not_told(run: Run, outside: Outside, folder: Path) -> None:
    assert run("backend.health", then=()) is not None
    assert last(folder)["passed"] is True
    assert outside.heard == []


def test_the_last_verdicts_are_kept_private_and_bounded(run: Run, folder: Path) -> None:
    for _ in range(RESULTS_KEPT + 3):
        run()
    run("backend.health")
    lines = (folder / RESULTS).read_text().splitlines()
    assert len(lines) == RESULTS_KEPT
    assert last(folder)["failed"] == {"backend.health": "a fault"}
    assert stat.S_IMODE((folder / RESULTS).stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", "{", "[]\n", "null\n"])
def test_damaged_verdicts_are_none(run: Run, folder: Path, outside: Outside, text: str) -> None:
    (folder / RESULTS).write_text(text)
    run("backend.health")
    assert failed(outside) == [["backend.health"]]


def test_while_a_run_is_under_way_nothing_is_said(
    run: Run, spec: StackSpec, outside: Outside, folder: Path
) -> None:
    with exclusive(Path(spec.state.folder)):
        assert run("backend.health") is None
    assert outside.heard == []
    assert last(folder) == {}


def test_a_changed_definition_is_told(run: Run, outside: Outside) -> None:
    run(current=False)
    assert failed(outside) == [["host.definition"]]
    assert "than the one that was released" in outside.heard[0]["failed"]["host.definition"]


def test_a_host_that_cannot_be_looked_at_has_failed(
    spec: StackSpec, folder: Path, outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: Any) -> None:
        raise StackError("the engine is lost")

    monkeypatch.setattr(module, "time", Clock())
    monkeypatch.setattr(module, "wanted_spec", lambda _: spec)
    monkeypatch.setattr(module, "look", lost)
    watch(DockerCli(FakeDocker()), settings_of(spec), folder, MEETS)
    assert outside.heard[0]["failed"] == {"host.look": "the engine is lost"}


@pytest.mark.parametrize("recorded", [False, True])
def test_without_a_release_that_can_be_read_nothing_is_well(
    spec: StackSpec, folder: Path, outside: Outside, monkeypatch: pytest.MonkeyPatch, recorded: bool
) -> None:
    monkeypatch.setattr(module, "time", Clock())
    if recorded:
        write_record(spec.state, 1, {"images": {}})
    watch(DockerCli(FakeDocker()), settings_of(spec), folder, MEETS)
    [told] = outside.heard[0]["failed"].values()
    assert ("its files were not kept" if recorded else "no release was recorded") in told
