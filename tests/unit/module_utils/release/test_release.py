"""A whole release: lock, refusal, files, record, tags, and what is forgotten."""

from __future__ import annotations

import json
import signal
import stat
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import (
    ProblemList,
    StackError,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.model import HttpCheck
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import Action
from ansible_collections.todo.stack.plugins.module_utils.edge.files import exclusive
from ansible_collections.todo.stack.plugins.module_utils.edge.state import (
    numbers,
)
from ansible_collections.todo.stack.plugins.module_utils.look.look import Look
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    ChangedPart,
    EnvironmentSeen,
    PortUse,
    ProbeResult,
    ReleaseSeen,
    Seen,
)
from ansible_collections.todo.stack.plugins.module_utils.look.releases import (
    current_release,
)
from ansible_collections.todo.stack.plugins.module_utils.release import release as module
from ansible_collections.todo.stack.plugins.module_utils.release.record import forget_images
from ansible_collections.todo.stack.plugins.module_utils.release.restore import Wanted
from ansible_collections.todo.stack.tests.unit.module_utils.release.conftest import (
    NEW,
    OLD,
    PINS,
    ROWS,
    Host,
    Start,
    contract_of,
    of_files,
    record_of,
    seen_of,
    shown,
)
from ansible_collections.todo.stack.tests.unit.module_utils.release.world import (
    DONE,
    ENDED,
    HEALTHY,
    Box,
    Clock,
)


def test_a_release_is_recorded_without_a_value(run: Start, host: Host, spec: StackSpec) -> None:
    revision = HttpCheck("ready", "/ready", revision="revision")
    [backend, frontend] = spec.contracts
    contract = replace(backend, run=replace(backend.run, checks=(*backend.run.checks, revision)))
    host.answers["new"] = ProbeResult(200, "application/json", '{"status": "ok"}')
    outcome = run(spec=replace(spec, contracts=(contract, frontend)), passwords=(OLD, NEW))
    assert (outcome.changed, outcome.number) == (True, 1)
    record = record_of(spec, 1)
    assert {key: record[key] for key in ("number", "stack", "by", "commit", "schema")} == {
        "number": 1, "stack": "todo", "by": "ops on laptop", "commit": "0123456789ab",
        "schema": "0004",
    }  # fmt: skip
    new = {"reference": "todo-backend:new", "image_id": "sha256:new"}
    assert record["images"]["backend"] == record["images"]["migrate"] == new
    assert record["images"]["postgres"] == {"reference": "postgres:17", "image_id": "sha256:old"}
    assert record["one_shots"] == {"migrate": "sha256:new "}
    assert sorted(record["environment"]) == ["backend", "frontend", "migrate", "postgres"]
    assert record["definition"].startswith("sha256:")
    assert record["parts"] == {"network default": "todo_default digest"}
    assert (
        "backend: recreate, todo-backend is another image now (app/health.py changed)"
        in (record["reasons"])
    )
    assert record["acceptance"]["passed"] > 0
    text = Path(spec.state.record(1)).read_text() + json.dumps(outcome.as_result())
    assert OLD not in text
    assert NEW not in text


