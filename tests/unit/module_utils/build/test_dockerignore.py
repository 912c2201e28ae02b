"""`.dockerignore` as BuildKit reads it: every row of the table was measured on a real build."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.build.dockerignore import (
    IgnoreRules,
    parse_dockerignore,
)

DATA: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "data/dockerignore.json").read_text()
)


def ignores(rules: IgnoreRules, path: str) -> bool:
    """Judge a path as a walk comes to it: by way of its folders."""
    verdict, parts = rules.root, path.split("/")
    for count in range(1, len(parts) + 1):
        verdict = rules.judge("/".join(parts[:count]), verdict)
    return verdict.ignored


@pytest.mark.parametrize(
    ("text", "hidden"), DATA["hidden"], ids=[repr(t) for t, _ in DATA["hidden"]]
)
def test_a_build_sees_what_buildkit_lets_it_see(text: str, hidden: list[str] | None) -> None:
    if hidden is None:
        with pytest.raises(ValueError, match=r"line \d+: "):
            parse_dockerignore(text)
    else:
        rules = parse_dockerignore(text)
        assert [path for path in DATA["tree"] if ignores(rules, path)] == hidden


@pytest.mark.parametrize(
    ("text", "said"),
    [("a\n!\n", "line 2: '!' names no path"), ("a\n\nb[", "line 3: 'b[' is no pattern")],
)
def test_a_line_that_is_no_pattern_is_named(text: str, said: str) -> None:
    with pytest.raises(ValueError) as refused:
        parse_dockerignore(text)
    assert str(refused.value).startswith(said)


@pytest.mark.parametrize(
    ("text", "prunable"), [("", True), ("a\nb/**", True), ("a\n!a/x", False), ("!x", False)]
)
def test_an_ignored_folder_is_entered_only_if_something_may_come_back(
    text: str, prunable: bool
) -> None:
    assert parse_dockerignore(text).can_prune is prunable


def test_a_million_stars_do_not_stall() -> None:
    rules = parse_dockerignore("**/a/**/b/**/c/**/*.x\n" * 20)
    assert not ignores(rules, "/".join("abc" * 8))
