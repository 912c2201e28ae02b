"""The environment, both ways, by name and never by value."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.judge.environment import (
    environment,
    pairs,
)
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Observation,
    Rendered,
)

Contract = dict[str, Any]
GOOD = {"PATH": "/bin", "PORT": "8000", "DATABASE_URL": "x", "HOSTNAME": "c0ffee"}


@pytest.mark.parametrize(
    ("environ", "measured", "said"),
    [
        (GOOD, "2 names as rendered", ""),
        ({**GOOD, "HOME": "/", "TERM": "xterm"}, "2 names as rendered", ""),
        ({**GOOD, "PORT": "marker-value"}, "1 different", "different: PORT"),
        ({**GOOD, "DEBUG": "marker-value"}, "1 extra", "extra: DEBUG"),
        ({**GOOD, "PATH": "/evil"}, "1 different", "different: PATH"),
        ({"PATH": "/bin", "PORT": "8000"}, "1 missing", "missing: DATABASE_URL"),
        ({"PATH": "/bin", "A": "1", "B": "2"}, "2 missing, 2 extra", "extra: A, B"),
    ],
)
def test_what_differs_is_named_and_not_shown(
    contract: Contract, seen: Observation, environ: dict[str, str], measured: str, said: str
) -> None:
    check = environment(contract, replace(seen, inside=replace(seen.inside, environ=environ)))
    assert (check.passed, check.measured) == (not said, measured)
    assert said in check.message
    assert "marker-value" not in str(check)


def test_a_required_name_that_was_never_rendered_is_missing(
    contract: Contract, seen: Observation
) -> None:
    bare = replace(
        seen,
        rendered=Rendered({"PORT": "8000"}),
        inside=replace(seen.inside, environ={"PATH": "/bin", "PORT": "8000"}),
    )
    assert "missing: DATABASE_URL" in environment(contract, bare).message


def test_without_the_rendered_environment_nothing_is_claimed(
    contract: Contract, seen: Observation
) -> None:
    check = environment(contract, replace(seen, rendered=Rendered(problem="no such file")))
    assert (check.passed, check.measured) == (False, "unknown")
    assert "no such file" in check.message


def test_entries_keep_equal_signs_and_newlines() -> None:
    assert pairs(["A=1=2", "B=x\ny", "", "broken"]) == {"A": "1=2", "B": "x\ny"}
    assert pairs(None) == {}
