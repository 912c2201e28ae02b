"""Images from another host are taken whole, or every name stays where it was."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.build.image_import import (
    Arrival,
    name_latest,
    pull,
    record,
    remove_abandoned,
    take,
)
from ansible_collections.todo.stack.plugins.module_utils.build.shipment import Offered
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.progress import UnderWay
from ansible_collections.todo.stack.tests.unit.fakes import Answer, FakeDocker

NAME = "todo-one:abc"
SENT = {
    "Id": "sha256:new",
    "Architecture": "amd64",
    "RootFS": {"Layers": ["sha256:a"]},
    "Config": {"Labels": {"todo.stack.content": "sha256:c"}},
}
BEFORE = {**SENT, "Id": "sha256:before"}
OTHER = {**SENT, "RootFS": {"Layers": ["sha256:b"]}}


class Engine(FakeDocker):
    """An engine that loads what it is told, and may fail after that."""

    def __init__(
        self, loads: dict[str, Any], answer: Answer = (0, "", ""), arch: str = "amd64", **there: Any
    ) -> None:
        super().__init__({"version": arch}, **there)
        self.loads, self.loaded = loads, answer

    def _answer(self, line: str, args: list[str]) -> Answer:
        if line.startswith("load"):
            self.images.update(self.loads)
            self.images |= {one["Id"]: one for one in self.images.values()}
            return self.loaded
        return super()._answer(line, args)


def taken(engine: Engine, folder: Path, sha256: str = "") -> dict[str, str]:
    archive = folder / "images.tar"
    archive.write_bytes(b"an archive")
    whole = sha256 or hashlib.sha256(b"an archive").hexdigest()
    offered = Offered.of(NAME, {**SENT, "Id": "sha256:there"})
    ids = {NAME: ["sha256:there", "sha256:new"]}
    return take(DockerCli(engine), Arrival(archive, whole, [offered], ids), UnderWay(None))


def test_what_arrived_whole_is_taken(tmp_path: Path) -> None:
    assert taken(Engine({NAME: SENT}), tmp_path) == {NAME: "sha256:new"}


@pytest.mark.parametrize(
    ("loads", "answer", "said"),
    [
        ({NAME: OTHER}, (0, "", ""), "is not the image that was sent"),
        ({NAME: {**SENT, "Id": "sha256:odd"}}, (0, "", ""), "is not the image that was sent"),
        ({}, (0, "", ""), "is not the image that was sent"),
        ({NAME: SENT}, (1, "", "content digest sha256:a: not found"), "not found"),
        ({NAME: SENT}, (1, "", "write /x: no space left on device"), "make room where the engine"),
    ],
)
@pytest.mark.parametrize("before", [None, BEFORE])
def test_otherwise_every_name_is_where_it_was(
    tmp_path: Path, loads: dict[str, Any], answer: Answer, said: str, before: dict[str, Any] | None
) -> None:
    there = {NAME: before, "sha256:before": before} if before else {}
    engine = Engine(loads, answer, images=there)
    with pytest.raises(StackError, match=said) as told:
        taken(engine, tmp_path)
    assert engine.images.get(NAME) == before
    assert told.value.details.get("layer_missing", False) is ("not found" in answer[2])


def test_what_is_damaged_or_of_another_architecture_is_not_loaded(tmp_path: Path) -> None:
    engine = Engine({NAME: SENT})
    with pytest.raises(StackError, match="did not arrive as they were sent -> nothing of it"):
        taken(engine, tmp_path, sha256="0" * 64)
    arm = Engine({NAME: SENT}, arch="arm64")
    with pytest.raises(StackError, match=r"than this host's, arm64: todo-one:abc \(amd64\)"):
        taken(arm, tmp_path)
    assert not engine.commands("load") + arm.commands("load")


REFERENCE = "r.corp/t/todo-one@sha256:d"


@pytest.mark.parametrize("other", [False, True])
def test_what_a_registry_has_is_pulled_by_digest_and_named(other: bool) -> None:
    engine = FakeDocker({"version": "amd64"}, images={REFERENCE: OTHER if other else SENT})
    offered = Offered.of(NAME, {**SENT, "Id": "sha256:there"})

    def pulled() -> dict[str, str]:
        return pull(DockerCli(engine), [offered], {NAME: REFERENCE}, UnderWay(None))

    if other:
        with pytest.raises(StackError, match="is not the image that was pushed"):
            pulled()
        assert NAME not in engine.images
    else:
        assert pulled() == {NAME: "sha256:new"}
    assert engine.commands("pull") == [f"pull --quiet {REFERENCE}"]
    assert REFERENCE not in engine.images


def test_what_a_killed_play_has_left_goes_and_what_still_grows_stays(tmp_path: Path) -> None:
    own, left, growing = (tmp_path / name / "images.tar" for name in ("own", "left", "growing"))
    for number, file in enumerate((own, left, growing)):
        file.parent.mkdir()
        file.write_bytes(b"x")
        os.utime(file, (0, 500 * (number == 2)))
    other = left.with_name("steps")
    other.write_text("")
    os.utime(other, (0, 0))
    remove_abandoned(own, 601)
    assert [file.exists() for file in (own, left, growing, other)] == [True, False, True, True]


def test_latest_is_moved_only_where_it_names_nothing() -> None:
    engine = FakeDocker(images={NAME: SENT, "todo-two:latest": BEFORE, "todo-two:abc": SENT})
    names = {"todo-one:latest": NAME, "todo-two:latest": "todo-two:abc"}
    name_latest(DockerCli(engine), names)
    assert engine.commands("image tag") == [f"image tag {NAME} todo-one:latest"]


def test_builds_are_recorded_once_as_those_of_the_images_here(tmp_path: Path) -> None:
    rows = [
        {"image": "todo-one:latest", "digest": "sha256:c", "image_id": "sha256:new", "n": 2},
        {"image": "todo-one:latest", "digest": "sha256:c", "image_id": "sha256:cold", "n": 1},
    ]
    state = StateDir(str(tmp_path), "todo")
    for _ in range(2):
        assert record(state, rows, {"sha256:new": "sha256:here"}) == []
    kept = json.loads(Path(state.builds).read_text())["images"]["todo-one"]
    assert [(row["image_id"], row["n"]) for row in kept] == [("sha256:here", 2), ("sha256:cold", 1)]
