"""What an image must bring along: told by its configuration, before its tag moves."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.build.dockerfile import Declared
from ansible_collections.todo.stack.plugins.module_utils.build.requirements import (
    FIXED_USER,
    REQUIREMENTS,
    foreseen,
    shortcomings,
)

CHECKED = {"Healthcheck": {"Test": ["CMD", "true"]}}


@pytest.mark.parametrize("user", ["1", "10001", "10001:10001", "10001:0", "010"])
def test_a_number_other_than_0_is_a_fixed_user(user: str) -> None:
    assert shortcomings("a", {"User": user, **CHECKED}, REQUIREMENTS) == []


@pytest.mark.parametrize(
    "user", ["0", "00", "0:0", "0:1", "root", "root:root", "app", "+0", "-1", " 1", "1:app", "0x1"]
)
def test_root_in_any_spelling_and_names_are_none(user: str) -> None:
    [told] = shortcomings("a", {"User": user, **CHECKED}, REQUIREMENTS)
    assert told == f"a: its USER is {user!r}; a fixed number other than root's 0 is needed"


@pytest.mark.parametrize("config", [{}, {"User": None}, {"User": ""}])
def test_without_a_user_it_is_root(config: dict[str, Any]) -> None:
    [told] = shortcomings("a", {**config, **CHECKED}, REQUIREMENTS)
    assert told.startswith("a: it has no USER, so it runs as root; ")


@pytest.mark.parametrize("check", [None, {}, {"Test": None}, {"Test": []}, {"Test": ["NONE"]}])
def test_a_healthcheck_that_asks_nothing_is_none(check: object) -> None:
    [told] = shortcomings("a", {"User": "1", "Healthcheck": check}, REQUIREMENTS)
    assert told == "a: it has no HEALTHCHECK, and compose.yaml gives it none"


def test_only_what_is_required_is_asked_for() -> None:
    assert shortcomings("a", {}, []) == []
    assert len(shortcomings("a", {}, ["healthcheck"])) == 1


USER = "a fixed number other than root's 0 is needed"


@pytest.mark.parametrize(
    ("said", "lacks"),
    [
        (Declared("python:3.12-slim", "10001", "CMD true"), []),
        (Declared("python:3.12-slim", "app", "CMD true"), [f"its USER is 'app'; {USER}"]),
        (Declared("docker.io/library/node:20", None, "CMD true"),
         [f"it has no USER, so it runs as root; {USER}"]),
        (Declared("debian", "1", None), ["it has no HEALTHCHECK, and compose.yaml gives it none"]),
        (Declared("ours/python", None, None), []),
        (Declared("pythonic", None, None), []),
        (Declared("ours", "root", "none"), [
            f"its USER is 'root'; {USER}", "it has no HEALTHCHECK, and compose.yaml gives it none",
        ]),
        (Declared("python", "$UID", "CMD true"), []),
        (Declared("python", '"10001"', "CMD true"), []),
    ],
)  # fmt: skip
def test_what_an_image_will_lack_is_foreseen_where_it_is_certain(
    said: Declared, lacks: list[str]
) -> None:
    assert foreseen("a", said, REQUIREMENTS) == [f"a: {one}" for one in lacks]
    assert foreseen("a", said, ()) == []
    assert len(foreseen("a", said, [FIXED_USER])) == sum(USER in one for one in lacks)
