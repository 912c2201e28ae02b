"""Why a build failed: the engine lost, the disk full, the Dockerfile wrong, a step failed."""

from __future__ import annotations

import json

import pytest
from ansible_collections.todo.stack.plugins.module_utils.build.failure import build_failure
from ansible_collections.todo.stack.plugins.module_utils.build.progress import BuildProgress


@pytest.mark.parametrize(
    ("messages", "what"),
    [
        (["ERROR: error reading from server: EOF"], "the engine was lost during the build"),
        (
            ["ERROR: Cannot connect to the Docker daemon at x"],
            "the engine was lost during the build",
        ),
        (["ERROR: failed to receive status: EOF"], "the engine was lost during the build"),
        (["3 | >>> cat <<EOF", "ERROR: unterminated heredoc"], "unterminated heredoc (3 | >>>"),
        (["a", "unknown flag: --x"], "unknown flag: --x"),
        ([], "the build failed without a word"),
    ],
)
def test_a_build_without_a_failed_step_is_told_by_the_cli(messages: list[str], what: str) -> None:
    assert build_failure(BuildProgress(("one",), messages=messages)).what.startswith(what)


@pytest.mark.parametrize(
    ("error", "messages", "where"),
    [
        ("write /a: no space left on device", [], "RUN x"),
        ("", ["ERROR: mkdir /a: no space left on device"], "docker buildx bake"),
        ("write: disk quota exceeded", [], "RUN x"),
    ],
)
def test_a_full_disk_is_called_one(error: str, messages: list[str], where: str) -> None:
    progress = BuildProgress(("one",), messages=messages)
    if error:
        vertex = {"digest": "d", "name": "RUN x", "error": error}
        progress.feed(json.dumps({"vertexes": [vertex]}) + "\n")
    failure = build_failure(progress)
    assert (failure.what, failure.where) == ("disk full during the build", where)
