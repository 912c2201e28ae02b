"""The images a Dockerfile starts from, read without building it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.build.dockerfile import (
    Declared,
    base_images,
    declared,
    first_instruction,
)

# What BuildKit itself resolves; tests/integration asks it again.
CORPUS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "data/dockerfiles.json").read_text()
)
TWO_STAGES = "FROM node:20 AS build\nRUN x\nFROM nginx AS run\nCOPY --from=build /a /a\n"


@pytest.mark.parametrize(
    ("text", "args", "found"),
    [
        ("FROM python:3.12-slim", {}, ["python:3.12-slim"]),
        ("from python:3.12 as x\n", {}, ["python:3.12"]),
        ("# FROM a\n\n  # b\nFROM c # d\n", {}, ["c"]),
        ("\ufeffFROM a", {}, ["a"]),
        ("ARG BASE=a:1\nFROM $BASE", {}, ["a:1"]),
        ("ARG BASE=a:1\nFROM ${BASE} AS x", {}, ["a:1"]),
        ("ARG BASE=a:1\nFROM ${BASE}", {"BASE": "b:2"}, ["b:2"]),
        ('ARG BASE="a:1"\nFROM $BASE', {}, ["a:1"]),
        ("ARG NAME=a TAG=2\nFROM $NAME:$TAG", {}, ["a:2"]),
        ("ARG NAME TAG='2'\nFROM $NAME:$TAG", {"NAME": "z"}, ["z:2"]),
        ("ARG A=1\nARG B=img:$A\nFROM $B", {"A": "9"}, ["img:9"]),
        ("FROM ${MISSING:-fallback}", {}, ["fallback"]),
        ("ARG A=\nFROM ${A:-fallback}", {}, ["fallback"]),
        ("ARG A=x\nFROM img${A:+-debug}", {}, ["img-debug"]),
        ("FROM img${A:+-debug}", {}, ["img"]),
        ("FROM a\nARG BASE=b\nFROM c:$BASE\n", {"BASE": "d"}, ["c:"]),
        ("FROM --platform=$BUILDPLATFORM a AS x", {}, ["a"]),
        ("FROM \\\n  a \\\n  # why\n  AS x\nFROM x", {}, ["a"]),
        ("FROM scratch", {}, []),
        ("FROM a AS one\nFROM one AS two\nFROM two", {}, ["a"]),
        ("FROM a AS Builder\nFROM builder", {}, ["a"]),
        ("FROM a AS x\nFROM b AS y\nFROM a\nCOPY --from=y / /", {}, ["b", "a"]),
        ("FROM a AS base\nFROM b AS build\nFROM base\nCOPY --from=1 / /", {}, ["b", "a"]),
        ("FROM a AS build\nFROM scratch\nCOPY --from=build / /", {}, ["a"]),
        ("FROM", {}, []),
        ("FROM a AS one\nFROM b", {}, ["b"]),
        ("FROM a\nCOPY --chown=1 --from=uv:0.5 /uv /bin", {}, ["uv:0.5", "a"]),
        ("FROM a AS x\nFROM b\nCOPY --from=X /a /a\nCOPY --from=0 /a /a", {}, ["a", "b"]),
        ("FROM a\nCOPY --from=a /x /y", {}, ["a"]),
        ("FROM a AS x\nFROM b\nCOPY --from=\u00b2 /x /y", {}, ["\u00b2", "b"]),
        ("FROM scratch\nCOPY --from=a /x /y", {}, ["a"]),
        (
            "FROM a\nRUN --mount=type=bind,from=uv:1,target=/u --mount=from=b x",
            {},
            ["uv:1", "b", "a"],
        ),
        ("FROM a\nRUN tool --from=b", {}, ["a"]),
    ],
)
def test_the_base_images_are_found_the_results_own_last(
    text: str, args: dict[str, str], found: list[str]
) -> None:
    assert base_images(text, args) == found


@pytest.mark.parametrize(
    ("target", "found"),
    [
        (None, ["node:20", "nginx"]),
        ("run", ["node:20", "nginx"]),
        ("build", ["node:20"]),
        ("BUILD", ["node:20"]),
        ("absent", ["node:20", "nginx"]),
    ],
)
def test_stages_after_the_target_are_not_built(target: str | None, found: list[str]) -> None:
    assert base_images(TWO_STAGES, {}, target) == found


@pytest.mark.parametrize(
    ("text", "word"),
    [("", None), ("# only\n\n", None), ("FROM", "FROM"), ("arg A\n", "ARG"), ("RUN x\n", "RUN")],
)
def test_the_first_instruction_is_named(text: str, word: str | None) -> None:
    assert first_instruction(text) == word


def resolved(ref: str) -> str:
    """Return a reference in full, as BuildKit tells it."""
    name, at, digest = ref.partition("@")
    host, slash, _ = name.partition("/")
    if not (slash and set(host) & set(".:")):
        name = f"docker.io/{name}" if slash else f"docker.io/library/{name}"
    tag = "" if at or ":" in name.rpartition("/")[2] else ":latest"
    return f"{name}{tag}{at}{digest}"


def test_the_corpus_is_read_as_buildkit_reads_it() -> None:
    wrong = {}
    for row in CORPUS:
        found = base_images(row["text"], row.get("args", {}), row.get("target"))
        if sorted(map(resolved, found)) != row.get("newer", row["bases"]):
            wrong[row["text"]] = found
    assert (wrong, len(CORPUS) > 150) == ({}, True)


@pytest.mark.parametrize(
    "text",
    [
        "FROM a\nRUN cat <<EOF\nnever ends",
        "FROM a\nRUN cat <<EOF \\",
        "FROM a\nRUN it's <<EOF\nEOF",
        "FROM ${\nFROM a",
        "FROM ${A/b\nFROM a",
        "FROM ${A:=b}\nFROM a",
        "FROM 'b\nFROM a",
        "ARG A='b\nFROM a",
        "# escape=xyz\nFROM a",
        "FROM a\nCOPY --from=9 / /",
        "FROM a\nONBUILD",
        "FROM a\nONBUILD ONBUILD RUN <<E\n",
        "FROM a\nRUN --mount=",
        "FROM a\nRUN --mount='x",
        "FROM b AS x\nCOPY --from=x / /\nFROM a",
    ],
)
def test_what_the_builder_will_refuse_is_no_crash(text: str) -> None:
    assert base_images(text, {}) == ["a"]


@pytest.mark.parametrize(
    ("platform", "found"), [("linux/amd64", "a:amd64"), ("linux/arm/v7", "a:armv7"), ("x", "a:")]
)
def test_the_platform_has_arguments_of_its_own(platform: str, found: str) -> None:
    text = "FROM a:$TARGETARCH$TARGETVARIANT"
    assert base_images(text, {}, platform=platform) == [found]


def test_the_builder_has_a_platform_of_its_own() -> None:
    text = "FROM a:$BUILDARCH AS x\nFROM a:$TARGETARCH\nCOPY --from=x / /"
    found = base_images(text, {}, platform="linux/arm64", builder="linux/amd64")
    assert found == ["a:amd64", "a:arm64"]


def test_a_long_file_of_many_stages_is_read_to_its_first_base() -> None:
    lines = [f"FROM s{n - 1} AS s{n}\nRUN {'x=$((1<<20)) ' * 200}\\\n y" for n in range(1, 400)]
    assert base_images("\n".join(["FROM a AS s0", *lines]), {}) == ["a"]


STAGES = (
    "ARG B=python:3\nFROM $B AS base\nUSER app\nFROM base AS run\nHEALTHCHECK CMD true\nFROM c\n"
)


@pytest.mark.parametrize(
    ("text", "target", "said"),
    [
        ("FROM a", None, Declared("a")),
        ("FROM a\nUSER root\nuser 1000:1000 \nHEALTHCHECK NONE", None,
         Declared("a", "1000:1000", "NONE")),
        (STAGES, None, Declared("c")),
        (STAGES, "run", Declared("python:3", "app", "CMD true")),
        ("FROM a AS x\nUSER 1\nFROM b\nCOPY --from=x / /", None, Declared("b")),
        ("", None, Declared("")),
    ],
)  # fmt: skip
def test_what_the_image_will_say_of_itself(text: str, target: str | None, said: Declared) -> None:
    assert declared(text, {}, target) == said
