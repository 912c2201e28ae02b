"""The images of a host: looked at, decided upon, built only if due; previews change nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.edge import images as edge
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.images import Wanted, ensure_images
from ansible_collections.todo.stack.plugins.module_utils.errors import (
    ProblemList,
    StackError,
)
from ansible_collections.todo.stack.tests.unit.fakes import FakeDocker

FakeBake = Callable[..., Path]
MADE = {"Id": "sha256:one", "RepoTags": []}


@pytest.fixture(autouse=True)
def client(monkeypatch: pytest.MonkeyPatch) -> None:
    """A docker command, on machines that have none as well."""
    monkeypatch.setattr(edge, "which", lambda _name: "/usr/bin/docker")


def params(folder: Path, **changes: Any) -> dict[str, Any]:
    image = {
        "service": "one", "image": "todo-one", "context": "/src", "dockerfile": "Dockerfile",
        "target": None, "args": {}, "budget": {"seconds": 60, "bytes": 1000},
        "seen": {"files": {"Dockerfile": "d", "app.py": "1"}, "bases": ["base:1"]},
    }  # fmt: skip
    return {
        "images": [{**image, **changes.pop("image", {})}], "bases": {}, "ca_bundle": None,
        "proxies": {}, "state_dir": str(folder / "state"), "no_cache": False, "progress_file": None,
        **changes,
    }  # fmt: skip


def ensure(
    run: FakeDocker, folder: Path, *, check_mode: bool = False, **changes: Any
) -> tuple[dict[str, Any], list[str]]:
    wanted = Wanted.read(params(folder, **changes))
    return ensure_images(DockerCli(run), wanted, check_mode=check_mode)


@pytest.fixture
def built(tmp_path: Path, fake_bake: FakeBake) -> FakeDocker:
    """An engine on which the image was just built; its labels are those of the bake file."""
    notes = fake_bake("bake_two_targets.log", {"one": "sha256:one"})
    run = FakeDocker(images={"sha256:one": dict(MADE), "base:1": {"Id": "sha256:base"}})
    result, _ = ensure(run, tmp_path)
    assert result["changed"] is True
    target = json.loads((notes / "definition.json").read_text())["target"]["one"]
    run.images["todo-one:latest"]["Config"] = {"Labels": target["labels"]}
    run.asked.clear()
    (notes / "docker").write_text("#!/bin/sh\necho a builder was called >&2\nexit 9\n")
    return run


def test_the_first_build_is_told_recorded_and_flat_for_one_image(
    tmp_path: Path, fake_bake: FakeBake
) -> None:
    fake_bake("bake_two_targets.log", {"one": "sha256:one"})
    run = FakeDocker(images={"sha256:one": dict(MADE)})
    result, warnings = ensure(run, tmp_path)
    assert (result["reason"], warnings) == ("one: there is no todo-one:latest yet", [])
    assert result["image_id"] == result["images"][0]["image_id"] == "sha256:one"
    assert result["diff"][0]["prepared"] == "one: there is no todo-one:latest yet\n"
    kept = json.loads((tmp_path / "state/builds.json").read_text())["images"]["todo-one"]
    assert [row["digest"] for row in kept] == [result["digest"]]


def test_what_did_not_change_calls_no_builder(tmp_path: Path, built: FakeDocker) -> None:
    before = (tmp_path / "state/builds.json").read_bytes()
    result, _ = ensure(built, tmp_path)
    assert (result["changed"], result["diff"]) == (False, [])
    assert result["reason"] == "one: nothing changed since it was built"
    assert result["build_seconds"] > 0
    assert built.asked == ["image inspect todo-one:latest base:1"]
    assert (tmp_path / "state/builds.json").read_bytes() == before


def test_a_known_image_shows_the_budget_of_today(tmp_path: Path, built: FakeDocker) -> None:
    result, _ = ensure(built, tmp_path, image={"budget": {"seconds": 7, "bytes": None}})
    assert (result["changed"], result["budget"]) == (False, {"seconds": 7, "bytes": None})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"image": {"seen": {"files": {"Dockerfile": "d", "app.py": "2"}, "bases": ["base:1"]}}},
         "one: app.py changed"),
        ({"image": {"args": {"A": "1"}}}, "one: argument A added"),
        ({"image": {"target": "dev"}}, "one: setting target changed"),
        ({"no_cache": True}, "one: a build without the cache was asked for"),
        ({"image": {"image": "other"}}, "one: there is no other:latest yet"),
    ],
)  # fmt: skip
def test_a_preview_tells_why_and_changes_nothing(
    tmp_path: Path, built: FakeDocker, changes: dict[str, Any], reason: str
) -> None:
    before, images = sorted(tmp_path.rglob("*")), dict(built.images)
    result, _ = ensure(built, tmp_path, check_mode=True, **changes)
    assert (result["changed"], result["reason"]) == (True, reason)
    assert all(line.startswith("image inspect") for line in built.asked)
    assert (sorted(tmp_path.rglob("*")), built.images) == (before, images)


def test_a_moved_base_is_the_reason(tmp_path: Path, built: FakeDocker) -> None:
    built.images["base:1"] = {"Id": "sha256:newer"}
    result, _ = ensure(built, tmp_path, check_mode=True)
    assert result["reason"] == "one: base image base:1 moved"


def test_an_image_without_its_record_is_built_again(tmp_path: Path, built: FakeDocker) -> None:
    (tmp_path / "state/builds.json").write_text("torn")
    result, warnings = ensure(built, tmp_path, check_mode=True)
    assert result["reason"] == "one: this host has no record of its build"
    assert len(warnings) == 1


def test_old_content_tags_go_and_the_running_ones_stay(tmp_path: Path, fake_bake: FakeBake) -> None:
    fake_bake("bake_two_targets.log", {"one": "sha256:one"})
    run = FakeDocker(images={"sha256:one": dict(MADE)})
    spec = Wanted.read(params(tmp_path)).specs[0]
    current = spec.content_reference(spec.content({}))
    run.answers["image ls"] = f"todo-one:latest\ntodo-one:b\ntodo-one:c\ntodo-one:d\n{current}\n"
    ensure(run, tmp_path)
    assert run.commands("image rm") == ["image rm todo-one:c", "image rm todo-one:d"]
    [listing] = run.commands("image ls")
    assert "label=todo.stack.content " in listing
    assert listing.endswith(" todo-one")


@pytest.mark.parametrize(("there", "used"), [(True, True), (False, False)])
def test_certificates_are_handed_in_where_there_are_any(
    tmp_path: Path, there: bool, used: bool
) -> None:
    bundle = tmp_path / "ca.crt"
    if there:
        bundle.write_text("")
    wanted = Wanted.read(params(tmp_path, ca_bundle=str(bundle)))
    assert wanted.ca_bundle == (str(bundle) if used else None)


def test_wrong_names_are_refused_before_the_engine_is_asked(tmp_path: Path) -> None:
    with pytest.raises(ProblemList, match="1 problem"):
        Wanted.read(params(tmp_path, image={"image": "-rf"}))


DOWN = (1, "", "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is it running?")


def test_a_preview_of_a_host_without_an_engine_foresees_every_build(tmp_path: Path) -> None:
    run = FakeDocker({"image inspect": DOWN, "version": DOWN})
    result, warnings = ensure(run, tmp_path, check_mode=True)
    assert (result["changed"], warnings) == (True, [])
    assert result["reason"] == "one: there is no running engine yet"
    assert result["images"][0]["changed"] is True
    assert list(tmp_path.iterdir()) == []


def test_a_preview_needs_no_docker_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge, "which", lambda _name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    run = FakeDocker()
    assert ensure(run, tmp_path, check_mode=True)[0]["changed"] is True
    assert run.asked == []


def test_a_run_without_an_engine_is_told_why(tmp_path: Path) -> None:
    with pytest.raises(StackError) as failed:
        ensure(FakeDocker({"image inspect": DOWN, "version": DOWN}), tmp_path)
    assert "Docker" in failed.value.what
    assert failed.value.remedy


def test_an_engine_that_answers_keeps_its_own_complaint(tmp_path: Path) -> None:
    version = json.dumps({"Server": {"Version": "26.1"}})
    run = FakeDocker({"image inspect": (1, "", "odd"), "version": version})
    with pytest.raises(StackError, match="odd"):
        ensure(run, tmp_path, check_mode=True)


def test_without_the_cache_the_builder_is_told_so(tmp_path: Path, fake_bake: FakeBake) -> None:
    notes = fake_bake("bake_two_targets.log", {"one": "sha256:one"})
    ensure(FakeDocker(images={"sha256:one": dict(MADE)}), tmp_path, no_cache=True)
    target = json.loads((notes / "definition.json").read_text())["target"]["one"]
    assert target["no-cache"] is True


def test_what_was_unpacked_is_gone_after_the_build(
    tmp_path: Path, fake_bake: FakeBake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    fake_bake("bake_two_targets.log", {"one": "sha256:one"})
    ensure(FakeDocker(images={"sha256:one": dict(MADE)}), tmp_path)
    assert list((tmp_path / "tmp").iterdir()) == []
