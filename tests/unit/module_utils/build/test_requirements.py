"""What an image must bring along: told by its configuration, before its tag moves."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.build.requirements import (
    REQUIREMENTS,
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
