"""What a builder tells of its images, and has for others: in a registry, or as an archive."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.build.image_export import (
    describe,
    export,
    push,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.progress import UnderWay
from ansible_collections.todo.stack.tests.unit.fakes import FakeDocker

IMAGE: dict[str, Any] = {
    "Id": "sha256:one",
    "Architecture": "amd64",
    "RootFS": {"Layers": ["sha256:a"]},
    "Config": {"Labels": {"todo.stack.content": "sha256:c"}},
}
THERE = "r.corp/t/one:1"
DIGEST = "r.corp/t/one@sha256:d"


def test_what_is_offered_is_told_with_its_builds_and_what_is_here(tmp_path: Path) -> None:
    state = StateDir(str(tmp_path), "todo")
    Path(state.folder).mkdir()
    own, other = {"digest": "sha256:c", "n": 1}, {"digest": "sha256:x"}
    kept = {"version": 1, "images": {"one": [own, other]}}
    Path(state.builds).write_text(json.dumps(kept))
    base = {**IMAGE, "Id": "sha256:base", "RootFS": {"Layers": ["sha256:b"]}}
    run = FakeDocker(
        {"image ls": "sha256:one\nsha256:base\n"},
        images={"one:1": IMAGE, "sha256:one": IMAGE, "sha256:base": base},
    )
    found = describe(DockerCli(run), ["one:1"], state)
    assert found["images"] == [
        {"name": "one:1", "image_id": "sha256:one", "architecture": "amd64",
         "layers": ["sha256:a"], "content": "sha256:c"}
    ]  # fmt: skip
    assert (found["builds"], found["chains"]) == ([own], ["sha256:a", "sha256:b"])


@pytest.mark.parametrize("fails", [False, True])
def test_what_was_pushed_is_told_by_its_digest_and_leaves_no_name(fails: bool) -> None:
    image = {**IMAGE, "RepoDigests": ["other@sha256:e", DIGEST]}
    answers = {"push": (1, "", "denied")} if fails else {}
    run = FakeDocker(answers, images={"one:1": image})
    if fails:
        with pytest.raises(StackError, match="denied"):
            push(DockerCli(run), ["one:1"], "r.corp/t", UnderWay(None))
    else:
        assert push(DockerCli(run), ["one:1"], "r.corp/t", UnderWay(None)) == {"one:1": DIGEST}
    assert run.commands("push") == [f"push --quiet {THERE}"]
    assert THERE not in run.images


class Saving(FakeDocker):
    """An engine that saves an archive which is none."""

    def _answer(self, line: str, args: list[str]) -> tuple[int, str, str]:
        if line.startswith("image save"):
            with tarfile.open(args[4], "w"):
                pass
        return super()._answer(line, args)


def test_of_an_export_that_fails_no_file_is_left(tmp_path: Path) -> None:
    target = tmp_path / "images.tar"
    with pytest.raises(StackError, match="could not be read"):
        export(DockerCli(Saving()), ["one:1"], [], target, UnderWay(None))
    assert not target.exists()
