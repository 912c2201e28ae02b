"""What a host's audit log tells of each change of its stack that came to the lock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.audit import AuditEntry
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import (
    ProblemList,
    StackError,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import Action
from ansible_collections.todo.stack.plugins.module_utils.edge.audit import read_entries
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    EnvironmentSeen,
    PortUse,
)
from ansible_collections.todo.stack.plugins.module_utils.look.releases import kept_releases
from ansible_collections.todo.stack.plugins.module_utils.release import release as module
from ansible_collections.todo.stack.plugins.module_utils.release.restore import Wanted
from ansible_collections.todo.stack.tests.unit.module_utils.release.conftest import (
    NEW,
    OLD,
    PINS,
    THERE,
    Host,
    Start,
    contract_of,
)
from ansible_collections.todo.stack.tests.unit.module_utils.release.world import ENDED, HEALTHY, Box


def told(spec: StackSpec) -> list[tuple[str, int, str]]:
    return [(one.what, one.release, one.outcome) for one in read_entries(spec.state)]


def last(spec: StackSpec) -> AuditEntry:
    return read_entries(spec.state)[-1]


def test_a_release_is_told_before_and_after_without_a_value(run: Start, spec: StackSpec) -> None:
    run(passwords=(OLD, NEW))
    assert told(spec) == [("release", 1, "began"), ("release", 1, "done")]
    done = last(spec)
    assert (done.by, done.commit) == ("ops on laptop", "0123456789ab")
    assert done.at.endswith("+00:00")
    assert "backend: recreate, todo-backend is another image now" in done.detail
    text = Path(spec.state.audit).read_text()
    assert OLD not in text and NEW not in text


def test_the_beginning_is_on_the_disk_before_the_first_change(
    run: Start, host: Host, spec: StackSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[tuple[str, int, str]]] = []
    answer = host._answer

    def noted(args: Sequence[str]) -> Any:
        seen.append(told(spec))
        return answer(args)

    monkeypatch.setattr(host, "_answer", noted)
    run()
    assert seen[0] == [("release", 1, "began")]


def test_a_run_with_nothing_to_do_leaves_no_line(run: Start, spec: StackSpec) -> None:
    tags = {"old": ["postgres:17"],
            "new": ["todo-backend:new", "todo-frontend:new", "todo-backend:latest",
                    "todo-frontend:latest"]}  # fmt: skip
    images = tuple({"Id": f"sha256:{key}", "RepoTags": names} for key, names in tags.items())
    run()
    run(now={"images": images, "environment": EnvironmentSeen(pins=PINS)}, since=1)
    assert len(told(spec)) == 2


def test_a_rotation_names_its_secrets(run: Start, spec: StackSpec) -> None:
    run(spec=replace(spec, rotate=("backend.DATABASE_URL",)), passwords=(OLD, NEW))
    assert told(spec)[-1] == ("rotation", 1, "done")
    assert last(spec).detail.startswith("backend.DATABASE_URL; ")


def test_a_restore_names_its_backup(
    run: Start, spec: StackSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = (Action("postgres", "restore", "from the backup 7-postgres"),)
    monkeypatch.setattr(module, "restore_actions", lambda *_: due)
    monkeypatch.setattr(module, "named", lambda wanted, *_: wanted)
    run(restore=Wanted("7-postgres"))
    assert told(spec)[-1] == ("restore", 1, "done")
    assert last(spec).detail == "postgres: restore, from the backup 7-postgres"
    assert last(spec).commit == ""


def test_a_rollback_names_the_release_it_goes_to(run: Start, host: Host, spec: StackSpec) -> None:
    run(spec=replace(spec, definition="name: todo # older\n"))
    run(since=1)
    host.boxes = [Box(one.name, one.service, "other", [HEALTHY]) for one in host.boxes]
    now = {"images": THERE, "wanted": 1, "releases": kept_releases(spec.state)}
    run(now=now, since=2, spec=StackSpec(spec.name, spec.state_dir, release="1"), rows=())
    assert told(spec)[-1] == ("rollback", 3, "done")
    assert last(spec).detail.startswith("to release 1; ")


def test_what_is_refused_under_the_lock_is_told_with_its_reason(
    run: Start, spec: StackSpec
) -> None:
    with pytest.raises(ProblemList):
        run(now={"ports": (PortUse("backend", 8000, "nc (pid 7)"),)})
    assert told(spec) == [("release", 0, "refused")]
    assert "nc (pid 7)" in last(spec).detail


def test_who_was_overtaken_is_refused(run: Start, spec: StackSpec) -> None:
    run()
    with pytest.raises(StackError, match="in the meantime"):
        run(since=0, by="a slower one")
    assert (last(spec).by, last(spec).outcome) == ("a slower one", "refused")


def test_a_release_that_no_host_keeps_is_a_rollback_refused(run: Start, spec: StackSpec) -> None:
    run()
    with pytest.raises(ProblemList):
        run(since=1, spec=StackSpec(spec.name, spec.state_dir, release="9"))
    assert told(spec)[-1] == ("rollback", 0, "refused")


def test_what_an_image_refuses_of_the_environment_is_a_refusal(
    run: Start, host: Host, spec: StackSpec
) -> None:
    checked = contract_of("backend", 8000, check=("python", "-m", "app.check"))
    host.check_out = (1, f"DATABASE_URL: is a placeholder ({NEW})\n", "")
    with pytest.raises(ProblemList):
        run(spec=replace(spec, contracts=(checked, *spec.contracts[1:])), passwords=(OLD, NEW))
    assert told(spec)[-1] == ("release", 1, "refused")
    assert "is a placeholder" in last(spec).detail and NEW not in last(spec).detail


def test_what_fails_on_its_way_is_told_with_what_was_put_back(
    run: Start, host: Host, spec: StackSpec
) -> None:
    host.scripts["new", "todo-backend-candidate"] = [ENDED]
    with pytest.raises(StackError):
        run()
    assert told(spec) == [("release", 1, "began"), ("release", 1, "failed")]
    assert last(spec).detail.endswith("the version before serves on")


def test_the_text_of_an_unforeseen_error_is_not_told(
    run: Start, spec: StackSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise ValueError(OLD)

    monkeypatch.setattr(module, "wanted_images", crash)
    with pytest.raises(ValueError, match=OLD):
        run()
    assert last(spec).detail == "stopped by ValueError"


def test_without_a_log_nothing_begins(run: Start, host: Host, spec: StackSpec) -> None:
    Path(spec.state.audit).mkdir(parents=True)
    with pytest.raises(StackError, match="is a directory"):
        run()
    assert host.done == []


def test_a_log_that_cannot_tell_the_end_undoes_nothing(
    run: Start, host: Host, spec: StackSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = host._answer

    def full(args: Sequence[str]) -> Any:
        path = Path(spec.state.audit)
        if path.is_file():
            path.unlink()
            path.mkdir()
        return answer(args)

    monkeypatch.setattr(host, "_answer", full)
    assert run().changed
