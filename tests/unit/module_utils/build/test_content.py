"""The content of an image-to-be: one digest, and parts that tell what changed."""

from __future__ import annotations

import base64
import hashlib
import zlib
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.build.content import (
    Content,
    make_content,
    unpack_parts,
)

FILES = {"Dockerfile": "d1", "app/main.py": "644 f1", "gone.py": "644 f2"}
GROUPS: dict[str, dict[str, str]] = {
    "files": FILES,
    "args": {"MODE": "fast"},
    "bases": {"python:3.12": "sha256:1"},
    "settings": {"target": "", "Dockerfile name": "Dockerfile"},
}


def content(**changes: dict[str, str]) -> Content:
    return make_content(**{**GROUPS, **changes})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"files": {**FILES, "app/main.py": "644 other"}}, ["app/main.py changed"]),
        ({"files": {**FILES, "app/main.py": "755 f1"}}, ["app/main.py changed"]),
        ({"files": {**FILES, "new.py": "644 f3"}}, ["new.py added"]),
        ({"files": {k: v for k, v in FILES.items() if k != "gone.py"}}, ["gone.py removed"]),
        ({"args": {"MODE": "slow"}}, ["argument MODE changed"]),
        ({"args": {}}, ["argument MODE removed"]),
        ({"args": {"MODE": "fast", "X": ""}}, ["argument X added"]),
        ({"bases": {"python:3.12": "sha256:2"}}, ["base image python:3.12 moved"]),
        ({"bases": {"python:3.13": "sha256:1"}},
         ["base image python:3.12 removed", "base image python:3.13 added"]),
        ({"settings": {**GROUPS["settings"], "target": "dev"}}, ["setting target changed"]),
        ({"settings": {**GROUPS["settings"], "Dockerfile name": "D"}},
         ["setting Dockerfile name changed"]),
    ],
)  # fmt: skip
def test_every_kind_of_change_moves_the_digest_and_is_named(
    changes: dict[str, Any], said: list[str]
) -> None:
    old, new = content(), content(**changes)
    assert new.digest != old.digest
    assert new.changes_since(old.parts_label()) == said


def test_the_same_content_in_another_order_is_the_same() -> None:
    again = content(files=dict(reversed(FILES.items())))
    assert again.digest == content().digest
    assert again.parts_label() == content().parts_label()
    assert again.changes_since(content().parts_label()) == []


def test_a_part_cannot_pass_for_another() -> None:
    split = make_content({"a": "1", "b": "2"}, {}, {}, {})
    joined = make_content({"a": '1","file b":"2'}, {}, {}, {})
    moved = make_content({}, {"a": "1", "b": "2"}, {}, {})
    assert len({split.digest, joined.digest, moved.digest}) == 3


def test_values_do_not_travel_on_the_label() -> None:
    made = content(args={"TOKEN": "marker-value"})
    packed = zlib.decompress(base64.b64decode(made.parts_label()))
    assert b"TOKEN" in packed
    assert b"marker-value" not in packed


def test_too_many_parts_leave_the_label_empty_and_the_digest_whole() -> None:
    many = {hashlib.sha256(b"%d" % n).hexdigest(): "644 x" for n in range(2000)}
    large, one_less = content(files=many), content(files=dict(list(many.items())[1:]))
    assert large.parts_label() == ""
    assert large.digest != one_less.digest
    assert one_less.changes_since(large.parts_label()) is None


def test_many_files_travel_by_their_folders() -> None:
    names = [f"src/{n % 7}/deep/{hashlib.sha256(b'%d' % n).hexdigest()}" for n in range(2000)]
    old = content(files={**dict.fromkeys(names, "644 x"), "top": "644 y"})
    label = old.parts_label()
    assert 0 < len(label) < 32_768
    new = content(files={**dict.fromkeys(names, "644 x"), names[3]: "644 z", "top": "644 z"})
    assert new.changes_since(label) == ["src/3/deep/ changed", "top changed"]
    assert old.changes_since(label) == []


def test_names_and_links_that_are_no_utf8_are_content_too() -> None:
    odd = content(files={"a\udcff": "link \udcfe"})
    assert odd.changes_since(content(files={}).parts_label()) == ["a\\udcff added"]


def packed(text: bytes) -> str:
    return base64.b64encode(zlib.compress(text)).decode()


@pytest.mark.parametrize("label", ["", "?", "YWJj", packed(b"no json"), packed(b"[1]"), "é"])
def test_a_label_that_is_none_of_ours_says_nothing(label: str) -> None:
    assert unpack_parts(label) is None
    assert content().changes_since(label) is None
