"""The images a Dockerfile starts from, read without building it."""

from __future__ import annotations

import pytest
from ansible_collections.todo.stack.plugins.module_utils.build.dockerfile import (
    base_images,
    first_instruction,
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
        ("FROM a\nARG BASE=b\nFROM c\n", {"BASE": "d"}, ["a", "c"]),
        ("FROM --platform=$BUILDPLATFORM a AS x", {}, ["a"]),
        ("FROM \\\n  a \\\n  # why\n  AS x\nFROM x", {}, ["a"]),
        ("FROM scratch", {}, []),
        ("FROM a AS one\nFROM one AS two\nFROM two", {}, ["a"]),
        ("FROM a AS Builder\nFROM builder", {}, ["a"]),
        ("FROM a AS builder\nFROM Builder", {}, ["a"]),
        ("FROM a AS x\nFROM b AS y\nFROM a", {}, ["b", "a"]),
        ("FROM a AS base\nFROM b AS build\nFROM base", {}, ["b", "a"]),
        ("FROM a AS build\nFROM scratch", {}, ["a"]),
        ("FROM a\nRUN python <<EOF\nfrom os import path\nEOF\nFROM b", {}, ["a", "b"]),
        ("FROM a\nRUN <<'X' cat && <<-Y cat\nfrom b\nX\nfrom c\n\tY\nFROM d", {}, ["a", "d"]),
        ("FROM", {}, []),
        ("FROM a\nCOPY --chown=1 --from=uv:0.5 /uv /bin", {}, ["uv:0.5", "a"]),
        ("FROM a AS x\nFROM b\nCOPY --from=X /a /a\nCOPY --from=0 /a /a", {}, ["a", "b"]),
        ("FROM a\nCOPY --from=a /x /y", {}, ["a"]),
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
        ("0", ["node:20"]),
        ("absent", ["node:20", "nginx"]),
    ],
)
def test_stages_after_the_target_are_not_built(target: str | None, found: list[str]) -> None:
    assert base_images(TWO_STAGES, {}, target) == found


@pytest.mark.parametrize(
    ("text", "word"),
    [("", None), ("# only\n\n", None), ("FROM", None), ("arg A\n", "ARG"), ("RUN x\n", "RUN")],
)
def test_the_first_instruction_is_named(text: str, word: str | None) -> None:
    assert first_instruction(text) == word
