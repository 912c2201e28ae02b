"""From given values to the compose override, and what of it is told."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import yaml
from ansible_collections.todo.stack.plugins.module_utils.contract.environment import Given
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.module_utils.decide.override import (
    as_json,
    describe,
    differences,
    read_back,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.resolution import (
    Resolution,
    needed_secrets,
    override_document,
    resolve,
    secrets_in,
)

SECRET = "34KcnoOAmlfe0S3pN4tOKUW2PwoGKZrO2Y2_y39vHdU"
URL = "postgresql://todo:p9@db/todo"


def resolved(contracts: list[Contract], kept: Any = None, **given: Any) -> Resolution:
    made = iter(["first", "second", "third"])
    return resolve(contracts, Given(**given), kept or {}, lambda: next(made))


def test_defaults_generated_and_embedded_values_fill_in(contracts: list[Contract]) -> None:
    result = resolved(contracts)
    assert result.values["backend"] == {
        "HOST": "0.0.0.0",  # noqa: S104
        "PORT": "8000",
        "DATABASE_URL": "postgresql://todo:first@postgres:5432/todo",
        "BETTER_AUTH_SECRET": "second",
    }
    assert result.generated == ["backend.BETTER_AUTH_SECRET"]
    assert result.embedded == ["backend.DATABASE_URL"]
    assert result.unset == [
        "backend.OPENAI_API_KEY",
        "backend.OPENAI_BASE_URL",
        "backend.OPENAI_MODEL",
        "backend.FORWARDED_ALLOW_IPS",
        "backend.METRICS_TOKEN",
        "frontend.FORWARDED_ALLOW_IPS",
    ]
    assert result.kept == {
        "postgres": {"POSTGRES_PASSWORD": "first"},
        "backend": {"BETTER_AUTH_SECRET": "second"},
    }


def test_kept_secrets_are_used_again(contracts: list[Contract]) -> None:
    once = resolved(contracts)
    again = resolve(contracts, Given(), once.kept, lambda: pytest.fail("made a new one"))
    assert again == once


def test_given_values_win_and_kept_ones_stay_for_later(contracts: list[Contract]) -> None:
    kept = resolved(contracts).kept
    result = resolved(contracts, kept, secrets={"backend": {"DATABASE_URL": URL}})
    assert result.values["backend"]["DATABASE_URL"] == URL
    assert result.kept == kept
    assert result.switched_off == ["postgres"]


def test_extra_values_are_delivered(contracts: list[Contract]) -> None:
    result = resolved(contracts, extra={"frontend": {"LOG_LEVEL": "debug"}})
    assert result.values["frontend"]["LOG_LEVEL"] == "debug"


def test_an_empty_optional_value_is_not_delivered(contracts: list[Contract]) -> None:
    result = resolved(contracts, secrets={"backend": {"OPENAI_API_KEY": ""}})
    assert "OPENAI_API_KEY" not in result.values["backend"]


def test_the_password_is_encoded_in_the_url(contracts: list[Contract]) -> None:
    result = resolved(contracts, {"postgres": {"POSTGRES_PASSWORD": "a/b@c"}})
    assert ":a%2Fb%40c@postgres" in result.values["backend"]["DATABASE_URL"]


def test_every_compose_service_of_an_image_gets_its_environment(contracts: list[Contract]) -> None:
    services = override_document(contracts, resolved(contracts))["services"]
    assert set(services) == {"backend", "migrate", "frontend", "postgres"}
    assert services["migrate"] == services["backend"]
    assert services["postgres"] == {"environment": {"POSTGRES_PASSWORD": "first"}}


def test_an_embedded_service_nobody_needs_is_switched_off(contracts: list[Contract]) -> None:
    result = resolved(contracts, secrets={"backend": {"DATABASE_URL": URL}})
    services = override_document(contracts, result)["services"]
    assert services["postgres"] == {"profiles": ["unused"]}


ODD = [
    "$$ ${A} $B $",
    "a\nb",
    "\u0085\u2028\ufeff\x7f\x01\ufffe",
    "\U0001f600",
    "\\ud83d\\ude00",
    '"',
]


@pytest.mark.parametrize("value", ODD)
def test_a_yaml_parser_reads_the_override_as_json_does(
    contracts: list[Contract], value: str
) -> None:
    document = override_document(contracts, resolved(contracts, extra={"backend": {"ODD": value}}))
    text = as_json(document)
    assert yaml.safe_load(text) == json.loads(text) == document
    back = read_back(text)
    assert back is not None and back["backend"]["ODD"] == value


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"services": 1}', '{"services": {"a": 1}}']
)
def test_a_torn_override_is_read_as_none(text: str) -> None:
    assert read_back(text) is None


def test_differences_hold_names_only() -> None:
    before = {"backend": {"A": "1", "B": "2", "C": "3"}, "old": {"X": "1"}}
    after = {"backend": {"B": "2", "C": "4", "D": "5"}}
    found = differences(before, after)
    assert found["backend"] == {"added": ["D"], "removed": ["A"], "changed": ["C"]}
    assert found["old"]["removed"] == ["X"]
    assert (
        describe(found)
        == "backend: added D\nbackend: removed A\nbackend: changed C\nold: removed X\n"
    )


def test_needed_secrets_depend_on_what_is_given(contracts: list[Contract]) -> None:
    every = [("postgres", "POSTGRES_PASSWORD"), ("backend", "BETTER_AUTH_SECRET")]
    assert needed_secrets(contracts, Given()) == every
    given = Given(secrets={"backend": {"DATABASE_URL": URL}})
    assert needed_secrets(contracts, given) == every[1:]


def test_kept_secrets_are_found_in_what_is_delivered(contracts: list[Contract]) -> None:
    result = resolve(contracts, Given(), {}, lambda: SECRET)
    delivered = read_back(as_json(override_document(contracts, result)))
    assert delivered is not None
    assert secrets_in(contracts, delivered) == result.kept


def test_every_secret_is_known_for_hiding(contracts: list[Contract]) -> None:
    result = replace(resolved(contracts, secrets={"backend": {"DATABASE_URL": URL}}))
    assert set(result.secrets_of(contracts)) == {URL, "first"}


def test_a_weak_secret_that_is_delivered_is_not_kept(contracts: list[Contract]) -> None:
    assert secrets_in(contracts, {"backend": {"BETTER_AUTH_SECRET": "changeme"}}) == {}
