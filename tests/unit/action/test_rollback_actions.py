"""The controller's side of going back: told first, refused with all reasons, sent by number."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.action import look as look_plugin
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import from_plain, to_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    ReleaseSeen,
    Seen,
)
from ansible_collections.todo.stack.tests.unit.action.test_look_action import ENGINE
from ansible_collections.todo.stack.tests.unit.action.test_release_action import Bench, seen_of

OLDER = {"Id": "sha256:b0", "RepoTags": ["todo-backend:0"]}


def going_back(**changes: Any) -> Seen:
    """Return a stack that runs its release 4, looked at for its release 2: another backend."""
    good = seen_of()
    pins, ids = dict(good.environment.pins), {c.service: c.image_id for c in good.containers}
    for name in ("backend", "migrate"):
        pins[name], ids[name] = "todo-backend:0", "sha256:b0"
    then = ReleaseSeen(2, references=pins, images=ids, identity="a", commit="aaaa", by="ops",
                       began="2026-01-18T10:00:00+00:00")  # fmt: skip
    current = ReleaseSeen(4, identity="b")
    seen = replace(good, engine=ENGINE, images=(*good.images, OLDER), release=current,
                   releases=(then, current), wanted=2)  # fmt: skip
    return replace(seen, **changes)


@pytest.fixture
def bench(project: Path, contracts: Sequence[Contract], monkeypatch: pytest.MonkeyPatch) -> Bench:
    """The action plugin of a release, for a project that cannot be read."""
    monkeypatch.setattr(ActionBase, "run", lambda *_: {})
    (project / "compose.yaml").write_text("services: [")
    (project / "backend/contract.yml").write_text("service: [")
    return Bench(project, contracts)


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_way_back_is_told_whole_before_it_is_gone(bench: Bench, check_mode: bool) -> None:
    result = bench.run(going_back(), check_mode=check_mode, release=2)
    assert bench.shown == [
        "  from release 4 to release 2, of 2026-01-18T10:00:00+00:00, by ops, commit aaaa",
        "  migrate: recreate, todo-backend:1 is another image now (that of release 2)",
        "  backend: recreate, todo-backend:1 is another image now (that of release 2)",
        "  host: write, environment.json: the image of backend, the image of migrate",
    ]
    assert result["changed"] is True
    if check_mode:
        assert bench.sent == []
        return
    [sent] = bench.sent
    spec = from_plain(StackSpec, json.loads(sent["spec"]))
    assert spec == StackSpec("todo", "/var/lib/todo-stack", release="2")
    assert (sent["since"], sent["commit"]) == (4, "aaaa")


def test_a_release_that_runs_as_it_is_says_so(bench: Bench) -> None:
    seen = seen_of()
    ids = {c.service: c.image_id for c in seen.containers}
    same = ReleaseSeen(3, references=seen.environment.pins, images=ids)
    seen = replace(seen, releases=(same, seen.release), wanted=3)
    result = bench.run(seen, release=3)
    assert (result["changed"], bench.sent) == (False, [])
    assert bench.shown == ["  from release 4 to release 3",
                           "  it runs as it did then: nothing is due"]  # fmt: skip


def test_what_stands_in_the_way_is_refused_also_without_a_look_before(bench: Bench) -> None:
    result = bench.run(going_back(images=seen_of().images), release=2)
    assert (result["failed"], result["changed"], bench.sent) == (True, False, [])
    assert "there is no image todo-backend:0 of migrate, backend" in result["msg"]


@pytest.mark.parametrize("release", [3, "3", "previous"])
def test_a_release_that_was_not_looked_for_is_refused(bench: Bench, release: Any) -> None:
    for seen in (going_back(), seen_of()):
        result = bench.run(seen, release=release)
        assert (result["failed"], result["changed"], bench.sent) == (True, False, [])
        assert f"release {release}: is not the release that was looked for" in result["msg"]


class Look:
    """The action plugin of a look, with a host that tells what it keeps."""

    def __init__(self, folder: Path, contracts: Sequence[Contract]) -> None:
        self.folder = folder
        kept = StackSpec("todo", "/srv", contracts=tuple(contracts), bind_address="127.0.0.9",
                         relaxed={"backend": ["init"]})  # fmt: skip
        self.kept = json.dumps(to_plain(kept))
        self.sent: list[dict[str, Any]] = []

    def run(self, seen: Seen, **options: Any) -> dict[str, Any]:
        action = look_plugin.ActionModule.__new__(look_plugin.ActionModule)
        action._task = SimpleNamespace(args={"project_dir": ".", **options}, check_mode=False)
        action._loader = SimpleNamespace(get_basedir=lambda: str(self.folder))

        def execute(_name: str, args: dict[str, Any], **_: Any) -> dict[str, Any]:
            self.sent.append(args)
            return {"seen": json.dumps(to_plain(seen)), "kept": self.kept}

        action._execute_module = execute
        result: dict[str, Any] = action.run(task_vars={})
        return result


@pytest.fixture
def looking(tmp_path: Path, contracts: Sequence[Contract], monkeypatch: pytest.MonkeyPatch) -> Look:
    """A look from a folder in which there is no project at all."""
    monkeypatch.setattr(ActionBase, "run", lambda *_: {})
    return Look(tmp_path, contracts)


def test_a_look_for_a_release_reads_nothing_of_the_project(looking: Look) -> None:
    asked = {"stack": "todo", "release": "previous", "state_dir": "/srv", "keep_releases": "7"}
    result = looking.run(going_back(), **asked)
    assert "failed" not in result, result
    [sent] = looking.sent
    spec = from_plain(StackSpec, json.loads(sent["spec"]))
    assert spec == StackSpec("todo", "/srv", release="previous", keep_releases=7)
    assert (result["release"], result["stack"], result["bases"]) == (2, "todo", [])
    assert (result["bind_address"], result["relaxed"]) == ("127.0.0.9", {"backend": ["init"]})
    assert [one["service"] for one in result["contracts"]] == ["backend", "frontend"]


def test_all_that_keeps_a_release_from_running_is_one_list(looking: Look) -> None:
    seen = going_back(images=(), ip_forward=False)
    result = looking.run(seen, stack="todo", release="2")
    assert (result["failed"], result["changed"]) == (True, False)
    for said in (
        "no image todo-backend:0", "no image todo-frontend:1", "no image postgres:17",
        "net.ipv4.ip_forward", "nothing was changed",
    ):  # fmt: skip
        assert said in result["msg"]


@pytest.mark.parametrize("keep", ["0", 0, -1, "many", 2.5])
def test_a_number_of_kept_releases_that_is_none_is_refused(
    project: Path, contracts: Sequence[Contract], monkeypatch: pytest.MonkeyPatch, keep: Any
) -> None:
    monkeypatch.setattr(ActionBase, "run", lambda *_: {})
    result = Look(project, contracts).run(seen_of(engine=ENGINE), keep_releases=keep)
    assert "stack_keep_releases: must be a number of at least 1" in result["msg"]
