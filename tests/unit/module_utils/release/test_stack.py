"""A compose project on a host: read by commands that change nothing, changed by one `up`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import (
    ProblemList,
    StackError,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import Action
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.release.stack import Project
from ansible_collections.todo.stack.tests.unit.fakes import FakeDocker, container

CONFIG = {"services": {"backend": {"image": "todo-backend:latest"}}}
ANSWERS = {"config --hash": "backend hash-backend\n", "config --format": json.dumps(CONFIG)}
IMAGES = {"todo-backend:latest": {"Id": "sha256:backend"}}


def engine(*containers: str) -> FakeDocker:
    return FakeDocker(ANSWERS, images=IMAGES, containers=[container(name) for name in containers])


def project(run: FakeDocker, folder: Path) -> Project:
    return Project(DockerCli(run), "todo", folder, "text: of it", {"A": "1"})


def test_a_plan_comes_from_reading_alone_and_from_the_wanted_text(tmp_path: Path) -> None:
    run = engine("backend")
    assert project(run, tmp_path).plan()[0] == []
    verbs = ["config", "ps", "inspect"]
    assert all(any(f" {verb}" in f" {line}" for verb in verbs) for line in run.asked)
    previews = [o for line, o in zip(run.asked, run.options) if line.startswith("compose")]
    assert [(o["data"], o["environ_update"]) for o in previews] == [("text: of it", {"A": "1"})] * 2
    assert all("--file - " in line for line in run.commands("compose"))
    assert list(tmp_path.iterdir()) == []


def test_an_image_that_another_play_has_built_in_between_is_refused(tmp_path: Path) -> None:
    run = engine("backend")
    labels = {"todo.stack.content": "sha256:theirs"}
    run.images = {"todo-backend:latest": {"Id": "sha256:backend", "Config": {"Labels": labels}}}
    built = [{"image": "todo-backend:latest", "digest": "sha256:ours"},
             {"image": "not-of-this-project:latest", "digest": "sha256:any"}]  # fmt: skip
    with pytest.raises(StackError, match=r"in the meantime: todo-backend:latest"):
        project(run, tmp_path).plan(built=built)
    built[0]["digest"] = "sha256:theirs"
    assert project(run, tmp_path).plan(built=built)[0] == []


def test_the_environment_is_merged_where_there_is_one(tmp_path: Path) -> None:
    run = engine()
    project(run, tmp_path).plan()
    (tmp_path / "environment.json").write_text("{}")
    project(run, tmp_path).plan()
    merged = [f"--file {tmp_path}/environment.json" in line for line in run.commands("compose")]
    # The third of each asks for the hash that compose writes for a service by itself.
    assert merged == [False] * 3 + [True] * 3


def test_up_runs_the_kept_files_without_building_or_pulling(tmp_path: Path) -> None:
    run = engine("backend")
    project(run, tmp_path).up([Action("backend", "start", "")])
    up = run.commands("compose")[-1]
    assert up.endswith("up --detach --no-build --pull never --quiet-pull")
    assert f"--project-directory {tmp_path} --file {tmp_path}/compose.yaml" in up
    assert run.commands("rm") == []


def test_a_part_of_the_services_is_started_without_the_others(tmp_path: Path) -> None:
    services = {name: {"image": f"{name}:latest"} for name in ("backend", "frontend", "postgres")}
    services["backend"]["depends_on"] = {"postgres": {"condition": "service_healthy"}}  # type: ignore[assignment]
    run = engine("backend", "frontend", "postgres")
    run.answers["config --format"] = json.dumps({"services": services})
    actions = [Action("backend", "recreate", ""), Action("frontend", "start", "")]
    project(run, tmp_path).up(actions)
    ups = [line for line in run.commands("compose") if " up " in line]
    assert [line.split(" up ")[1].split()[-2:] for line in ups] == [["--no-deps", "backend"]]
    assert run.commands("start") == ["start id-frontend"]


def test_up_takes_away_first_what_is_no_longer_wanted(tmp_path: Path) -> None:
    run = engine("backend", "old")
    project(run, tmp_path).up([Action("old", "remove", ""), Action("backend", "start", "")])
    assert run.commands("rm") == ["rm --force id-old"]
    assert run.asked.index("rm --force id-old") < run.asked.index(run.commands("compose")[-1])


def test_what_is_frozen_goes_on_before_it_is_started(tmp_path: Path) -> None:
    run = engine("frontend")
    run.containers.append(container("backend", state={"Status": "paused"}))
    project(run, tmp_path).up([Action("backend", "start", "")])
    assert run.commands("unpause") == ["unpause id-backend"]
    assert run.asked.index("unpause id-backend") < run.asked.index(run.commands("compose")[-1])


def test_containers_of_compose_run_are_left_out(tmp_path: Path) -> None:
    run = engine("backend")
    labels = {"com.docker.compose.oneoff": "True", "com.docker.compose.config-hash": "other"}
    one_off = container("backend", Id="x", labels=labels)
    run.containers.append(one_off)
    assert [c.id for c in project(run, tmp_path).containers()] == ["id-backend"]
    assert project(run, tmp_path).plan()[0] == []


def test_a_stranger_in_the_project_stops_the_plan(tmp_path: Path) -> None:
    run = FakeDocker(ANSWERS, containers=[container("db", labels={"todo.stack.service": None})])
    with pytest.raises(ProblemList, match="1 problem"):
        project(run, tmp_path).plan()


@pytest.mark.parametrize(("volumes", "last"), [(False, "--remove-orphans"), (True, "--volumes")])
def test_down_keeps_the_data_unless_told(tmp_path: Path, volumes: bool, last: str) -> None:
    run = engine()
    project(run, tmp_path).down(volumes=volumes)
    assert run.asked[0].split()[-1] == last
    assert "down --remove-orphans" in run.asked[0]
