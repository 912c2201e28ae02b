"""The one bake of several images: its argument list, its definition, option by option."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.build.bake import (
    BAKE_ENVIRONMENT,
    bake_argv,
    bake_definition,
)
from ansible_collections.todo.stack.plugins.module_utils.build.options import BuildOptions
from ansible_collections.todo.stack.plugins.module_utils.build.spec import Decision

Make = Callable[..., Decision]


def definition(*decisions: Decision, **options: Any) -> dict[str, Any]:
    return bake_definition(decisions, **{"ca_bundle": None, "proxies": {}, **options})


def test_the_definition_comes_on_standard_input_and_progress_is_structured() -> None:
    assert bake_argv("/tmp/x y/m.json") == [
        "docker", "buildx", "bake", "--file", "-", "--progress", "rawjson",
        "--metadata-file", "/tmp/x y/m.json",
    ]  # fmt: skip


def test_the_engines_own_builder_makes_images_without_attestations() -> None:
    assert BAKE_ENVIRONMENT["BUILDX_BUILDER"] == "default"
    assert BAKE_ENVIRONMENT["BUILDX_NO_DEFAULT_ATTESTATIONS"] == "1"


def test_a_plain_target_has_its_context_its_labels_and_no_tag(make_decision: Make) -> None:
    decision = make_decision(stack="shop")
    target = definition(decision)["target"]["backend"]
    assert target == {
        "context": "/src/backend",
        "dockerfile": "Dockerfile",
        "args": {},
        "labels": {
            "todo.stack.name": "shop",
            "todo.stack.service": "backend",
            "todo.stack.content": decision.content.digest,
            "todo.stack.content.parts": decision.content.parts_label(),
        },
        "output": ["type=docker"],
    }


def test_all_images_are_in_the_default_group_in_order(make_decision: Make) -> None:
    made = definition(make_decision(), make_decision(service="frontend"))
    assert made["group"] == {"default": {"targets": ["backend", "frontend"]}}
    assert list(made["target"]) == ["backend", "frontend"]


@pytest.mark.parametrize(
    ("spec", "options", "key", "value"),
    [
        ({"target": "dev"}, {}, "target", "dev"),
        ({"dockerfile": "docker/D"}, {}, "dockerfile", "docker/D"),
        ({"args": {"A": "1", "B": ""}}, {}, "args", {"A": "1", "B": ""}),
        ({}, {"ca_bundle": "/etc/ca.crt"}, "secret", ["id=ca,src=/etc/ca.crt"]),
        ({}, {"proxies": {"HTTP_PROXY": "http://p"}}, "args", {"HTTP_PROXY": "http://p"}),
        ({"args": {"no_proxy": "x"}}, {"proxies": {"no_proxy": "y"}}, "args", {"no_proxy": "x"}),
        ({"stand_ins": {"python:3.12": "localhost/py:1"}}, {},
         "contexts", {"python:3.12": "docker-image://localhost/py:1"}),
    ],
)  # fmt: skip
def test_an_option_becomes_its_field(
    make_decision: Make, spec: dict[str, Any], options: dict[str, Any], key: str, value: object
) -> None:
    assert key in {"args", "dockerfile"} or key not in _plain(make_decision)
    assert definition(make_decision(**spec), **options)["target"]["backend"][key] == value


def _plain(make: Make) -> dict[str, Any]:
    target: dict[str, Any] = definition(make())["target"]["backend"]
    return target


@pytest.mark.parametrize(
    ("value", "written"),
    [("${A}", "$${A}"), ("a$${A}", "a$$${A}"), ("%{if}", "%%{if}"), ("$A %", "$A %"), ("{}", "{}")],
)
def test_values_are_no_templates(make_decision: Make, value: str, written: str) -> None:
    target = definition(make_decision(args={"A": value}, context=f"/{value}"))["target"]["backend"]
    assert (target["args"]["A"], target["context"]) == (written, f"/{written}")


def test_neither_proxies_nor_certificates_are_in_a_label(make_decision: Make) -> None:
    proxies = {"HTTP_PROXY": "http://marker@p"}
    made = definition(make_decision(), ca_bundle="/marker.crt", proxies=proxies)
    assert "marker" not in json.dumps(made["target"]["backend"]["labels"])


def test_a_context_that_is_given_goes_before_a_base_that_stands_in(make_decision: Make) -> None:
    decision = make_decision(
        stand_ins={"python:3.12": "localhost/py:1", "node:20": "localhost/node:1"},
        options=BuildOptions(contexts={"python:3.12": "docker-image://mine:1"}),
    )
    assert definition(decision)["target"]["backend"]["contexts"] == {
        "python:3.12": "docker-image://mine:1", "node:20": "docker-image://localhost/node:1",
    }  # fmt: skip
