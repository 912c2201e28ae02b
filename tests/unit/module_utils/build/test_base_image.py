"""How base images are called, found and warned of."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.build.base_image import (
    Wanted,
    candidates,
    familiar,
    index_images,
    local_name,
    mirrored,
    missing_row,
    resolve,
)

PYTHON = Wanted("python:3.12-slim", "python", "3.12")
LOCAL = "localhost/todo-stack/python:3.12-slim"


def image(*tags: str, **more: Any) -> dict[str, Any]:
    return {"Id": "sha256:1", "Size": 7, "RepoTags": list(tags), "RepoDigests": [], **more}


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("python:3.12-slim", "python:3.12-slim"),
        ("docker.io/library/python:3.12-slim", "python:3.12-slim"),
        ("docker.io/grafana/grafana:11", "grafana/grafana:11"),
        ("ghcr.io/a/b:1", "ghcr.io/a/b:1"),
    ],
)
def test_a_reference_has_one_familiar_form(reference: str, name: str) -> None:
    assert familiar(reference) == name


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("python:3.12-slim", LOCAL),
        ("python@sha256:ab", "localhost/todo-stack/python:sha256-ab"),
    ],
)
def test_a_base_made_here_is_named_as_one(reference: str, name: str) -> None:
    assert local_name(reference) == name


@pytest.mark.parametrize(
    ("reference", "mirror", "name"),
    [
        ("python:3.12-slim", "", "python:3.12-slim"),
        ("python:3.12-slim", "m.example/hub/", "m.example/hub/library/python:3.12-slim"),
        ("grafana/grafana:11", "m.example", "m.example/grafana/grafana:11"),
        ("docker.io/library/node:20", "m:5000/hub/", "m:5000/hub/library/node:20"),
        ("docker.io/node", "m.example", "m.example/library/node"),
        ("index.docker.io/bitnami/redis:7", "m.example", "m.example/bitnami/redis:7"),
        ("ghcr.io/a/b:1", "m.example", "ghcr.io/a/b:1"),
        ("localhost/x:1", "m.example", "localhost/x:1"),
        ("registry:5000/x:1", "m.example", "registry:5000/x:1"),
    ],
)
def test_a_mirror_serves_what_is_docker_hubs_official_images_under_library(
    reference: str, mirror: str, name: str
) -> None:
    assert mirrored(reference, mirror) == name


@pytest.mark.parametrize(
    ("tags", "source", "name"),
    [
        (["python:3.12-slim"], "auto", "python:3.12-slim"),
        ([LOCAL], "auto", LOCAL),
        (["python:3.12-slim", LOCAL], "auto", "python:3.12-slim"),
        (["python:3.12-slim", LOCAL], "bootstrap", LOCAL),
        ([LOCAL], "registry", None),
        (["python:3.12-slim"], "bootstrap", None),
        ([LOCAL], "archive", LOCAL),
        ([], "auto", None),
    ],
)
def test_the_source_decides_which_name_counts(
    tags: list[str], source: str, name: str | None
) -> None:
    found, missing = resolve([PYTHON], index_images([image(*tags)]), source)
    assert [row.name for row in found] == ([name] if name else [])
    assert missing == ([] if name else [PYTHON])


def test_a_bootstrapped_base_is_reported_as_one() -> None:
    labels = {"todo.stack.base": "bootstrap", "todo.stack.base.made-from": "CPython"}
    found, _ = resolve([PYTHON], index_images([image(LOCAL, Config={"Labels": labels})]), "auto")
    assert (found[0].origin, found[0].made_from) == ("bootstrap", "CPython")


def test_a_pulled_base_has_its_digest() -> None:
    pulled = image("python:3.12-slim", RepoDigests=["python@sha256:abc"])
    found, _ = resolve([PYTHON], index_images([pulled]), "auto")
    assert (found[0].origin, found[0].digest) == ("upstream", "sha256:abc")


def test_a_reference_by_digest_is_found_by_it() -> None:
    pulled = image(RepoDigests=["python@sha256:abc"])
    found, _ = resolve([Wanted("python@sha256:abc")], index_images([pulled]), "auto")
    assert found[0].name == "python@sha256:abc"


def test_what_is_missing_says_how_it_is_called() -> None:
    row = missing_row(PYTHON, "m.example")
    assert row.pull == "m.example/library/python:3.12-slim"
    assert (row.name, row.local) == tuple(candidates(PYTHON.reference, "auto"))
