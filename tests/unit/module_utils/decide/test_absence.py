"""A value that is given no more is not replaced in silence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.environment import Given
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.decide.absence import (
    absence_problems,
    absence_warnings,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.resolution import given_names
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    EnvironmentSeen,
    Names,
    ReleaseSeen,
    Seen,
)

URL, AUTH = "backend.DATABASE_URL", "backend.BETTER_AUTH_SECRET"
BOTH = {
    "DATABASE_URL": "postgresql://todo:npg_Ab12@db.example.net/todo",
    "BETTER_AUTH_SECRET": "34KcnoOAmlfe0S3pN4tOKUW2PwoGKZrO2Y2_y39vHdU",
}
LOST = (
    "stack_secrets.backend.DATABASE_URL: was given for release 3, and is given no more: an empty "
    "postgres of the stack's own would take its place -> give it again: host_vars replace the "
    "whole stack_secrets of a group; if it is meant, add "
    '-e \'{"stack_rotate": ["backend.DATABASE_URL"]}\''
)


def told(
    seen: Seen, contracts: list[Contract], secrets: Any = None, **spec: Any
) -> tuple[list[str], list[str]]:
    """Return the problems and the warnings, where release 3 was given both secrets."""
    whole = StackSpec(
        "todo", "/s", contracts=tuple(contracts), given=Given(secrets=secrets), **spec
    )
    before = replace(seen, release=ReleaseSeen(3, given=(AUTH, URL)))
    problems = [problem.line() for problem in absence_problems(before, whole)]
    return problems, list(absence_warnings(before, whole))


def test_what_is_given_is_remembered_by_name(contracts: list[Contract]) -> None:
    assert given_names(contracts, Given(secrets={"backend": BOTH})) == (URL, AUTH)
    more = {"backend": {"OPENAI_API_KEY": "k", "OPENAI_MODEL": "m"}, "frontend": {"PORT": "3000"}}
    assert given_names(contracts, Given(secrets=more)) == ()
    assert given_names(contracts, Given()) == ()


def test_what_is_given_again_is_no_news(seen: Seen, contracts: list[Contract]) -> None:
    other = {name: value.replace("a", "b") for name, value in BOTH.items()}
    for values in (BOTH, other):
        assert told(seen, contracts, {"backend": values}) == ([], [])


@pytest.mark.parametrize(
    "secrets",
    [
        None, {}, {"backend": None}, {"backend": {}}, {"frontend": {}}, [], "text",
        {"backend": {"OPENAI_API_KEY": "sk-proj-1"}},
        {"backend": {"BETTER_AUTH_SECRET": BOTH["BETTER_AUTH_SECRET"]}},
        {"backend": {"DATABASE_URL": None}},
    ],
)  # fmt: skip
def test_a_database_is_not_exchanged_for_an_empty_one(
    seen: Seen, contracts: list[Contract], secrets: Any
) -> None:
    assert told(seen, contracts, secrets)[0] == [LOST]


def test_who_goes_back_keeps_the_secrets_of_now(seen: Seen, contracts: list[Contract]) -> None:
    assert told(replace(seen, wanted=1), contracts) == ([], [])


def test_who_means_it_says_so(seen: Seen, contracts: list[Contract]) -> None:
    assert told(seen, contracts, rotate=(URL, AUTH)) == ([], [])


def test_a_signing_secret_that_is_given_no_more_is_kept_or_missed(
    seen: Seen, contracts: list[Contract]
) -> None:
    given = {"backend": {"DATABASE_URL": BOTH["DATABASE_URL"]}}
    problems, [kept] = told(seen, contracts, given)
    assert problems == []
    assert kept == (
        f"stack_secrets.{AUTH} is given no more: the one that was given last is kept on the host"
    )
    drift = {"backend": Names(different=("BETTER_AUTH_SECRET",))}
    changed = replace(seen, environment=EnvironmentSeen(drift=drift))
    [other], warnings = told(changed, contracts, given)
    assert warnings == []
    assert other == (
        f"stack_secrets.{AUTH}: was given for release 3, and is given no more: the one that this "
        "host made before (Every session and token ends, all users sign in again) would take its "
        "place -> give it again: host_vars replace the whole stack_secrets of a group; if it is "
        f'meant, add -e \'{{"stack_rotate": ["{AUTH}"]}}\''
    )
    assert told(changed, contracts, given, rotate=(AUTH,)) == ([], [])


def test_secrets_that_are_made_where_a_stack_is_are_told(
    seen: Seen, contracts: list[Contract]
) -> None:
    spec = StackSpec("todo", "/s", contracts=tuple(contracts))
    lost = replace(seen, environment=EnvironmentSeen(to_make=(AUTH, "postgres.POSTGRES_PASSWORD")))
    assert list(absence_warnings(lost, spec)) == [
        "a stack is on this host already, and its secrets are not: a run makes "
        "backend.BETTER_AUTH_SECRET, postgres.POSTGRES_PASSWORD"
    ]
    bare = replace(lost, containers=(), release=ReleaseSeen())
    assert list(absence_warnings(bare, spec)) == []


def test_a_variable_that_the_contract_forgot_is_no_loss(
    seen: Seen, contracts: list[Contract]
) -> None:
    assert told(seen, contracts[1:]) == ([], [])
