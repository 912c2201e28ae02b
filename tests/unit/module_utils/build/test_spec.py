"""Whether an image must be built, and why; which names are refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.build.spec import (
    ImageSpec,
    decide,
    read_spec,
    spec_problems,
    summary,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.labels import (
    CONTENT_LABEL,
    PARTS_LABEL,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Budget

Make = Callable[..., ImageSpec]


def labelled(spec: ImageSpec, **labels: str | None) -> dict[str, Any]:
    made = spec.content({})
    all_labels = {CONTENT_LABEL: made.digest, PARTS_LABEL: made.parts_label(), **labels}
    return {"Config": {"Labels": {k: v for k, v in all_labels.items() if v is not None}}}


def there(spec: ImageSpec, **images: ImageSpec | dict[str, Any]) -> dict[str, Any]:
    """Return images by reference: ``latest``, and ``own`` under the wanted content's tag."""
    names = {"latest": spec.reference, "own": spec.content_reference(spec.content({}))}
    return {
        names[key]: labelled(one) if isinstance(one, ImageSpec) else one
        for key, one in images.items()
    }


@pytest.mark.parametrize(
    ("existing", "no_cache", "build", "reason"),
    [
        ("same", False, False, "nothing changed since it was built"),
        # A release that failed has left it, and `latest` where it was: it is not built again.
        ("own only", False, False, "nothing changed since it was built"),
        ("own, older latest", False, False, "nothing changed since it was built"),
        ("same", True, True, "a build without the cache was asked for"),
        ("same, no record", False, True, "this host has no record of its build"),
        ("none", False, True, "there is no todo-backend:latest yet"),
        ("latest only", False, True, "its name was taken away"),
        ("foreign", False, True, "todo-backend:latest carries no todo.stack.content label"),
        ("no labels", False, True, "todo-backend:latest carries no todo.stack.content label"),
        ("older", False, True, "Dockerfile changed"),
        ("older without parts", False, True, "its content changed"),
        ("another stack's", False, True, "setting stack changed"),
    ],
)
def test_an_image_is_built_when_it_is_not_what_is_wanted(
    make_spec: Make, existing: str, no_cache: bool, build: bool, reason: str
) -> None:
    spec, older = make_spec(), make_spec(files={"Dockerfile": "old"})
    images = {
        "same": there(spec, latest=spec, own=spec),
        "own only": there(spec, own=spec),
        "own, older latest": there(spec, latest=older, own=spec),
        "same, no record": there(spec, latest=spec, own=spec),
        "none": {},
        "latest only": there(spec, latest=spec),
        "foreign": there(spec, latest={"Config": {"Labels": {"a": "b"}}}),
        "no labels": there(spec, latest={"Config": {"Labels": None}}),
        "older": there(spec, latest=older),
        "older without parts": there(spec, latest=labelled(older, **{PARTS_LABEL: None})),
        "another stack's": there(spec, latest=make_spec(stack="shop")),
    }[existing]
    measured = "no record" not in existing
    decision = decide(spec, spec.content({}), images, measured=measured, no_cache=no_cache)
    assert (decision.build, decision.reason) == (build, reason)


def test_a_moved_base_is_a_reason(make_spec: Make) -> None:
    spec = make_spec()
    content = spec.content({"base:1": "sha256:new"})
    images = there(spec, latest=spec, own=spec)
    decision = decide(spec, content, images, measured=True, no_cache=False)
    assert decision.reason == "base image base:1 moved"


def test_two_stacks_have_contents_and_tags_of_their_own(make_spec: Make) -> None:
    one, other = make_spec(stack="todo"), make_spec(stack="shop")
    first, second = one.content({}), other.content({})
    assert first.digest != second.digest
    assert one.content_reference(first) != other.content_reference(second)
    params = {"service": "a", "image": "a", "context": "/c"}
    assert read_spec(params, {}, stack="shop").stack == "shop"


