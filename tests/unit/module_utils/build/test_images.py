"""The images of a host: looked at, decided upon, built only if due; previews change nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.build import images as edge
from ansible_collections.todo.stack.plugins.module_utils.build.builder import Builder
from ansible_collections.todo.stack.plugins.module_utils.build.images import ensure_images
from ansible_collections.todo.stack.plugins.module_utils.build.wanted import Wanted
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import (
    ProblemList,
    StackError,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.tests.unit.fakes import FakeDocker

FakeBake = Callable[..., Path]
VERSIONS = {
    "version --format": json.dumps({"Server": {"Version": "26.1"}}),
    "buildx version": "github.com/docker/buildx v0.13.1 abc",
}
MADE = {"Id": "sha256:one", "RepoTags": []}


@pytest.fixture(autouse=True)
def client(monkeypatch: pytest.MonkeyPatch) -> None:
    """A docker command, on machines that have none as well."""
    monkeypatch.setattr(edge, "which", lambda _name: "/usr/bin/docker")


def ready(**options: Any) -> FakeDocker:
    """Return an engine that is new enough to build."""
    return FakeDocker(VERSIONS, **options)


def params(folder: Path, **changes: Any) -> dict[str, Any]:
    image = {
        "service": "one", "image": "todo-one", "context": "/src", "dockerfile": "Dockerfile",
        "target": None, "args": {}, "budget": {"seconds": 60, "bytes": 1000},
        "seen": {"files": {"Dockerfile": "d", "app.py": "1"}, "bases": ["base:1"]},
    }  # fmt: skip
    return {
        "images": [{**image, **changes.pop("image", {})}], "bases": {}, "ca_bundle": None,
        "proxies": {}, "state_dir": str(folder / "state"), "no_cache": False, "progress_file": None,
        "registry_mirror": None, "stack": "todo", "latest": True,
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
    run = ready(images={"sha256:one": dict(MADE), "base:1": {"Id": "sha256:base"}})
    result, _ = ensure(run, tmp_path)
    assert result["changed"] is True
    target = json.loads((notes / "definition.json").read_text())["target"]["one"]
    run.images["sha256:one"]["Config"] = {"Labels": target["labels"]}
    run.asked.clear()
    (notes / "docker").write_text("#!/bin/sh\necho a builder was called >&2\nexit 9\n")
    return run


def test_the_first_build_is_told_recorded_and_flat_for_one_image(
    tmp_path: Path, fake_bake: FakeBake
) -> None:
    fake_bake("bake_two_targets.log", {"one": "sha256:one"})
    run = ready(images={"sha256:one": dict(MADE)})
    result, warnings = ensure(run, tmp_path)
    assert (result["reason"], warnings) == ("one: there is no todo-one:latest yet", [])
    assert result["image_id"] == result["images"][0]["image_id"] == "sha256:one"
    assert result["diff"][0]["prepared"] == "one: there is no todo-one:latest yet\n"
    kept = json.loads((tmp_path / "state/todo/builds.json").read_text())["images"]["todo-one"]
    assert [row["digest"] for row in kept] == [result["digest"]]


def test_what_did_not_change_calls_no_builder(tmp_path: Path, built: FakeDocker) -> None:
    before = (tmp_path / "state/todo/builds.json").read_bytes()
    result, _ = ensure(built, tmp_path)
    assert (result["changed"], result["diff"]) == (False, [])
    assert result["reason"] == "one: nothing changed since it was built"
    assert result["build_seconds"] > 0
    assert built.asked == [
        "image inspect todo-one:latest base:1", f"image inspect {result['content_image']}",
    ]  # fmt: skip
    assert (tmp_path / "state/todo/builds.json").read_bytes() == before


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
    (tmp_path / "state/todo/builds.json").write_text("torn")
    result, warnings = ensure(built, tmp_path, check_mode=True)
    assert result["reason"] == "one: this host has no record of its build"
    assert len(warnings) == 1


@pytest.mark.parametrize(
    ("latest", "there", "moved"), [(True, True, True), (False, True, False), (False, False, True)]
)
def test_latest_moves_when_that_is_asked_or_there_is_none(
    tmp_path: Path, fake_bake: FakeBake, latest: bool, there: bool, moved: bool
) -> None:
    fake_bake("bake_two_targets.log", {"one": "sha256:one"})
    before = {"todo-one:latest": {"Id": "sha256:old", "RepoTags": []}} if there else {}
    run = ready(images={"sha256:one": dict(MADE), **before})
    result, _ = ensure(run, tmp_path, latest=latest)
    assert run.images[result["content_image"]]["Id"] == "sha256:one"
    assert (run.images["todo-one:latest"]["Id"] == "sha256:one") is moved
    assert run.commands("image rm") == []  # what is forgotten is the release's to say
    named = [result["content_image"], *(["todo-one:latest"] if moved else [])]
    assert run.commands("image tag") == [f"image tag sha256:one {name}" for name in named]


def test_what_a_failed_release_left_is_taken_as_it_is(tmp_path: Path, built: FakeDocker) -> None:
    built.images["todo-one:latest"] = {"Id": "sha256:old", "RepoTags": []}
    result, _ = ensure(built, tmp_path, latest=False)
    assert (result["changed"], result["image_id"]) == (False, "sha256:one")


def test_another_stack_builds_its_own_and_keeps_its_own_records(
    tmp_path: Path, built: FakeDocker
) -> None:
    result, _ = ensure(built, tmp_path, check_mode=True, stack="shop")
    assert (result["changed"], result["reason"]) == (True, "one: setting stack changed")
    assert not (tmp_path / "state/shop").exists()


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
    ensure(ready(images={"sha256:one": dict(MADE)}), tmp_path, no_cache=True)
    target = json.loads((notes / "definition.json").read_text())["target"]["one"]
    assert target["no-cache"] is True


def test_what_was_unpacked_is_gone_after_the_build(
    tmp_path: Path, fake_bake: FakeBake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    fake_bake("bake_two_targets.log", {"one": "sha256:one"})
    ensure(ready(images={"sha256:one": dict(MADE)}), tmp_path)
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"buildx version": (1, "", "unknown command")}, "buildx is missing (at least 0.13"),
        ({"buildx version": "github.com/docker/buildx v0.10.4 x"}, "buildx 0.10.4 is too old"),
        ({"version --format": json.dumps({"Server": {"Version": "20.10"}})},
         "Docker Engine 20.10 is too old (at least 23.0"),
    ],
)  # fmt: skip
def test_a_builder_that_is_missing_or_too_old_is_told(
    tmp_path: Path, answers: dict[str, Any], said: str
) -> None:
    run = FakeDocker({**VERSIONS, **answers})
    with pytest.raises(StackError) as failed:
        ensure(run, tmp_path)
    assert said in failed.value.what
    assert "docker_engine" in failed.value.remedy


def test_growth_is_told_since_the_build_before(tmp_path: Path, fake_bake: FakeBake) -> None:
    fake_bake("bake_two_targets.log", {"one": "sha256:one"})
    run = ready(images={"sha256:one": dict(MADE)})
    first, _ = ensure(run, tmp_path)
    run.layers = [*run.layers, (40, "RUN x")]
    second, _ = ensure(run, tmp_path, no_cache=True)
    assert (first["growth_bytes"], second["growth_bytes"]) == (None, 40)
    assert second["largest_layers"][1] == {"bytes": 40, "created_by": "RUN x"}


def test_with_little_memory_images_are_built_one_after_the_other_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = Wanted.read(params(tmp_path))
    for megabytes, count, at_once in ((1999, 2, False), (2000, 2, True), (1, 1, True)):
        host = replace(wanted, memory_bytes=megabytes * 1_000_000)
        assert host.at_once(range(count)) is at_once
        assert bool(host.spared(range(count))) is not at_once
    seen: list[bool] = []

    def build(self: Builder, _due: object) -> list[dict[str, Any]]:
        seen.append(self.at_once)
        return []

    monkeypatch.setattr(Builder, "build", build)
    images = [params(tmp_path, image={"service": s, "image": s})["images"][0] for s in ("a", "b")]
    two = Wanted.read({**params(tmp_path), "images": images})
    _, warnings = ensure_images(
        DockerCli(ready()), replace(two, memory_bytes=1_500_000_000), check_mode=False
    )
    assert seen == [False]
    assert warnings == [
        "1,500 MB of memory are available, and 2,000 MB are needed to build 2 images at once: "
        "they were built one after the other"
    ]


SECRET: dict[str, Any] = {"image": {"secrets": [{"id": "token", "value": "marker-one"}]}}


def test_a_changed_secret_is_the_reason_and_its_value_is_nowhere(
    tmp_path: Path, fake_bake: FakeBake
) -> None:
    notes = fake_bake("bake_two_targets.log", {"one": "sha256:one"})
    run = ready(images={"sha256:one": dict(MADE)})
    ensure(run, tmp_path, **deepcopy(SECRET))
    labels = json.loads((notes / "definition.json").read_text())["target"]["one"]["labels"]
    run.images["sha256:one"]["Config"] = {"Labels": labels}
    assert ensure(run, tmp_path, check_mode=True, **deepcopy(SECRET))[0]["changed"] is False
    other: dict[str, Any] = {"image": {"secrets": [{"id": "token", "value": "marker-two"}]}}
    changed, _ = ensure(run, tmp_path, check_mode=True, **other)
    assert changed["reason"] == "one: secret token changed"
    kept = (tmp_path / "state/todo/builds.json").read_text()
    assert "marker" not in json.dumps([changed, labels]) + kept
    key = tmp_path / "state/todo/fingerprint.key"
    assert (key.stat().st_mode & 0o777, len(key.read_text())) == (0o600, 65)
    key.unlink()
    again, _ = ensure(run, tmp_path, check_mode=True, **deepcopy(SECRET))
    assert again["reason"] == "one: secret token changed"
    assert not key.exists()


def test_secrets_that_are_not_there_are_all_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_SUCH", raising=False)
    secrets = [{"id": "a", "file": str(tmp_path / "absent")}, {"id": "b", "env": "NO_SUCH"}]
    with pytest.raises(ProblemList) as refused:
        Wanted.read(params(tmp_path, image={"secrets": secrets}))
    assert [problem.line() for problem in refused.value.problems] == [
        f"images.one.secrets.a: {tmp_path}/absent: No such file or directory",
        "images.one.secrets.b: NO_SUCH: is not set in the host's environment",
    ]


def test_secrets_and_proxies_with_a_password_are_hidden_in_every_shape(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", "marker-env")
    (tmp_path / "file").write_text("[global]\npassword = marker-file\n")
    secrets = [{"id": "a", "file": str(tmp_path / "file")}, {"id": "b", "env": "TOKEN"}]
    proxies = {"HTTP_PROXY": "http://u:marker-proxy@p:1", "NO_PROXY": "localhost"}
    wanted = Wanted.read(params(tmp_path, image={"secrets": secrets}, proxies=proxies))
    assert {"password = marker-file", "marker-env", "marker-proxy"} <= wanted.hidden()
    assert "localhost" not in wanted.hidden()
    assert "marker-env" not in repr(wanted)


@pytest.mark.parametrize(
    ("repo_digests", "reason"),
    [(["base@sha256:new"], None), (["base@sha256:older"], "one: base image base:1 moved")],
)
def test_a_registry_that_has_a_newer_base_is_a_reason_where_it_is_asked(
    tmp_path: Path, built: FakeDocker, repo_digests: list[str], reason: str | None
) -> None:
    built.images["base:1"]["RepoDigests"] = repo_digests
    built.answers["imagetools inspect"] = json.dumps({"digest": "sha256:new"})
    result, _ = ensure(built, tmp_path, check_mode=True, image={"pull": "always"})
    assert result["changed"] is bool(reason)
    assert reason is None or result["reason"] == reason
    [asked] = built.commands("buildx")
    assert asked == "buildx imagetools inspect --format {{json .Manifest}} base:1"


def test_a_base_that_stands_in_is_asked_of_no_registry(tmp_path: Path, built: FakeDocker) -> None:
    ensure(built, tmp_path, check_mode=True, image={"pull": "always"}, bases={"x": "base:1"})
    assert built.commands("buildx") == []
