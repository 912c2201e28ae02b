"""A whole release: lock, refusal, files, record, tags, and what is forgotten."""

from __future__ import annotations

import json
import signal
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import (
    ProblemList,
    StackError,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.model import HttpCheck
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.files import exclusive
from ansible_collections.todo.stack.plugins.module_utils.edge.state import (
    modes,
    numbers,
    read_release,
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
from ansible_collections.todo.stack.plugins.module_utils.release import release as module
from ansible_collections.todo.stack.plugins.module_utils.release.record import forget_images
from ansible_collections.todo.stack.plugins.module_utils.release.release import (
    Order,
    Outcome,
    release,
)
from ansible_collections.todo.stack.tests.unit.module_utils.release.conftest import (
    MEETS,
    NEW,
    OLD,
    contract_of,
    look_at,
    shown,
)
from ansible_collections.todo.stack.tests.unit.module_utils.release.world import (
    DONE,
    ENDED,
    HEALTHY,
    Box,
    Clock,
    World,
)

PINS = {
    "backend": "todo-backend:new", "migrate": "todo-backend:new", "frontend": "todo-frontend:new",
    "postgres": "postgres:17",
}  # fmt: skip
ROWS = tuple(
    {"service": name, "content_image": f"todo-{name}:new", "image_id": "sha256:new",
     "changed": True, "reason": "app/health.py changed"}
    for name in ("backend", "frontend")
)  # fmt: skip
Run = Callable[..., Outcome]


class Host(World):
    """The world with images of the stack: what is listed, tagged and removed of them."""

    listed: Mapping[str, str] = {}  # repository -> its tags, the newest first

    def _answer(self, args: Any) -> Any:
        if args[1:3] == ["image", "ls"]:
            tags = self.listed.get(args[-1], "").split()
            return 0, "".join(f"{args[-1]}:{tag} sha256:{tag}\n" for tag in tags), ""
        if args[1:3] in (["image", "rm"], ["image", "tag"]):
            self.done.append(" ".join(args[1:]))
        return super()._answer(args)


@pytest.fixture
def host(world: World) -> Host:
    """The world, its images noted."""
    return Host(**vars(world))


@pytest.fixture
def run(host: Host, spec: StackSpec, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that releases: ``now`` changes what is seen, ``order`` what is asked."""
    monkeypatch.setattr("ansible_collections.todo.stack.plugins.module_utils.release.gate.probe",
                        host.probe)  # fmt: skip

    def start(now: Mapping[str, Any] | None = None, **order: Any) -> Outcome:
        def look(_docker: DockerCli, stack: StackSpec) -> Look:
            found = _seen(host, stack, now or {}, passwords=order.get("passwords", (OLD, OLD)))
            kept = order.get("kept", found.rendered.kept)
            return replace(found, rendered=replace(found.rendered, kept=kept))

        monkeypatch.setattr(module, "look", look)
        given = {"rows": ROWS, "since": 0, "by": "ops on laptop", "commit": "0123456789ab"}
        chosen = {k: v for k, v in order.items() if k not in {"passwords", "kept"}}
        return release(DockerCli(host), Order(**{"spec": spec, **given, **chosen}), MEETS)

    return start


def _seen(
    host: Host, stack: StackSpec, now: Mapping[str, Any], *, passwords: tuple[str, str]
) -> Look:
    """Return what is seen: nothing but the images is due of a stack that is as it was."""
    found = look_at(host, stack, passwords=passwords)
    images = {version: {"Id": f"sha256:{version}", "RepoTags": names} for version, names in (
        ("old", ["postgres:17", "todo-backend:old", "todo-backend:latest", "todo-frontend:old",
                 "todo-frontend:latest"]),
        ("new", ["todo-backend:new", "todo-frontend:new"]))}  # fmt: skip
    services = tuple(
        replace(one, container_name=f"todo-{one.name}-1",
                probes={"ready": ProbeResult(200, "", '{"revision": "0004"}')})
        for one in found.seen.services
    )  # fmt: skip
    environment = EnvironmentSeen(pins={**PINS, "backend": "todo-backend:old"})
    seen = replace(
        found.seen, images=tuple(images.values()), services=services, environment=environment,
        release=read_release(stack.state), modes=modes(stack.state), definition_current=True,
        available_memory_bytes=10**10,
    )  # fmt: skip
    parts = {"network default": "todo_default digest"}
    return replace(found, seen=replace(seen, **now), parts=parts)


def of_files(spec: StackSpec) -> set[str]:
    folder = Path(spec.state.folder)
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def record_of(spec: StackSpec, number: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(spec.state.record(number)).read_text())
    return found


def test_a_release_is_recorded_without_a_value(run: Run, host: Host, spec: StackSpec) -> None:
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


def test_fingerprints_are_keyed_by_the_host(run: Run, host: Host, spec: StackSpec) -> None:
    run()
    first = record_of(spec, 1)["environment"]
    Path(spec.state.fingerprint_key).unlink()
    host.boxes = [box for box in host.boxes if box.service != "frontend"]
    run(since=1)
    again = record_of(spec, 2)["environment"]
    assert set(first.values()).isdisjoint(again.values())


def test_everything_that_is_written_is_private(run: Run, spec: StackSpec) -> None:
    Path(spec.state.folder).mkdir(parents=True, mode=0o755)
    stray = Path(spec.state.builds)
    stray.write_text("{}")
    stray.chmod(0o644)
    outcome = run(passwords=(OLD, NEW))
    assert of_files(spec) == {
        "builds.json", "compose.yaml", "environment.json", "secrets.json", "fingerprint.key",
        "contents.json", "releases/1.json", "releases/1/compose.yaml",
        "releases/1/environment.json",
    }  # fmt: skip
    for path in (Path(spec.state.folder), *Path(spec.state.folder).rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    assert not [name for name, mode in outcome.looked.seen.modes.items() if mode & 0o077]


def test_the_current_files_are_those_of_the_release(run: Run, spec: StackSpec) -> None:
    run(passwords=(OLD, NEW))
    state = spec.state
    kept = state.of_release(1)
    assert Path(state.environment).read_text() == Path(kept.environment).read_text()
    assert Path(state.definition).read_text() == Path(kept.definition).read_text() == "name: todo\n"
    services = json.loads(Path(state.environment).read_text())["services"]
    assert {name: one["image"] for name, one in services.items()} == PINS
    assert json.loads(Path(state.secrets).read_text()) == {"postgres": {"POSTGRES_PASSWORD": NEW}}


def test_latest_moves_after_all_else_that_runs(run: Run, host: Host) -> None:
    run()
    moved = [line for line in host.done if line.startswith("image tag")]
    assert moved == [
        "image tag sha256:new todo-backend:latest", "image tag sha256:new todo-frontend:latest",
    ]  # fmt: skip
    last_swap = max(n for n, line in enumerate(host.done) if line.startswith("up "))
    assert all(host.done.index(line) > last_swap for line in moved)


def test_latest_is_not_taken_from_another_stack(
    run: Run, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "is_latest_ours", lambda _seen, one: one.service == "frontend")
    run()
    moved = [line for line in host.done if line.startswith("image tag")]
    assert moved == ["image tag sha256:new todo-frontend:latest"]


def test_leftovers_go_once_the_release_holds(run: Run, host: Host) -> None:
    host.boxes.append(Box("todo-worker-1", "worker", "old", [HEALTHY]))
    host.boxes.append(Box("todo-gone-candidate", "gone", "old", [HEALTHY], one_off=True))
    run()
    removed = "rm id-old-todo-worker-1 id-old-todo-gone-candidate"
    assert host.done.index(removed) > host.done.index("up frontend (new anew)")
    assert "worker" not in {box.service for box in host.boxes}


def test_a_leftover_that_cannot_be_removed_is_told(run: Run, host: Host, spec: StackSpec) -> None:
    host.boxes.append(Box("todo-worker-1", "worker", "old", [HEALTHY]))
    host.failures["rm id-old-todo-worker-1"] = "device or resource busy"
    with pytest.raises(StackError, match=r"the new version runs, .*: device or resource busy"):
        run()
    assert numbers(spec.state) == []


def test_a_release_that_holds_is_recorded_whoever_terminates_it(
    run: Run, host: Host, spec: StackSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*args: Any) -> None:
        signal.raise_signal(signal.SIGTERM)
        forget_images(*args)

    monkeypatch.setattr(module, "forget_images", killed)
    assert run().number == 1
    assert numbers(spec.state) == [1]
    assert host.running()["todo-backend-1"] == "new"


def test_a_release_that_fails_leaves_no_file_no_image_and_no_latest(
    run: Run, host: Host, spec: StackSpec
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
    run: Run, host: Host, monkeypatch: pytest.MonkeyPatch
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
    run: Run, host: Host, monkeypatch: pytest.MonkeyPatch, error: Exception
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
    run: Run, host: Host, spec: StackSpec
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
    run: Run, host: Host, spec: StackSpec, before: dict[str, dict[str, str]] | None
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
    run: Run, host: Host, spec: StackSpec
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
    run: Run, host: Host, spec: StackSpec
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


def test_five_releases_are_kept(run: Run, host: Host, spec: StackSpec) -> None:
    for number in range(7):
        host.boxes = [box for box in host.boxes if box.service != "frontend"]
        assert run(since=number).number == number + 1
    assert numbers(spec.state) == [3, 4, 5, 6, 7]
    folders = {path.name for path in Path(spec.state.releases).iterdir() if path.is_dir()}
    assert folders == {"3", "4", "5", "6", "7"}


def test_where_nothing_is_due_nothing_is_done(run: Run, host: Host, spec: StackSpec) -> None:
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
    run: Run, host: Host, spec: StackSpec
) -> None:
    run(by="somebody else")
    host.done = []
    with pytest.raises(StackError, match="has released 1 in the meantime: somebody else"):
        run(since=0)
    assert host.done == []


def test_a_lock_that_is_held_is_waited_for_and_its_holder_named(
    run: Run, spec: StackSpec, monkeypatch: pytest.MonkeyPatch
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
    run: Run, host: Host, spec: StackSpec, why: str
) -> None:
    now, said = REFUSED[why]
    with pytest.raises(ProblemList) as caught:
        run(now=_with_limits(now, host, spec))
    assert said in str(caught.value)
    assert "nothing was changed" in str(caught.value)
    assert host.done == []
    assert of_files(spec) == set()


def _with_limits(now: dict[str, Any], host: Host, spec: StackSpec) -> dict[str, Any]:
    services = _seen(host, spec, {}, passwords=(OLD, OLD)).seen.services
    limited = [replace(one, memory_bytes=10**9, parts=("volume data",)) for one in services]
    return {"services": tuple(limited), **now}


def test_a_foreign_container_and_an_image_that_is_not_there_are_refused_together(
    run: Run, host: Host, spec: StackSpec
) -> None:
    seen: Seen = _seen(host, spec, {}, passwords=(OLD, OLD)).seen
    strange = tuple(replace(one, ours=False) for one in seen.containers[:1])
    with pytest.raises(ProblemList) as caught:
        run(now={"containers": (*strange, *seen.containers[1:]), "images": ()}, rows=())
    assert "5 problems found" in str(caught.value)
    assert "todo-postgres-1" in str(caught.value)
    assert "todo-backend" in str(caught.value)
    assert host.done == []


def test_the_record_of_a_one_shot_that_was_pruned_is_carried_on(
    run: Run, host: Host, spec: StackSpec
) -> None:
    run()
    host.boxes = [box for box in host.boxes if box.service not in {"migrate", "frontend"}]
    run(since=1, rows=ROWS)
    assert record_of(spec, 2)["one_shots"] == {"migrate": "sha256:new "}
    assert "migrate" not in {box.service for box in host.boxes}


def test_of_two_one_shots_the_pruned_one_stays_recorded(
    run: Run, host: Host, spec: StackSpec
) -> None:
    services = _seen(host, spec, {}, passwords=(OLD, OLD)).seen.services
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
    run: Run, clock: Clock, tmp_path: Path
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


def test_a_release_that_is_already_seen_says_so(run: Run, spec: StackSpec) -> None:
    outcome = run()
    assert outcome.looked.seen.release == read_release(spec.state)
    assert outcome.looked.seen.release != ReleaseSeen()
    result = outcome.as_result()
    assert result["release"] == 1
    assert json.loads(result["seen"])["release"]["by"] == "ops on laptop"
    assert result["diff"]["prepared"].count("\n") == len(result["actions"])


def test_a_layout_of_before_is_adopted_before_all_else(run: Run, spec: StackSpec) -> None:
    root = Path(spec.state.root)
    root.mkdir(parents=True)
    (root / "compose.yaml").write_text("name: todo\n")
    (root / "builds.json").write_text("{}")
    run()
    assert {"builds.json", "compose.yaml", "releases/1.json"} <= of_files(spec)
    assert not [path for path in root.iterdir() if path.is_file()]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_release_that_is_terminated_is_put_back(
    run: Run, host: Host, spec: StackSpec, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
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
    run: Run, spec: StackSpec, monkeypatch: pytest.MonkeyPatch, damaged: bool
) -> None:
    Path(spec.state.folder).mkdir(parents=True)
    Path(spec.state.secrets).write_text("{torn")
    rendering(monkeypatch, damaged=damaged)
    run()
    aside = Path(f"{spec.state.secrets}.unreadable")
    assert (aside.read_text() if aside.exists() else None) == ("{torn" if damaged else None)
    assert json.loads(Path(spec.state.secrets).read_text())["postgres"]


def test_what_nothing_needs_is_switched_off(
    run: Run, spec: StackSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendering(monkeypatch, off=["postgres"])
    run()
    services = json.loads(Path(spec.state.environment).read_text())["services"]
    assert [n for n, one in services.items() if "profiles" in one] == ["postgres"]


def rendering(
    monkeypatch: pytest.MonkeyPatch, *, damaged: bool = False, off: Sequence[str] = ()
) -> None:
    """Have what is rendered differ from what `look_at` makes of it."""
    seen = _seen

    def other(*args: Any, **options: Any) -> Look:
        found = seen(*args, **options)
        resolution = replace(found.rendered.resolution, switched_off=list(off))
        return replace(
            found, rendered=replace(found.rendered, damaged=damaged, resolution=resolution)
        )

    monkeypatch.setitem(globals(), "_seen", other)


def test_what_was_made_anew_is_not_made_again_by_the_last_look(
    host: Host, spec: StackSpec, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    looked: list[tuple[str, ...]] = []
    seen = _seen

    def noted(host: Host, stack: StackSpec, *args: Any, **options: Any) -> Look:
        looked.append(stack.rotate)
        return seen(host, stack, *args, **options)

    monkeypatch.setitem(globals(), "_seen", noted)
    rotate = ("postgres.POSTGRES_PASSWORD",)
    run(spec=replace(spec, rotate=rotate), passwords=(OLD, NEW))
    assert looked == [rotate, ()]
