"""image_build on a real engine: built, left alone, refused, previewed."""

from __future__ import annotations

import time
from typing import Any

import pytest
from ansible_collections.todo.stack.tests.integration.conftest import Bench, docker

pytestmark = pytest.mark.engine


def everything(bench: Bench) -> tuple[Any, ...]:
    """Return the tags and the files with their times."""
    found = [p for p in bench.folder.rglob("*") if p.is_file() and "tree" not in p.parts]
    return bench.image_ids(), {str(p): p.stat().st_mtime_ns for p in found}


def test_it_builds_then_leaves_alone_then_says_what_changed(bench: Bench) -> None:
    preview = bench.build("--check")
    assert (preview["changed"], preview["reason"]) == (
        True, f"one: there is no {bench.image}:latest yet",
    )  # fmt: skip
    assert bench.image_ids() == {}
    assert not (bench.folder / "state").exists()

    first = bench.build()
    assert first["changed"] is True
    assert bench.image_ids().keys() == {"latest", first["digest"].removeprefix("sha256:")[:12]}
    assert first["size_bytes"] > first["base_bytes"] > 50_000_000
    assert sum(layer["bytes"] for layer in first["layers"]) == first["size_bytes"]
    assert any("COPY" in step["name"] for step in first["steps"])
    label = '{{index .Config.Labels "todo.stack.content"}}'
    found = docker("image", "inspect", "-f", label, f"{bench.image}:latest")
    assert found.strip() == first["digest"]

    before = everything(bench)
    again = bench.build()
    assert (again["changed"], again["reason"]) == (False, "one: nothing changed since it was built")
    assert (again["image_id"], again["build_seconds"]) == (
        first["image_id"], first["build_seconds"],
    )  # fmt: skip
    assert everything(bench) == before

    (bench.context / "app.py").write_text("print(2)\n")
    before = everything(bench)
    preview = bench.build("--check", "--diff")
    assert (preview["changed"], preview["reason"]) == (True, "one: app.py changed")
    assert everything(bench) == before
    third = bench.build()
    assert third["reason"] == "one: app.py changed"
    assert bench.image_ids()["latest"] == third["image_id"] != first["image_id"]


def test_over_its_budget_the_old_tag_serves_on(bench: Bench) -> None:
    first = bench.build()
    bench.dockerfile("COPY . /src", "RUN head -c 3000000 /dev/zero > /large")
    over = bench.build(image={"budget": {"bytes": first["size_bytes"] + 1000}})
    assert (over["failed"], over["changed"]) == (True, False)
    assert "over its budget of" in over["msg"]
    assert "/large" in over["msg"]
    assert bench.image_ids()["latest"] == first["image_id"]
    assert over["images"][0]["image_id"] not in docker("image", "ls", "-aq", "--no-trunc")


def test_a_failing_step_is_told_with_its_output(bench: Bench) -> None:
    bench.dockerfile("RUN echo on the way && echo broken >&2 && exit 7")
    failed = bench.build()
    assert (failed["failed"], failed["changed"]) == (True, False)
    assert "RUN echo on the way" in failed["msg"]
    assert "exit code: 7" in failed["msg"]
    assert sorted(failed["log"]) == ["broken", "on the way"]
    assert bench.image_ids() == {}


def test_a_syntax_error_shows_its_line(bench: Bench) -> None:
    bench.dockerfile("RNU x")
    failed = bench.build()
    assert "unknown instruction: RNU" in failed["msg"]
    assert "2 | >>> RNU x" in failed["msg"]


def test_a_build_that_runs_away_is_stopped(bench: Bench) -> None:
    bench.dockerfile("RUN sleep 61.5")
    begun = time.monotonic()
    failed = bench.build(image={"budget": {"seconds": 3}})
    assert "stopped at its time budget of 3 s" in failed["msg"]
    assert time.monotonic() - begun < 15
    assert bench.image_ids() == {}


def test_values_arrive_as_they_are_and_stand_ins_replace_a_literal_from(bench: Bench) -> None:
    lines = ["FROM python:0.0-not-there", "ARG VALUE", 'RUN printf %s "$VALUE" > /value', ""]
    (bench.context / "Dockerfile").write_text("\n".join(lines))
    value = "a${HOME} %{x} $y \"q\" 'z' ü"
    built = bench.build(
        image={"args": {"VALUE": value}},
        bases={"python:0.0-not-there": "localhost/todo-stack/python:3.12-slim"},
    )
    assert built.get("changed") is True, built
    shown = docker("run", "--rm", "--network=none", f"{bench.image}:latest", "cat", "/value")
    assert shown == value
    assert (
        bench.build(
            image={"args": {"VALUE": value}},
            bases={"python:0.0-not-there": "localhost/todo-stack/python:3.12-slim"},
        )["changed"]
        is False
    )


def as_clone_under(bench: Bench, umask: int) -> None:
    """Give the context the permissions of a clone made under a umask."""
    for path in [bench.context, *bench.context.rglob("*")]:
        path.chmod((0o777 if path.is_dir() else 0o666) & ~umask)


def told_by_its_user(bench: Bench) -> str:
    """Return what the image's user reads below /src: permissions, owner and name, a line a path."""
    find = ["find", "/src", "-printf", "%m %u %P\\n"]
    read = ["cat", "/src/pkg/deep/data.txt"]
    run = ["run", "--rm", "--user", "10001:10001", f"{bench.image}:latest"]
    assert docker(*run, *read) == f"{bench.image}\n"
    return "\n".join(sorted(docker(*run, *find).split("\n")))


def test_the_umask_of_a_clone_is_not_in_its_image(bench: Bench) -> None:
    deep = bench.context / "pkg/deep"
    deep.mkdir(parents=True)
    (deep / "data.txt").write_text(f"{bench.image}\n")  # nobody has built this before
    as_clone_under(bench, 0o077)
    first = bench.build()
    assert first["changed"] is True
    told = told_by_its_user(bench)
    assert "644 root pkg/deep/data.txt" in told
    assert "755 root pkg/deep" in told
    for umask in (0o022, 0o002, 0o000, 0o077):
        as_clone_under(bench, umask)
        assert bench.build()["changed"] is False
    as_clone_under(bench, 0o022)
    assert bench.build(no_cache=True)["digest"] == first["digest"]
    docker("image", "rm", first["image_id"])  # its tags are the second one's now
    assert told_by_its_user(bench) == told


def test_what_a_build_by_hand_left_in_the_cache_is_not_in_the_image(bench: Bench) -> None:
    deep = bench.context / "pkg/deep"
    deep.mkdir(parents=True)
    (deep / "data.txt").write_text(f"{bench.image}\n")
    as_clone_under(bench, 0o077)
    docker("buildx", "build", "--builder=default", "--output=type=cacheonly", str(bench.context))
    as_clone_under(bench, 0o022)
    assert bench.build()["changed"] is True
    assert "755 root pkg/deep" in told_by_its_user(bench)
