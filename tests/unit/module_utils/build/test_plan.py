"""What is decided of images that were just seen, without asking the host again."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.build.plan import (
    Sight,
    contents,
    decide_all,
    result_of,
)
from ansible_collections.todo.stack.plugins.module_utils.build.spec import ImageSpec, read_spec
from ansible_collections.todo.stack.plugins.module_utils.contract.labels import (
    CONTENT_LABEL,
    PARTS_LABEL,
)

BASE = {"Id": "sha256:base", "RepoTags": ["base:1"], "RepoDigests": ["base@sha256:d"]}


def spec_of(**changes: Any) -> ImageSpec:
    seen = {"files": {"Dockerfile": "d"}, "bases": ["base:1"]}
    image = {"service": "one", "image": "todo-one", "context": "/c", "seen": seen}
    return read_spec({**image, "budget": {"seconds": 7}, **changes}, {}, stack="todo")


def present_of(spec: ImageSpec, *, tags: tuple[str, ...] = ("own", "latest")) -> list[Any]:
    content = spec.content({"base:1": "sha256:base"})
    names = {"own": spec.content_reference(content), "latest": spec.reference}
    labels = {CONTENT_LABEL: content.digest, PARTS_LABEL: content.parts_label()}
    record = {"image": spec.reference, "digest": content.digest, "image_id": "sha256:one",
              "build_seconds": 20.5, "budget": {"seconds": 1, "bytes": 1}}  # fmt: skip
    image = {"Id": "sha256:one", "RepoTags": [names[tag] for tag in tags], "RepoDigests": [],
             "Config": {"Labels": labels}, "Record": record}  # fmt: skip
    return [image, BASE]


@pytest.mark.parametrize("tags", [("own", "latest"), ("own",)])
def test_an_image_that_is_there_with_its_record_is_not_due(tags: tuple[str, ...]) -> None:
    spec = spec_of()
    sight = Sight.of_present(present_of(spec, tags=tags))
    assert sight.suffices(spec)
    found = result_of(decide_all([spec], sight, no_cache=False), sight)
    assert (found["changed"], found["reason"]) == (False, "one: nothing changed since it was built")
    row = found["images"][0]
    assert (row["image_id"], row["build_seconds"]) == ("sha256:one", 20.5)
    assert row["content_image"] == contents([spec], sight)[0]
    assert row["budget"] == {"seconds": 7, "bytes": None}  # today's, not that of its build


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, "its name was taken away"),
        ({"args": {"A": "1"}}, "argument A added"),
        ({"requires": ["fixed_user"]}, None),
    ],
)
def test_one_that_is_not_there_says_what_changed(changes: dict[str, Any], reason: str) -> None:
    sight = Sight.of_present(present_of(spec_of(), tags=("latest",)))
    [decision] = decide_all([spec_of(**changes)], sight, no_cache=False)
    assert decision.build
    assert reason is None or decision.reason == reason


@pytest.mark.parametrize(
    "changes",
    [{"pull": "always"}, {"secrets": [{"id": "a", "file": "/a"}]},
     {"seen": {"files": {}, "bases": ["other:1"]}}],
)  # fmt: skip
def test_what_is_not_in_sight_has_to_be_asked_for(changes: dict[str, Any]) -> None:
    assert not Sight.of_present(present_of(spec_of())).suffices(spec_of(**changes))


def test_nothing_present_suffices_for_nothing() -> None:
    sight = Sight.of_present([])
    assert not sight.suffices(spec_of())
    assert sight.record(spec_of(), spec_of().content({})) is None