def test_the_reason_is_short_and_the_diff_is_whole(make_spec: Make) -> None:
    spec = make_spec(files={"Dockerfile": "d", **{f"f{n}": "x" for n in range(7)}})
    images = there(spec, latest=make_spec())
    decision = decide(spec, spec.content({}), images, measured=True, no_cache=False)
    assert decision.reason == "f0 added, f1 added, f2 added, f3 added, f4 added and 2 more"
    assert decision.diff == [f"f{n} added" for n in range(7)]


def test_without_changes_to_list_the_diff_is_the_reason(make_spec: Make) -> None:
    spec = make_spec()
    decision = decide(spec, spec.content({}), {}, measured=False, no_cache=False)
    assert decision.diff == ["there is no todo-backend:latest yet"]


@pytest.mark.parametrize(
    ("changes", "line"),
    [([], ""), (["a"], "a"), (list("abcde"), "a, b, c, d, e"), (list("abcdef"),
      "a, b, c, d, e and 1 more")],
)  # fmt: skip
def test_changes_are_summed_up_in_a_line(changes: list[str], line: str) -> None:
    assert summary(changes) == line


def test_the_references_are_latest_and_the_contents_own(make_spec: Make) -> None:
    spec = make_spec()
    content = spec.content({})
    assert spec.reference == "todo-backend:latest"
    assert spec.content_reference(content) == f"todo-backend:{content.digest[7:19]}"


def test_parameters_are_read_and_stand_ins_put_in_place() -> None:
    params = {
        "service": "backend", "image": "todo-backend", "context": "/c", "dockerfile": None,
        "target": "run", "args": {"PY": "python:3.12", "N": 5},
        "budget": {"seconds": 3, "bytes": 9},
        "seen": {"files": {"a": "b"}, "bases": ["python:3.12", "other:1"]},
    }  # fmt: skip
    spec = read_spec(params, {"python:3.12": "localhost/py"})
    assert spec.args == {"PY": "localhost/py", "N": "5"}
    assert spec.bases == ("localhost/py", "other:1")
    assert spec.stand_ins == {"python:3.12": "localhost/py"}
    assert spec.budget == Budget(seconds=3, bytes=9)
    assert (spec.dockerfile, spec.target, spec.files) == ("Dockerfile", "run", {"a": "b"})


@pytest.mark.parametrize(
    "image",
    ["todo-backend", "a/b/c", "registry.corp:5000/todo/x", "localhost/a.b__c", "a---b"],
)
def test_image_names_are_taken(make_spec: Make, image: str) -> None:
    assert spec_problems([make_spec(image=image)]) == []


@pytest.mark.parametrize(
    "image",
    ["", "Todo", "todo:latest", "-rf", "a b", "$(id)", 'a"b', "a\nb", "a\n", "a/", "/a", "a//b",
     "a@sha256:00", "a___b", "../a", "-rf/a", "a-/b"],
)  # fmt: skip
def test_image_names_that_are_none_are_refused(make_spec: Make, image: str) -> None:
    [problem] = spec_problems([make_spec(image=image)])
    assert problem.what == f"{image!r} is no image name"
    assert problem.where == "images.backend.image"


@pytest.mark.parametrize("service", ["", "Back", "1a", "-rf", "a b", "$(id)", "a\n", "a.b"])
def test_service_names_that_are_none_are_refused(make_spec: Make, service: str) -> None:
    assert [p.what for p in spec_problems([make_spec(service=service)])] == [
        f"{service!r} is no service name"
    ]


def test_every_wrong_name_is_in_the_list(make_spec: Make) -> None:
    specs = [make_spec(image="A"), make_spec(), make_spec(service="B")]
    found = [problem.what for problem in spec_problems(specs)]
    assert found == [
        "'A' is no image name", "'B' is no service name", "the service 'backend' is named twice",
    ]  # fmt: skip