def test_a_restore_tells_the_commit_that_what_runs_was_made_from(
    run: Start, spec: StackSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(commit="aaaa")
    due = (Action("postgres", "restore", "from the backup 1"),)
    monkeypatch.setattr(module, "restore_actions", lambda *_: due)
    monkeypatch.setattr(module, "named", lambda wanted, *_: wanted)
    run(since=1, commit="bbbb", restore=Wanted())
    assert record_of(spec, 2)["commit"] == "aaaa"


def test_fingerprints_are_keyed_by_the_host(run: Start, host: Host, spec: StackSpec) -> None:
    run()
    first = record_of(spec, 1)["environment"]
    Path(spec.state.fingerprint_key).unlink()
    host.boxes = [box for box in host.boxes if box.service != "frontend"]
    run(since=1)
    again = record_of(spec, 2)["environment"]
    assert set(first.values()).isdisjoint(again.values())


def test_everything_that_is_written_is_private(run: Start, spec: StackSpec) -> None:
    Path(spec.state.folder).mkdir(parents=True, mode=0o755)
    stray = Path(spec.state.builds)
    stray.write_text("{}")
    stray.chmod(0o644)
    outcome = run(passwords=(OLD, NEW))
    assert of_files(spec) == {
        "audit.jsonl", "builds.json", "compose.yaml", "environment.json", "secrets.json",
        "fingerprint.key", "contents.json", "releases/1.json", "releases/1/compose.yaml",
        "releases/1/environment.json", "releases/1/stack.json", "secrets_since.json",
    }  # fmt: skip
    for path in (Path(spec.state.folder), *Path(spec.state.folder).rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    assert not [name for name, mode in outcome.looked.seen.modes.items() if mode & 0o077]


def test_the_current_files_are_those_of_the_release(run: Start, spec: StackSpec) -> None:
    run(passwords=(OLD, NEW))
    state = spec.state
    kept = state.of_release(1)
    assert Path(state.environment).read_text() == Path(kept.environment).read_text()
    assert Path(state.definition).read_text() == Path(kept.definition).read_text() == "name: todo\n"
    services = json.loads(Path(state.environment).read_text())["services"]
    assert {name: one["image"] for name, one in services.items()} == PINS
    assert json.loads(Path(state.secrets).read_text()) == {"postgres": {"POSTGRES_PASSWORD": NEW}}


def test_latest_moves_after_all_else_that_runs(run: Start, host: Host) -> None:
    run()
    moved = [line for line in host.done if line.startswith("image tag")]
    assert moved == [
        "image tag sha256:new todo-backend:latest", "image tag sha256:new todo-frontend:latest",
    ]  # fmt: skip
    last_swap = max(n for n, line in enumerate(host.done) if line.startswith("up "))
    assert all(host.done.index(line) > last_swap for line in moved)


def test_latest_is_not_taken_from_another_stack(
    run: Start, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "is_latest_ours", lambda _seen, one: one.service == "frontend")
    run()
    moved = [line for line in host.done if line.startswith("image tag")]
    assert moved == ["image tag sha256:new todo-frontend:latest"]


def test_what_is_not_built_here_is_no_latest(run: Start, host: Host, spec: StackSpec) -> None:
    [backend, frontend] = spec.contracts
    shared = replace(frontend, image="todo-backend", build=None)
    run(spec=replace(spec, contracts=(backend, shared)))
    moved = [line for line in host.done if line.startswith("image tag")]
    assert moved == ["image tag sha256:new todo-backend:latest"]


def test_leftovers_go_once_the_release_holds(run: Start, host: Host) -> None:
    host.boxes.append(Box("todo-worker-1", "worker", "old", [HEALTHY]))
    host.boxes.append(Box("todo-gone-candidate", "gone", "old", [HEALTHY], one_off=True))
    run()
    removed = "rm id-old-todo-worker-1 id-old-todo-gone-candidate"
    assert host.done.index(removed) > host.done.index("up frontend (new anew)")
    assert "worker" not in {box.service for box in host.boxes}


def test_a_leftover_that_cannot_be_removed_is_told(run: Start, host: Host, spec: StackSpec) -> None:
    host.boxes.append(Box("todo-worker-1", "worker", "old", [HEALTHY]))
    host.failures["rm id-old-todo-worker-1"] = "device or resource busy"
    with pytest.raises(StackError, match=r"the new version runs, .*: device or resource busy"):
        run()
    assert numbers(spec.state) == []


def test_a_release_that_holds_is_recorded_whoever_terminates_it(
    run: Start, host: Host, spec: StackSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*args: Any) -> None:
        signal.raise_signal(signal.SIGTERM)
        forget_images(*args)

    monkeypatch.setattr(module, "forget_images", killed)
    assert run().number == 1
    assert numbers(spec.state) == [1]
    assert host.running()["todo-backend-1"] == "new"


def test_a_release_that_fails_leaves_no_file_no_image_and_no_latest(
    run: Start, host: Host, spec: StackSpec
) -> None:
    host.scripts[("new", "todo-backend-candidate")] = [ENDED]
    host.listed = {"todo-backend": "new old latest", "todo-frontend": "new old latest"}
    Path(spec.state.folder).mkdir(parents=True)
    Path(spec.state.definition).write_text("name: todo\n")
    with pytest.raises(StackError) as caught:
        run(now={"environment": EnvironmentSeen(pins={})}, passwords=(OLD, NEW))
    assert "the version before serves on" in str(caught.value)
    assert caught.value.details["changed"] is True  # the password was set, and set back
    assert OLD not in shown(caught.value)
    assert NEW not in shown(caught.value)
    assert numbers(spec.state) == []
    assert not [name for name in of_files(spec) if name.startswith("releases/")]
    assert Path(spec.state.definition).read_text() == "name: todo\n"
    assert not [line for line in host.done if line.startswith("image tag")]
    removed = [line for line in host.done if line.startswith("image rm")]
    assert [line for line in removed if ":new" in line]
    assert not [line for line in removed if ":latest" in line]


def test_a_cleanup_that_fails_hides_no_cause(
    run: Start, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise StackError("the engine is gone")

    monkeypatch.setattr(module, "forget_images", fail)
    host.scripts[("new", "todo-backend-candidate")] = [ENDED]
    with pytest.raises(StackError, match="backend is not healthy") as caught:
        run()
    assert caught.value.details["evidence"]


@pytest.mark.parametrize("error", [OSError(28, "No space left"), StackError(f"no {NEW}")])
def test_a_release_that_runs_and_cannot_be_recorded_says_both(
    run: Start, host: Host, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(module, "record", fail)
    with pytest.raises(StackError, match="the new version runs, but its release could") as caught:
        run(passwords=(OLD, NEW))
    assert caught.value.details["changed"] is True
    assert NEW not in shown(caught.value)
    assert host.running()["todo-backend-1"] == "new"


def test_secrets_made_anew_are_kept_once_the_release_holds(
    run: Start, host: Host, spec: StackSpec
) -> None:
    rotated = replace(spec, rotate=("postgres.POSTGRES_PASSWORD",))
    host.scripts[("new", "todo-backend-candidate")] = [ENDED]
    with pytest.raises(StackError):
        run(spec=rotated, passwords=(OLD, NEW))
    assert not Path(spec.state.secrets).exists()
    del host.scripts[("new", "todo-backend-candidate")]
    run(spec=rotated, passwords=(OLD, NEW))
    assert json.loads(Path(spec.state.secrets).read_text()) == {
        "postgres": {"POSTGRES_PASSWORD": NEW}
    }


@pytest.mark.parametrize("before", [None, {"postgres": {"POSTGRES_PASSWORD": OLD}}])
def test_a_made_secret_that_an_image_refuses_is_not_kept(
    run: Start, host: Host, spec: StackSpec, before: dict[str, dict[str, str]] | None
) -> None:
    path = Path(spec.state.secrets)
    path.parent.mkdir(parents=True)
    if before:
        path.write_text(json.dumps(before))
    checked = contract_of("backend", 8000, check=("python", "-m", "app.check"))
    host.check_out = (1, "DATABASE_URL: is a placeholder\n", "")
    with pytest.raises(ProblemList, match="nothing was changed"):
        run(spec=replace(spec, contracts=(checked, *spec.contracts[1:])), passwords=(OLD, NEW),
            kept=before or {})  # fmt: skip
    assert (json.loads(path.read_text()) if path.exists() else None) == before


def test_a_release_that_fails_forgets_its_builds_and_no_image_of_what_ran(
    run: Start, host: Host, spec: StackSpec
) -> None:
    Path(spec.state.folder).mkdir(parents=True)
    rows = [{"content_image": f"todo-backend:{tag}"} for tag in ("new", "build1")]
    builds = {"version": 1, "images": {"todo-backend": rows}}
    Path(spec.state.builds).write_text(json.dumps(builds))
    host.listed = {"todo-backend": "new latest build1 old forgotten"}
    host.scripts[("new", "todo-backend-candidate")] = [ENDED]
    with pytest.raises(StackError):
        run()
    [removed] = [line for line in host.done if line.startswith("image rm")]
    assert removed.split()[2:] == ["todo-backend:new", "todo-backend:forgotten"]


def test_images_are_kept_while_a_kept_release_or_the_last_builds_name_them(
    run: Start, host: Host, spec: StackSpec
) -> None:
    folder = Path(spec.state.folder)
    (folder / "releases").mkdir(parents=True)
    record = {"images": {"backend": {"reference": "todo-backend:released", "image_id": "x"}}}
    (folder / "releases/1.json").write_text(json.dumps(record))
    rows = [{"content_image": f"todo-backend:build{number}"} for number in (3, 2, 1)]
    builds = {"version": 1, "images": {"todo-backend": rows}}
    Path(spec.state.builds).write_text(json.dumps(builds))
    host.listed = {"todo-backend": "new latest build3 build2 build1 released forgotten"}
    run(since=1)
    [removed] = [line for line in host.done if line.startswith("image rm")]
    assert removed.split()[2:] == ["todo-backend:build1", "todo-backend:forgotten"]


@pytest.mark.parametrize(("keep", "kept"), [(5, [3, 4, 5, 6, 7]), (2, [6, 7]), (1, [7])])
def test_so_many_releases_are_kept(
    run: Start, host: Host, spec: StackSpec, keep: int, kept: list[int]
) -> None:
    for number in range(7):
        host.boxes = [box for box in host.boxes if box.service != "frontend"]
        stack = replace(spec, definition=f"name: todo # {number}\n", keep_releases=keep)
        assert run(since=number, spec=stack).number == number + 1
    assert numbers(spec.state) == kept
    folders = {path.name for path in Path(spec.state.releases).iterdir() if path.is_dir()}
    assert folders == {str(number) for number in kept}


def test_what_only_mends_a_release_takes_its_place(run: Start, host: Host, spec: StackSpec) -> None:
    run(spec=replace(spec, definition="name: todo # 0\n"))
    run(since=1)
    first = {**record_of(spec, 2), "began": "2026-01-18T10:00:00+00:00", "back_to": 1}
    Path(spec.state.record(2)).write_text(json.dumps(first))
    for number in (2, 3):
        host.boxes = [box for box in host.boxes if box.service != "frontend"]
        run(since=number)
    assert numbers(spec.state) == [1, 4]
    assert sorted(p.name for p in Path(spec.state.releases).iterdir() if p.is_dir()) == ["1", "4"]
    found = record_of(spec, 4)
    assert (found["began"], found["back_to"]) == ("2026-01-18T10:00:00+00:00", 1)
    assert found["at"] > found["began"]


def restarted(host: Host, service: str, times: int) -> None:
    """Have the engine have counted so many restarts of a service's container."""
    for box in host.boxes:
        if box.service == service:
            box.states = [{**box.states[-1], "restarts": times}]


def test_what_is_measured_of_a_release_is_recorded(
    run: Start, host: Host, spec: StackSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = iter(range(100, 200, 7))
    monkeypatch.setattr(module, "time", SimpleNamespace(
        monotonic=lambda: float(next(ticks)), time=time.time))  # fmt: skip
    run()
    record = record_of(spec, 1)
    assert record["rollout_seconds"] == 7.0
    assert sorted(record["measured"]) == ["backend", "frontend", "postgres"]
    assert record["measured"]["backend"]["restarts"] == 0


def test_how_often_it_restarted_goes_into_the_record_of_the_release_that_is_left(
    run: Start, host: Host, spec: StackSpec
) -> None:
    run(spec=replace(spec, definition="name: todo # 0\n"))
    restarted(host, "backend", 2)
    host.boxes = [box for box in host.boxes if box.service != "frontend"]
    first = record_of(spec, 1)
    run(since=1)
    left, now = record_of(spec, 1), record_of(spec, 2)
    assert (left["measured"]["backend"]["restarts"], now["measured"]["backend"]["restarts"]) == (
        2, 0,
    )  # fmt: skip
    left["measured"]["backend"]["restarts"] = 0
    assert left == first, "nothing else of it is changed"


def test_restarts_go_on_in_a_release_that_is_mended(
    run: Start, host: Host, spec: StackSpec
) -> None:
    run()
    took = record_of(spec, 1)["rollout_seconds"]
    for number in (1, 2):  # its container is made anew each time, and counts from 0
        restarted(host, "postgres", 2 * number)
        host.boxes = [box for box in host.boxes if box.service != "frontend"]
        run(since=number)
    assert numbers(spec.state) == [3]
    record = record_of(spec, 3)
    assert (record["measured"]["postgres"]["restarts"], record["rollout_seconds"]) == (6, took)


def test_the_record_of_an_older_version_is_left_for_a_new_one(
    run: Start, host: Host, spec: StackSpec
) -> None:
    run(spec=replace(spec, definition="name: todo # 0\n"))
    old = record_of(spec, 1)
    del old["measured"], old["rollout_seconds"]
    Path(spec.state.record(1)).write_text(json.dumps(old))
    host.boxes = [box for box in host.boxes if box.service != "frontend"]
    run(since=1)
    assert record_of(spec, 1) == {**old, "measured": {}}
    assert record_of(spec, 2)["measured"]


def since_of(spec: StackSpec) -> dict[str, str]:
    found: dict[str, str] = json.loads(Path(spec.state.secrets_since).read_text())
    return found


def test_since_when_a_secret_has_its_value_is_recorded_without_it(
    run: Start, host: Host, spec: StackSpec
) -> None:
    run()
    assert list(since_of(spec)) == ["backend.DATABASE_URL"]
    Path(spec.state.secrets_since).write_text('{"backend.DATABASE_URL": "then"}')
    host.boxes = [box for box in host.boxes if box.service != "frontend"]
    run(since=1)
    assert since_of(spec) == {"backend.DATABASE_URL": "then"}
    run(since=2, passwords=(OLD, NEW))
    assert since_of(spec)["backend.DATABASE_URL"].endswith("+00:00")
    assert NEW not in Path(spec.state.secrets_since).read_text()


def test_a_rotation_that_fails_makes_no_secret_younger(
    run: Start, host: Host, spec: StackSpec
) -> None:
    run()
    Path(spec.state.secrets_since).write_text('{"backend.DATABASE_URL": "then"}')
    for box in host.boxes:
        box.version = "other" if box.service in {"backend", "frontend"} else "old"
    host.scripts["new", "todo-backend-candidate"] = [ENDED]
    with pytest.raises(StackError):
        run(since=1, passwords=(OLD, NEW))
    assert since_of(spec) == {"backend.DATABASE_URL": "then"}


def test_where_nothing_is_due_nothing_is_done(run: Start, host: Host, spec: StackSpec) -> None:
    run()
    before, host.done = of_files(spec), []
    tags = {"old": ["postgres:17"],
            "new": ["todo-backend:new", "todo-frontend:new", "todo-backend:latest",
                    "todo-frontend:latest"]}  # fmt: skip
    images = tuple({"Id": f"sha256:{key}", "RepoTags": names} for key, names in tags.items())
    now = {"images": images, "environment": EnvironmentSeen(pins=PINS)}
    outcome = run(now=now, since=1)
    assert (outcome.changed, outcome.actions, outcome.number) == (False, (), 1)
    assert (host.done, of_files(spec)) == ([], before)


def test_a_run_that_was_overtaken_is_refused_and_names_who_was_faster(
    run: Start, host: Host, spec: StackSpec
) -> None:
    run(by="somebody else")
    host.done = []
    with pytest.raises(StackError, match="has released 1 in the meantime: somebody else"):
        run(since=0)
    assert host.done == []


def test_a_lock_that_is_held_is_waited_for_and_its_holder_named(
    run: Start, spec: StackSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOCK_SECONDS", 0.0)
    folder = Path(spec.state.folder)
    folder.mkdir(parents=True)
    with exclusive(folder):
        with pytest.raises(StackError, match="holds the lock since over 0 s: an unknown play"):
            run()
        (folder / "lock").write_text("ops on host7, process 12\n")
        with pytest.raises(StackError, match="since over 0 s: ops on host7, process 12"):
            run()
    assert run().changed
    assert not (folder / "lock").exists()


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "port": ({"ports": (PortUse("backend", 8000, "nc (pid 7)"),)}, "nc (pid 7)"),
    "memory": ({"available_memory_bytes": 1}, "memory"),
    "volume": ({"changed": (ChangedPart("volume data", "todo_data"),)}, "volume todo_data"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_the_second_look_finds_wrong_is_refused_before_anything(
    run: Start, host: Host, spec: StackSpec, why: str
) -> None:
    now, said = REFUSED[why]
    with pytest.raises(ProblemList) as caught:
        run(now=_with_limits(now, host, spec))
    assert said in str(caught.value)
    assert "nothing was changed" in str(caught.value)
    assert host.done == []
    assert of_files(spec) == {"audit.jsonl"}


def _with_limits(now: dict[str, Any], host: Host, spec: StackSpec) -> dict[str, Any]:
    services = seen_of(host, spec, {}, passwords=(OLD, OLD)).seen.services
    limited = [replace(one, memory_bytes=10**9, parts=("volume data",)) for one in services]
    return {"services": tuple(limited), **now}


def test_a_foreign_container_and_an_image_that_is_not_there_are_refused_together(
    run: Start, host: Host, spec: StackSpec
) -> None:
    seen: Seen = seen_of(host, spec, {}, passwords=(OLD, OLD)).seen
    strange = tuple(replace(one, ours=False) for one in seen.containers[:1])
    with pytest.raises(ProblemList) as caught:
        run(now={"containers": (*strange, *seen.containers[1:]), "images": ()}, rows=())
    assert "5 problems found" in str(caught.value)
    assert "todo-postgres-1" in str(caught.value)
    assert "todo-backend" in str(caught.value)
    assert host.done == []


def test_the_record_of_a_one_shot_that_was_pruned_is_carried_on(
    run: Start, host: Host, spec: StackSpec
) -> None:
    run()
    host.boxes = [box for box in host.boxes if box.service not in {"migrate", "frontend"}]
    run(since=1, rows=ROWS)
    assert record_of(spec, 2)["one_shots"] == {"migrate": "sha256:new "}
    assert "migrate" not in {box.service for box in host.boxes}


def test_of_two_one_shots_the_pruned_one_stays_recorded(
    run: Start, host: Host, spec: StackSpec
) -> None:
    services = seen_of(host, spec, {}, passwords=(OLD, OLD)).seen.services
    seed = replace(services[1], name="seed", container_name="todo-seed-1", alone_hash="h")
    host.boxes.append(Box("todo-seed-1", "seed", "new", [DONE]))
    now = {"services": (*services, seed), "environment": EnvironmentSeen(pins=PINS)}
    seeds = replace(spec.contracts[0], compose_services=("backend", "migrate", "seed"))
    both = replace(spec, contracts=(seeds, spec.contracts[1]))
    run(now=now, spec=both)
    first = record_of(spec, 1)["one_shots"]
    assert sorted(first) == ["migrate", "seed"]
    host.boxes = [box for box in host.boxes if box.service not in {"migrate", "frontend"}]
    run(now=now, spec=both, since=1)
    assert record_of(spec, 2)["one_shots"] == first


def test_progress_is_told_to_whoever_watches_and_ends(
    run: Start, clock: Clock, tmp_path: Path
) -> None:
    told: list[dict[str, Any]] = []
    file = tmp_path / "steps"

    def note(_spent: float) -> None:
        told.extend(json.loads(file.read_text()))

    clock.slept = note
    run(progress_file=file)
    assert ("backend", "it was not looked at yet") in {(s["target"], s["step"]) for s in told}
    assert all(set(step) == {"target", "step", "started"} for step in told)
    assert not file.exists()


def test_a_release_that_is_already_seen_says_so(run: Start, spec: StackSpec) -> None:
    outcome = run()
    assert outcome.looked.seen.release == current_release(spec.state)
    assert outcome.looked.seen.release != ReleaseSeen()
    result = outcome.as_result()
    assert result["release"] == 1
    assert json.loads(result["seen"])["release"]["by"] == "ops on laptop"
    assert result["diff"]["prepared"].count("\n") == len(result["actions"])


def test_a_layout_of_before_is_adopted_before_all_else(run: Start, spec: StackSpec) -> None:
    root = Path(spec.state.root)
    root.mkdir(parents=True)
    (root / "compose.yaml").write_text("name: todo\n")
    (root / "builds.json").write_text("{}")
    run()
    assert {"builds.json", "compose.yaml", "releases/1.json"} <= of_files(spec)
    assert not [path for path in root.iterdir() if path.is_file()]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_release_that_is_terminated_is_put_back(
    run: Start, host: Host, spec: StackSpec, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    keep = signal.signal(number, signal.SIG_IGN)  # were it not heard, the release would go on
    Path(spec.state.folder).mkdir(parents=True)
    Path(spec.state.definition).write_text("name: todo\n")
    compose = host._compose

    def killed(words: list[str]) -> Any:
        answer = compose(words)
        if "up" in words and words[-1] == "frontend" and any("/releases/" in w for w in words):
            signal.raise_signal(number)
        return answer

    monkeypatch.setattr(host, "_compose", killed)
    try:
        with pytest.raises(StackError, match="stopped by SystemExit; the version before was put"):
            run()
    finally:
        signal.signal(number, keep)
    assert host.running()["todo-backend-1"] == host.running()["todo-frontend-1"] == "old"
    assert numbers(spec.state) == []


@pytest.mark.parametrize("damaged", [True, False])
def test_secrets_that_cannot_be_read_are_moved_aside(
    run: Start, spec: StackSpec, damaged: bool
) -> None:
    Path(spec.state.folder).mkdir(parents=True)
    Path(spec.state.secrets).write_text("{torn")
    run(see=rendering(damaged=damaged))
    aside = Path(f"{spec.state.secrets}.unreadable")
    assert (aside.read_text() if aside.exists() else None) == ("{torn" if damaged else None)
    assert json.loads(Path(spec.state.secrets).read_text())["postgres"]


def test_what_nothing_needs_is_switched_off(run: Start, spec: StackSpec) -> None:
    run(see=rendering(off=["postgres"]))
    services = json.loads(Path(spec.state.environment).read_text())["services"]
    assert [n for n, one in services.items() if "profiles" in one] == ["postgres"]


def rendering(*, damaged: bool = False, off: Sequence[str] = ()) -> Callable[..., Look]:
    """Return what sees as `seen_of` does, but for what is rendered."""

    def other(*args: Any, **options: Any) -> Look:
        found = seen_of(*args, **options)
        resolution = replace(found.rendered.resolution, switched_off=list(off))
        return replace(
            found, rendered=replace(found.rendered, damaged=damaged, resolution=resolution)
        )

    return other


def test_what_was_made_anew_is_not_made_again_by_the_last_look(spec: StackSpec, run: Start) -> None:
    looked: list[tuple[str, ...]] = []

    def noted(host: Host, stack: StackSpec, *args: Any, **options: Any) -> Look:
        looked.append(stack.rotate)
        return seen_of(host, stack, *args, **options)

    rotate = ("postgres.POSTGRES_PASSWORD",)
    run(spec=replace(spec, rotate=rotate), passwords=(OLD, NEW), see=noted)
    assert looked == [rotate, ()]
