"""Which secrets can be rotated, where they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.environment import Given
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.module_utils.decide.rotation import (
    rotated_rows,
    rotation_problems,
    without_rotated,
)

TOKEN, URL = "backend.BETTER_AUTH_SECRET", "backend.DATABASE_URL"
KEPT = {"backend": {"BETTER_AUTH_SECRET": "s"}, "postgres": {"POSTGRES_PASSWORD": "p"}}
GIVEN = Given(secrets={"backend": {"BETTER_AUTH_SECRET": "x"}})


def test_rotated_secrets_are_forgotten_and_say_what_they_end(contracts: Sequence[Contract]) -> None:
    assert rotation_problems(contracts, Given(), [TOKEN, URL]) == []
    assert without_rotated(contracts, KEPT, [TOKEN]) == {
        "backend": {}, "postgres": {"POSTGRES_PASSWORD": "p"},
    }  # fmt: skip
    assert without_rotated(contracts, KEPT, [URL])["postgres"] == {}
    assert "sign in again" in rotated_rows(contracts, [TOKEN])[0]["ends"]


@pytest.mark.parametrize(
    ("names", "given", "said"),
    [
        (["backend.OPENAI_API_KEY"], Given(), "is no secret that is made on the host"),
        (["backend.BETTER_AUTH_SECRT"], Given(), "did you mean backend.BETTER_AUTH_SECRET"),
        ([TOKEN], GIVEN, "give the new value in stack_secrets.backend.BETTER_AUTH_SECRET"),
        ([TOKEN], Given(production=True), "is given, not made on the host"),
        ("all", Given(), "must be a list"),
    ],
)
def test_what_is_not_made_here_is_not_rotated_here(
    contracts: Sequence[Contract], names: Any, given: Given, said: str
) -> None:
    [problem] = rotation_problems(contracts, given, names)
    assert said in problem.line()
