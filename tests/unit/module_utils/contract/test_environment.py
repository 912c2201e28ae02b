"""The whole environment at once: what is missing, misplaced, misspelt, and how to mend it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.environment import (
    Given,
    validate_bind_address,
    validate_environment,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract

SECRET = "34KcnoOAmlfe0S3pN4tOKUW2PwoGKZrO2Y2_y39vHdU"
URL = "postgresql://todo:npg_Ab12Cd34@db.example.net:5432/todo"
AUTH = "BETTER_AUTH_SECRET"


def lines(contracts: list[Contract], **given: Any) -> list[str]:
    return [problem.line() for problem in validate_environment(contracts, Given(**given))]


@pytest.mark.parametrize("empty", [None, {}, {"backend": None}, {"backend": {}}])
def test_nothing_need_be_given_where_values_are_generated_or_embedded(
    contracts: list[Contract], empty: Any
) -> None:
    assert lines(contracts, env=empty, secrets=empty, extra=empty) == []


def test_missing_secret_is_reported_by_name(contracts: list[Contract]) -> None:
    found = lines(contracts, production=True)
    assert len(found) == 2
    assert found[0].startswith("stack_secrets.backend.DATABASE_URL: is required and missing")
    assert found[1].startswith("stack_secrets.backend.BETTER_AUTH_SECRET: is required and missing")
    assert "token_urlsafe" in found[1]


def test_production_takes_what_is_given(contracts: list[Contract]) -> None:
    secrets = {"backend": {"DATABASE_URL": URL, AUTH: SECRET}}
    assert lines(contracts, secrets=secrets, production=True) == []


@pytest.mark.parametrize(
    ("value", "what"),
    [(None, "is null"), ("", "is empty"), ("  ", "is blank"), (True, "is a YAML boolean")],
)
def test_a_required_variable_given_as_nothing_is_refused(
    contracts: list[Contract], value: object, what: str
) -> None:
    found = lines(contracts, secrets={"backend": {"DATABASE_URL": value, AUTH: value}})
    assert [line.split(": ")[1].startswith(what) for line in found] == [True, True]


def test_an_empty_optional_secret_counts_as_not_given(contracts: list[Contract]) -> None:
    assert lines(contracts, secrets={"backend": {"OPENAI_API_KEY": ""}}) == []


@pytest.mark.parametrize(
    "key",
    [
        "ollama",
        "none",
        "x",
        "EMPTY",
        "changeme",
        "sk-xxx",
        "not-needed",
        "your-key",
        "-",
        "null",
        "1",
    ],
)
def test_beside_a_server_of_ones_own_any_key_will_do(contracts: list[Contract], key: str) -> None:
    secrets = {"backend": {"OPENAI_API_KEY": key}}
    given = {"backend": {"OPENAI_BASE_URL": "http://ollama:11434/v1"}}
    assert lines(contracts, secrets=secrets, env=given) == []
    assert lines(contracts, secrets={"backend": {**secrets["backend"], **given["backend"]}}) == []


@pytest.mark.parametrize("key", ["changeme", "none", "x", "sk-...", "your-key"])
@pytest.mark.parametrize("beside", [{}, {"OPENAI_BASE_URL": ""}, {"OPENAI_MODEL": "gpt-4.1"}])
def test_a_placeholder_is_no_key_of_openai(
    contracts: list[Contract], key: str, beside: dict[str, str]
) -> None:
    found = lines(contracts, secrets={"backend": {"OPENAI_API_KEY": key}}, env={"backend": beside})
    assert [line.partition(": ")[2].partition(" ->")[0] for line in found] == ["is a placeholder"]


@pytest.mark.parametrize("key", ["", "  ", "key\n", "'key'", None, 17])
def test_also_beside_another_server_a_key_is_a_text(contracts: list[Contract], key: object) -> None:
    secrets = {"backend": {"OPENAI_API_KEY": key, "OPENAI_BASE_URL": "http://ollama:11434/v1"}}
    assert (lines(contracts, secrets=secrets) == []) is (key == "")


def test_a_null_optional_secret_is_refused(contracts: list[Contract]) -> None:
    found = lines(contracts, secrets={"backend": {"OPENAI_API_KEY": None}})
    assert found[0].startswith("stack_secrets.backend.OPENAI_API_KEY: is null")


def test_an_empty_variable_with_a_default_is_refused(contracts: list[Contract]) -> None:
    assert lines(contracts, env={"frontend": {"NODE_ENV": ""}})[0].startswith(
        "stack_env.frontend.NODE_ENV: is empty"
    )


def test_a_secret_given_in_the_open_is_refused(contracts: list[Contract]) -> None:
    assert lines(contracts, env={"backend": {AUTH: SECRET}}) == [
        f"stack_env.backend.{AUTH}: is a secret, given in the open"
        f" -> move it to stack_secrets.backend.{AUTH}"
    ]


def test_a_plain_variable_may_be_given_as_a_secret(contracts: list[Contract]) -> None:
    url = "http://user:Zx81Qq77@models:8000"
    assert lines(contracts, secrets={"backend": {"OPENAI_BASE_URL": url}}) == []


def test_a_variable_given_twice_is_refused(contracts: list[Contract]) -> None:
    both = {"frontend": {"NODE_ENV": "production"}}
    assert (
        "is given in stack_env and in stack_secrets" in lines(contracts, env=both, secrets=both)[0]
    )


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("DATABSE_URL", "did you mean DATABASE_URL?"),
        ("better_auth_secret", "did you mean BETTER_AUTH_SECRET?"),
        ("OPENAI_KEY", "did you mean OPENAI_API_KEY?"),
        ("NEXT_PUBLIC_API_URL", "it belongs to frontend"),
        ("QUUX", "declare it in backend/contract.yml, or put it in stack_extra_env.backend"),
    ],
)
def test_an_undeclared_name_is_refused_with_a_hint(
    contracts: list[Contract], name: str, hint: str
) -> None:
    for source in ("env", "secrets"):
        found = lines(contracts, **{source: {"backend": {name: "x"}}})
        assert found == [f"stack_{source}.backend.{name}: no contract declares this name -> {hint}"]


def test_a_misspelt_service_is_refused_with_a_hint(contracts: list[Contract]) -> None:
    found = lines(contracts, env={"bakend": {}, "worker": {}})
    assert found[0].endswith("-> did you mean backend?")
    assert found[1].endswith("-> services: backend, frontend")


def test_a_key_that_is_no_name_is_not_shown(contracts: list[Contract]) -> None:
    found = lines(contracts, secrets={"backend": {"hush hush!": "x", 7: "x"}})
    assert [line.partition(":")[0] for line in found] == ["stack_secrets.backend.(no name)"] * 2


@pytest.mark.parametrize("wrong", ["text", ["list"], 7, {"backend": "text"}, {"backend": ["a"]}])
def test_a_wrong_shape_is_refused(contracts: list[Contract], wrong: object) -> None:
    assert len(lines(contracts, env=wrong)) == 1


def test_port_must_be_the_contract_s(contracts: list[Contract]) -> None:
    assert lines(contracts, env={"backend": {"PORT": 8000}}) == []
    assert (
        "differs from the contract's port 8000"
        in lines(contracts, env={"backend": {"PORT": "8001"}})[0]
    )


def test_extra_names_are_taken_unless_they_are_declared(contracts: list[Contract]) -> None:
    assert lines(contracts, extra={"backend": {"LOG_LEVEL": "debug", "http_proxy": "p"}}) == []
    found = lines(contracts, extra={"backend": {AUTH: SECRET, "A B": "x", "FLAG": True}})
    assert "is declared by the contract -> move it to stack_secrets" in found[0]
    assert "is no name of a variable" in found[1]
    assert "is a YAML boolean" in found[2]


def test_all_problems_of_all_services_come_at_once(contracts: list[Contract]) -> None:
    found = lines(
        contracts,
        env={"backend": {"PORT": "80x", "HOST": "no where"}, "frontend": {"PROT": "3000"}},
        secrets={"backend": {"DATABASE_URL": "mysql://localhost:0", AUTH: "changeme"}},
    )
    assert len(found) == 7


def test_no_problem_shows_a_value(contracts: list[Contract]) -> None:
    marker = "MaRkEr77"
    texts = [
        f"{marker}\n",
        f"'{marker}'",
        f"my://{marker}:{marker}@{marker}",
        f"{marker}\udcff",
        marker,
    ]
    for text in texts:
        every = {c.service: dict.fromkeys(c.env, text) for c in contracts}
        told = "".join(lines(contracts, env=every) + lines(contracts, secrets=every))
        assert told and marker not in told


def test_a_service_with_an_unreadable_contract_is_not_called_unknown(
    contracts: list[Contract],
) -> None:
    given = Given(env={"backend": {"X": "y"}})
    assert validate_environment(contracts[1:], given, unjudged=["backend"]) == []


def test_a_bind_address_that_is_none_is_a_problem() -> None:
    assert validate_bind_address("127.0.0.1") == []
    assert validate_bind_address("everywhere")[0].where == "stack_bind_address"
