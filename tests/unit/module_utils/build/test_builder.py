"""One build of several images: tags only when all is well, failures told by their step."""

from __future__ import annotations

import json
import tarfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.build import build_session
from ansible_collections.todo.stack.plugins.module_utils.build.build_session import BuildSession
from ansible_collections.todo.stack.plugins.module_utils.build.builder import Builder, unpacked
from ansible_collections.todo.stack.plugins.module_utils.build.options import (
    BuildOptions,
    Secret,
)
from ansible_collections.todo.stack.plugins.module_utils.build.spec import (
    Decision,
    ImageSpec,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Budget
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.tests.unit.fakes import FakeDocker

FakeBake = Callable[..., Path]
OLD = {"Id": "sha256:old", "RepoTags": ["todo-one:latest"]}


def decision(service: str, budget: Budget = Budget(), context: str = "/src") -> Decision:  # noqa: B008
    spec = ImageSpec(
        service=service, image=f"todo-{service}", context=context, dockerfile="Dockerfile",
        target=None, args={}, budget=budget, files={}, bases=("base:1",), stand_ins={},
    )  # fmt: skip
    return Decision(spec, spec.content({}), build=True, reason="new")


def engine(**more: dict[str, Any]) -> FakeDocker:
    made = {f"sha256:{name}": {"Id": f"sha256:{name}", "RepoTags": []} for name in ("one", "two")}
    return FakeDocker(
        images={**made, "base:1": {"Id": "sha256:base"}, "todo-one:latest": OLD, **more}
    )


def built(run: FakeDocker, folder: Path, *decisions: Decision, **options: Any) -> Any:
    return Builder(DockerCli(run), folder, None, {}, **options).build(decisions)


IDS = {"one": "sha256:one", "two": "sha256:two"}


def test_a_good_build_tags_every_image_and_tells_its_numbers(
    tmp_path: Path, fake_bake: FakeBake
) -> None:
    notes, run = fake_bake("bake_two_targets.log", IDS), engine()
    one, two = decision("one"), decision("two")
    rows = built(run, tmp_path, one, two)
    assert [row["image_id"] for row in rows] == ["sha256:one", "sha256:two"]
    assert rows[0]["size_bytes"] == rows[0]["base_bytes"] == 105
    assert 0.2 < rows[0]["build_seconds"] < 10
    assert "[2/3] RUN echo hello && sleep 0.2" in [step["name"] for step in rows[0]["steps"]]
    assert run.commands("image tag") == [
        f"image tag sha256:one {one.spec.content_reference(one.content)}",
        "image tag sha256:one todo-one:latest",
        f"image tag sha256:two {two.spec.content_reference(two.content)}",
        "image tag sha256:two todo-two:latest",
    ]
    assert list(json.loads((notes / "definition.json").read_text())["target"]) == ["one", "two"]


def test_latest_stays_with_what_runs_where_the_release_moves_it(
    tmp_path: Path, fake_bake: FakeBake
) -> None:
    fake_bake("bake_two_targets.log", IDS)
    run = engine()
    built(run, tmp_path, decision("one"), decision("two"), latest=False)
    moved = [line for line in run.commands("image tag") if line.endswith(":latest")]
    assert moved == ["image tag sha256:two todo-two:latest"]
    assert run.images["todo-one:latest"] == OLD


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        (Budget(bytes=104), "one: 105 bytes, over its budget of 104. Largest layers: 100 "),
        (Budget(seconds=0.3), "over its budget of 0.3 s. Slowest steps: "),
    ],
)
def test_over_budget_moves_no_tag_and_removes_what_was_built(
    tmp_path: Path, fake_bake: FakeBake, budget: Budget, said: str
) -> None:
    fake_bake("bake_two_targets.log", IDS)
    run = engine()
    run.answers["image ls"] = "sha256:left\n"
    due = (decision("two"), decision("one", budget))
    digests = [one.content.digest for one in due]
    with pytest.raises(StackError) as failed:
        built(run, tmp_path, *due)
    assert said in failed.value.what
    assert run.commands("image tag") == []
    labels = [f"label=todo.stack.content={d}" for d in digests]
    assert [line.rpartition(" ")[2] for line in run.commands("image ls")] == labels
    assert run.commands("image rm") == ["image rm sha256:left", "image rm sha256:left"]
    assert run.images["todo-one:latest"] == OLD
    assert [row["service"] for row in failed.value.details["images"]] == ["two", "one"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("user", [None, "", "root", "0", "00", "0:0", "0:00", "+0", "app"])
def test_an_image_that_may_run_as_root_moves_no_tag(
    tmp_path: Path, fake_bake: FakeBake, user: str | None
) -> None:
    fake_bake("bake_two_targets.log", IDS)
    run = engine(**{"sha256:one": {"Id": "sha256:one", "Config": {"User": user}}})
    one = decision("one", Budget(bytes=104))
    demanding = replace(one, spec=replace(one.spec, requires=("fixed_user", "healthcheck")))
    with pytest.raises(StackError) as failed:
        built(run, tmp_path, decision("two"), demanding)
    for fault in ("one: it", "root", "one: it has no HEALTHCHECK", "over its budget of 104"):
        assert fault in failed.value.what
    assert run.commands("image tag") == []
    assert run.images["todo-one:latest"] == OLD


def test_an_image_over_budget_that_serves_under_a_tag_is_not_removed(
    tmp_path: Path, fake_bake: FakeBake
) -> None:
    fake_bake("bake_cached.log", {"one": "sha256:old"})
    run = engine(**{"sha256:old": OLD})
    with pytest.raises(StackError, match="over its budget"):
        built(run, tmp_path, decision("one", Budget(bytes=1)))
    assert run.commands("image rm") == []


def test_a_failed_build_names_its_step_and_shows_its_output(
    tmp_path: Path, fake_bake: FakeBake
) -> None:
    fake_bake("bake_failing_step.log", then="exit 1")
    run = engine()
    with pytest.raises(StackError) as failed:
        built(run, tmp_path, decision("one"), decision("bad"))
    assert failed.value.where.startswith("[bad 2/2] RUN echo about to fail")
    assert failed.value.what.endswith("did not complete successfully: exit code: 3")
    assert sorted(failed.value.details["log"]) == ["about to fail", "on stderr"]  # type: ignore[call-overload]
    assert run.commands("image tag") == []


def test_a_syntax_error_shows_the_line(tmp_path: Path, fake_bake: FakeBake) -> None:
    fake_bake("bake_syntax_error.log", then="exit 1")
    with pytest.raises(StackError) as failed:
        built(engine(), tmp_path, decision("bad"))
    assert "dockerfile parse error on line 2: unknown instruction: RNU" in failed.value.what
    assert "2 | >>> RNU echo about to fail" in failed.value.what
    assert "---" not in failed.value.what


@pytest.mark.parametrize("service", ["one", "two"])
def test_a_build_that_runs_away_is_stopped_at_its_budget(
    tmp_path: Path, fake_bake: FakeBake, service: str
) -> None:
    fake_bake(vertex(1, name="RUN forever", started="2026-01-01T00:00:00Z"), then="sleep 60")
    run, begun = engine(), time.monotonic()
    with pytest.raises(StackError) as failed:
        built(run, tmp_path, decision(service, Budget(seconds=0.5)))
    assert time.monotonic() - begun < 10
    assert failed.value.where == "RUN forever"
    assert "stopped at its time budget of 0.5 s" in failed.value.what
    assert run.commands("image tag") == []


def vertex(number: int, **more: str) -> str:
    fields = {"digest": str(number), "name": f"[{number}/2] RUN x", **more}
    return json.dumps({"vertexes": [fields]}) + "\n"


@pytest.mark.parametrize(
    ("seconds", "lines", "at", "halted"),
    [
        (5, [], 4, False),
        (5, [], 6, True),
        (None, [], 1e6, False),
        (5, [vertex(1, started="1970-01-01T00:00:05Z")], 6, False),
        (5, [vertex(1, started="1970-01-01T00:00:05Z")], 8, True),
        (
            5,
            [vertex(1, started="1970-01-01T00:00:05Z", completed="1970-01-01T00:00:06Z")],
            8,
            False,
        ),
    ],
)
def test_an_image_has_its_own_time_from_its_first_step_on(
    monkeypatch: pytest.MonkeyPatch,
    seconds: float | None,
    lines: list[str],
    at: float,
    halted: bool,
) -> None:
    now = [0.0]
    session = BuildSession([decision("one", Budget(seconds)).spec], clock=lambda: now[0])

    def stream(*_: object, on_line: Any, halt: Any, **_options: object) -> int:
        now[0] = 2.0
        for line in lines:
            on_line(line)
        now[0] = at
        if (reason := halt()) is not None:
            raise reason
        return 1

    monkeypatch.setattr(build_session, "stream", stream)
    with pytest.raises(StackError) as failed:
        session.run({}, Path("/none"))
    assert ("time budget of 5 s" in failed.value.what) is halted


@pytest.mark.parametrize("jump", [0, 3600, -86400])
def test_a_clock_that_is_set_during_a_build_changes_no_seconds(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, jump: float
) -> None:
    now, told = [0.0], tmp_path / "steps"
    clocks = {"clock": lambda: now[0], "time_of_day": lambda: now[0] + (now[0] > 2) * jump}
    session = BuildSession([decision("one").spec], told, **clocks)

    def iso(second: float) -> str:
        return datetime.fromtimestamp(second, timezone.utc).isoformat().replace("+00:00", ".5Z")

    def stream(*_: object, on_line: Any, **_options: object) -> int:
        now[0] = 1.6
        on_line(vertex(1, started=iso(1)))
        now[0] = 4.6
        on_line(vertex(1, started=iso(1), completed=iso(4 + jump)))
        on_line(vertex(2, started=iso(4 + jump)))
        assert json.loads(told.read_text())[0]["started"] == 4.5 + jump
        now[0] = 9.6
        on_line(vertex(2, started=iso(4 + jump), completed=iso(9 + jump)))
        return 0

    monkeypatch.setattr(build_session, "stream", stream)
    (tmp_path / "metadata").write_text("{}")
    session.run({}, tmp_path / "metadata")
    assert [step.seconds for step in session.progress.target_steps("one")] == [3.0, 5.0]
    assert session.progress.seconds("one") == 8.0


def test_a_build_nobody_waits_for_is_stopped(
    tmp_path: Path, fake_bake: FakeBake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_session, "nobody_listens", lambda: True)
    fake_bake("", then="sleep 60")
    begun = time.monotonic()
    with pytest.raises(StackError, match="the play that asked for it is gone"):
        built(engine(), tmp_path, decision("one"))
    assert time.monotonic() - begun < 10


def test_one_after_the_other_each_has_a_session(tmp_path: Path, fake_bake: FakeBake) -> None:
    notes, run = fake_bake("bake_two_targets.log", IDS), engine()
    log = notes / "sessions"
    script = (notes / "docker").read_text().replace("#!/bin/sh", f"#!/bin/sh\necho x >> {log}", 1)
    (notes / "docker").write_text(script)
    rows = built(run, tmp_path, decision("one"), decision("two"), at_once=False)
    assert [row["image_id"] for row in rows] == ["sha256:one", "sha256:two"]
    assert log.read_text().split() == ["x", "x"]
    assert list(json.loads((notes / "definition.json").read_text())["target"]) == ["two"]
    assert len(run.commands("image tag")) == 4


def test_values_of_secrets_go_by_the_environment_alone(tmp_path: Path, fake_bake: FakeBake) -> None:
    notes = fake_bake("bake_two_targets.log", IDS)
    script = (notes / "docker").read_text()
    told = f'#!/bin/sh\nenv > {notes}/env; echo "$@" > {notes}/argv'
    (notes / "docker").write_text(script.replace("#!/bin/sh", told, 1))
    one = decision("one")
    options = BuildOptions(secrets=(Secret("token", value="marker-1"),))
    built(engine(), tmp_path, replace(one, spec=replace(one.spec, options=options)))
    assert "TODO_STACK_SECRET_one_0=marker-1" in (notes / "env").read_text().splitlines()
    assert "marker-1" not in (notes / "argv").read_text()
    assert "marker-1" not in (notes / "definition.json").read_text()


def test_an_image_that_is_nowhere_is_told(tmp_path: Path, fake_bake: FakeBake) -> None:
    fake_bake("bake_two_targets.log", {"one": "sha256:elsewhere", "two": "sha256:two"})
    with pytest.raises(StackError, match="left no image in the engine's store"):
        built(engine(), tmp_path, decision("one"), decision("two"))


def test_whoever_watches_sees_a_silent_step_from_its_first_line(
    tmp_path: Path, fake_bake: FakeBake
) -> None:
    at = "1970-01-01T00:00:05Z"
    lines = [
        vertex(1, started=at),
        vertex(1, started=at, completed="1970-01-01T00:00:06Z"),
        vertex(2, started=at),
    ]
    file, seen = tmp_path / "steps", tmp_path / "seen"
    wait = f"until grep -q 2/2 {file}; do sleep 0.05; done; cp -p {file} {seen}"
    fake_bake("".join(lines), {"one": "sha256:one"}, then=wait)
    built(engine(), tmp_path, decision("one"), progress_file=file)
    assert not file.exists()
    assert seen.stat().st_mode & 0o777 == 0o644
    assert json.loads(seen.read_text()) == [
        {"target": "one", "step": "[2/2] RUN x", "started": 5.0}
    ]


def test_a_shipped_context_is_unpacked_and_a_local_one_used_in_place(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM x")
    archive = tmp_path / "backend.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(tmp_path / "Dockerfile", "Dockerfile")
    placed = unpacked(decision("one", context=str(archive)), tmp_path / "scratch")
    assert (Path(placed.spec.context) / "Dockerfile").read_text() == "FROM x"
    assert not archive.exists()
    local = decision("one", context=str(tmp_path))
    assert unpacked(local, tmp_path / "scratch") == local


def test_named_contexts_that_were_shipped_are_unpacked_too(tmp_path: Path) -> None:
    (tmp_path / "lib").write_text("x")
    archive = tmp_path / "one.0.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(tmp_path / "lib", "lib")
    one = decision("one", context=str(tmp_path))
    contexts = {"shared": str(archive), "web": "https://example.org/x.git"}
    spec = replace(one.spec, options=BuildOptions(contexts=contexts))
    placed = unpacked(replace(one, spec=spec), tmp_path / "scratch").spec.options.contexts
    assert (Path(placed["shared"]) / "lib").read_text() == "x"
    assert placed["web"] == contexts["web"]
