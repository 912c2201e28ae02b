"""The options of a build, one by one: what the builder is told, what the image depends on."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.build.bake import bake_definition
from ansible_collections.todo.stack.plugins.module_utils.build.options import (
    is_elsewhere,
    option_problems,
    read_options,
)
from ansible_collections.todo.stack.plugins.module_utils.build.spec import (
    Decision,
    ImageSpec,
    read_spec,
)

MakeSpec = Callable[..., ImageSpec]

TABLE: list[tuple[dict[str, Any], str, object]] = [
    ({"contexts": {"lib": "/src/lib"}}, "contexts", {"lib": "/src/lib"}),
    ({"contexts": {"py": "docker-image://python:3"}}, "contexts", {"py": "docker-image://python:3"}),
    ({"secrets": [{"id": "a", "file": "/r/a"}]}, "secret", ["id=a,src=/r/a"]),
    ({"secrets": [{"id": "a", "file": '/r/a,"b'}]}, "secret", ['id=a,"src=/r/a,""b"']),
    ({"secrets": [{"id": "a", "env": "TOKEN"}]}, "secret", ["id=a,env=TOKEN"]),
    ({"secrets": [{"id": "a", "value": "marker"}, {"id": "b", "value": ""}]}, "secret",
     ["id=a,env=TODO_STACK_SECRET_backend_0", "id=b,env=TODO_STACK_SECRET_backend_1"]),
    ({"ssh": ["default", "key=/root/.ssh/id"]}, "ssh", ["default", "key=/root/.ssh/id"]),
    ({"cache_from": ["type=registry,ref=r/c"]}, "cache-from", ["type=registry,ref=r/c"]),
    ({"cache_to": ["type=inline"]}, "cache-to", ["type=inline"]),
    ({"platforms": ["linux/amd64", "linux/arm64"]}, "platforms", ["linux/amd64", "linux/arm64"]),
    ({"pull": "always"}, "pull", True),
    ({"target": "dev"}, "target", "dev"),
]  # fmt: skip


def spec(options: dict[str, Any], bases: dict[str, str] | None = None, **more: Any) -> ImageSpec:
    seen = {"files": {"Dockerfile": "d"}, "bases": ["base:1"]}
    image = {"service": "backend", "image": "todo", "context": "/c", "seen": seen, **options}
    return read_spec(image, bases or {}, **more)


def target(one: ImageSpec, **given: Any) -> dict[str, Any]:
    decision = Decision(one, one.content({}), build=True, reason="")
    options = {"ca_bundle": None, "proxies": {}, **given}
    made: dict[str, Any] = bake_definition([decision], **options)["target"]["backend"]
    return made


@pytest.mark.parametrize(("options", "key", "value"), TABLE)
def test_an_option_becomes_its_field_and_is_absent_without(
    options: dict[str, Any], key: str, value: object
) -> None:
    assert target(spec(options))[key] == value
    assert key not in target(spec({}))


def test_labels_are_beside_our_own() -> None:
    labels = target(spec({"labels": {"vendor": "x ${Y}", "n": 1}}))["labels"]
    assert (labels["vendor"], labels["n"]) == ("x $${Y}", "1")
    assert labels["todo.stack.service"] == "backend"


def test_no_cache_and_certificates_are_for_every_image() -> None:
    made = target(spec({"secrets": [{"id": "a", "file": "/a"}]}), ca_bundle="/ca", no_cache=True)
    assert (made["no-cache"], made["secret"]) == (True, ["id=ca,src=/ca", "id=a,src=/a"])
    own = target(spec({"secrets": [{"id": "ca", "file": "/own"}]}), ca_bundle="/ca")
    assert own["secret"] == ["id=ca,src=/own"]


def test_values_go_by_the_environment_and_are_in_no_text() -> None:
    one = spec({"secrets": [{"id": "a", "value": "marker"}, {"id": "b", "env": "X"}]})
    assert one.options.environment("backend") == {"TODO_STACK_SECRET_backend_0": "marker"}
    assert "marker" not in json.dumps(target(one)) + repr(one)


@pytest.mark.parametrize(
    ("options", "changes"),
    [
        ({"platforms": ["linux/arm64"]}, ["setting platforms added"]),
        ({"labels": {"v": "1"}}, ["setting label v added"]),
        ({"contexts": {"web": "https://x/y.git"}}, ["setting context web added"]),
        ({"contexts": {"py": "docker-image://p:1"}},
         ["base image p:1 added", "setting context py added"]),
        ({"contexts": {"base:1": "docker-image://p:1"}},
         ["base image base:1 removed", "base image p:1 added", "setting context base:1 added"]),
        ({"contexts": {"lib": "/src/lib"}}, []),
        ({"ssh": ["default"], "cache_from": ["a"], "cache_to": ["b"], "pull": "always"}, []),
    ],
)  # fmt: skip
def test_an_image_depends_on_what_can_change_it(
    options: dict[str, Any], changes: list[str]
) -> None:
    before = spec({}).content({}).parts_label()
    assert spec(options).content({}).changes_since(before) == changes


def test_a_secret_is_a_part_by_its_fingerprint() -> None:
    before = spec({}).content({}, {"a": "f1"}).parts_label()
    assert spec({}).content({}, {"a": "f2"}).changes_since(before) == ["secret a changed"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"platforms": ["linux/amd65"]},
            "'linux/amd65' is no platform -> did you mean linux/amd64?",
        ),
        ({"platforms": ["toaster"]}, "'toaster' is no platform -> name one such as linux/amd64"),
        ({"platforms": ["linux/amd64,linux/arm64"]}, "is no platform"),
        ({"secrets": [{"id": "a,b", "env": "X"}]}, "'a,b' is no id of a secret"),
        ({"secrets": [{"id": "a", "env": "X"}] * 2}, "the secret 'a' is named twice"),
        ({"labels": {"todo.stack.content": "x"}}, "'todo.stack.content' cannot be a label"),
        ({"labels": {" ": "x"}}, "cannot be a label"),
    ],
)
def test_options_that_are_none_are_refused(options: dict[str, Any], said: str) -> None:
    [problem] = option_problems("backend", read_options(options))
    assert said in problem.line()
    assert problem.where.startswith("images.backend.")


@pytest.mark.parametrize(
    ("context", "elsewhere"),
    [("/src", False), ("src/lib", False), ("~/lib", False), ("../lib", False),
     ("docker-image://x", True), ("https://x", True), ("git@host:x.git", True),
     ("target:builder", True)],
)  # fmt: skip
def test_a_folder_is_told_from_an_address(context: str, elsewhere: bool) -> None:
    assert is_elsewhere(context) is elsewhere


def test_a_mirror_stands_in_for_bases_that_nothing_else_does() -> None:
    image = {"seen": {"files": {}, "bases": ["a:1", "b:1", "own:1", "ghcr.io/c:1"]}}
    made = spec(image, {"b:1": "localhost/b:1", "x": "own:1"}, mirror="m")
    assert made.stand_ins == {"a:1": "m/library/a:1", "b:1": "localhost/b:1"}
    assert (
        made.content({}).digest
        == spec(image, {"b:1": "localhost/b:1", "x": "own:1"}).content({}).digest
    )
    contexts = target(made)["contexts"]
    assert contexts["a:1"] == "docker-image://m/library/a:1"


@pytest.mark.parametrize(
    ("options", "bases", "mirror", "pulls"),
    [
        ({"pull": "always"}, {}, None, True),
        ({"pull": "always"}, {}, "m", True),
        ({"pull": "always"}, {"base:1": "localhost/b:1"}, None, False),
        ({"pull": "always"}, {"other": "base:1"}, None, False),
        ({"pull": "missing"}, {}, None, False),
        ({}, {}, None, False),
    ],
)
def test_a_registry_is_asked_where_the_policy_says_so_and_no_base_stands_in(
    options: dict[str, Any], bases: dict[str, str], mirror: str | None, pulls: bool
) -> None:
    assert spec(options, bases, mirror=mirror).pulls is pulls
