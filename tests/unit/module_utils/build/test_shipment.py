"""Which layers another host lacks: by what lies below them; and which images are due at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.build.shipment import (
    Offered,
    chain_ids,
    chains_of,
    due_images,
    in_registry,
    missing_layers,
    summary,
)

A, B, C = "sha256:a", "sha256:b", "sha256:c"


def image(*layers: str, content: str = "", image_id: str = "sha256:i") -> dict[str, Any]:
    labels = {"todo.stack.content": content} if content else None
    return {
        "Id": image_id,
        "Architecture": "amd64",
        "RootFS": {"Layers": list(layers)},
        "Config": {"Labels": labels},
    }


def test_a_chain_id_is_that_of_the_engine() -> None:
    # Of an image of two layers, as overlay2 names what it keeps of it.
    base = "sha256:a0b4a079ba6b1eb8a49969ce110769e8202dc17e692b4eebb937109d909ffa8b"
    own = "sha256:d9757e16adc086f17afb32242b440709f70e78c37dc9fd23619517aabb9a5a13"
    chain = "sha256:68f83b2c1e4d37d9bf09ac48396dad6477d46375cac1a9047ab6d8e9e45c5bc6"
    assert chain_ids([base, own]) == [base, chain]


@pytest.mark.parametrize(
    ("wanted", "present", "missing"),
    [
        ([[A, B]], [], [A, B]),
        ([[A, B]], [[A]], [B]),
        ([[A, B, C]], [[A, B, C]], []),
        ([[A, B]], [[B]], [A, B]),
        ([[A, C]], [[A, B, C]], [C]),
        ([[A, B], [A, C]], [], [A, B, C]),
        ([[A, B], [A, B, C]], [[A, B]], [C]),
        ([[]], [], []),
    ],
)
def test_a_layer_is_missing_unless_it_lies_on_the_same_ones(
    wanted: Sequence[Sequence[str]], present: Sequence[Sequence[str]], missing: Sequence[str]
) -> None:
    offered = [Offered.of(f"i:{n}", image(*layers)) for n, layers in enumerate(wanted)]
    assert missing_layers(offered, set(chains_of(image(*one) for one in present))) == missing


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (image(A, B, content="sha256:1", image_id="sha256:manifest"), True),
        (image(A, B, content="sha256:2"), False),
        (image(B, A, content="sha256:1"), False),
        (image(A, content="sha256:1"), False),
    ],
)
def test_images_are_the_same_by_layers_and_content(other: dict[str, Any], same: bool) -> None:
    mine = Offered.of("i:1", image(A, B, content="sha256:1"))
    assert mine.is_same(Offered.of("i:1", other)) is same


BUILT = {"Labels": {"todo.stack.content": "sha256:c"}}
WANTED = {"a:1": "sha256:a", "b:1": "sha256:b"}


@pytest.mark.parametrize(
    ("present", "due"),
    [
        ([], ["a:1", "b:1"]),
        ([{"Id": "sha256:a", "RepoTags": ["a:latest", "a:1"]}], ["b:1"]),
        ([{"Id": "sha256:a", "RepoTags": ["b:1"]}, {"Id": "sha256:b", "RepoTags": None}],
         ["a:1", "b:1"]),
        ([{"Id": i, "RepoTags": [n]} for n, i in WANTED.items()], []),
        ([{"Id": "sha256:a", "RepoTags": ["a:1"], "Config": BUILT},
          {"Id": "sha256:b", "RepoTags": ["b:1"], "Config": BUILT, "Record": {"n": 1}}], ["a:1"]),
    ],
)  # fmt: skip
def test_an_image_is_due_unless_its_name_names_it_and_its_build_is_on_record(
    present: list[dict[str, Any]], due: list[str]
) -> None:
    assert due_images(WANTED, present) == {name: WANTED[name] for name in due}


def test_what_came_is_told_in_words() -> None:
    assert summary(1, 1, "dev1") == "1 layer of 1 image came from dev1"
    assert summary(4, 0, "dev1") == "0 layers of 4 images came from dev1"


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("todo-one:abc", "r.corp:5000/t/todo-one:abc"),
        ("localhost/todo-stack/python:3.12-slim", "r.corp:5000/t/todo-stack/python:3.12-slim"),
        ("mirror.corp/library/node:20", "r.corp:5000/t/library/node:20"),
        ("bitnami/redis:7", "r.corp:5000/t/bitnami/redis:7"),
        ("python:3.12", "r.corp:5000/t/python:3.12"),
    ],
)
def test_what_an_image_is_called_in_a_registry(name: str, there: str) -> None:
    assert in_registry(name, "r.corp:5000/t/") == there
