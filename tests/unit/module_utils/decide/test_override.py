"""What is given, kept or embedded becomes values, and an override that delivers them whole."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from typing import Any

import pytest
import yaml
from ansible_collections.todo.stack.plugins.module_utils.contract.environment import Given
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract, Variable
from ansible_collections.todo.stack.plugins.module_utils.decide.override import (
    as_json,
    delivered,
    override,
    pinned,
    read_back,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.resolution import (
    Resolution,
    Values,
    needed_secrets,
    resolve,
    secrets_in,
)

URL = "postgresql://todo:npg_Ab12Cd34@db.example.net:5432/todo"
SECRET = "34KcnoOAmlfe0S3pN4tOKUW2PwoGKZrO2Y2_y39vHdU"
DATABASE = {"backend": {"DATABASE_URL": URL}}
HOSTILE = [
    "$$ ${A} $B $", "$", "a\nb\r\n\tc", "\u0085\u2028\ufeff\x7f\x01\ufffe", "\U0001f600",
    "\\ud83d\\ude00", '"', "'", "# no comment", "yes", "0123", "~", "", " lead and trail ",
    "{a: b}", "- a", "a: b", "*x &y !z", "%s {{ x }}", "\\", "\\n", "\x00",
]  # fmt: skip


def resolved(contracts: list[Contract], kept: Values | None = None, **given: Any) -> Resolution:
    numbers = itertools.count(1)
    return resolve(contracts, Given(**given), kept or {}, lambda: f"secret-{next(numbers)}")


def with_variables(contract: Contract, **variables: Variable) -> Contract:
    return replace(contract, env={**contract.env, **variables})


def test_a_value_is_made_of_others_whoever_comes_first(contracts: list[Contract]) -> None:
    cache = Variable("c", "url", secret=True, template="redis://:{frontend.CACHE_KEY}@redis:6379")
    asked = with_variables(contracts[0], CACHE_URL=cache, HALF=Variable("h", template="{GONE}"),
                           GONE=Variable("g"), ON=Variable("o", "boolean"))  # fmt: skip
    owner = with_variables(contracts[1], CACHE_KEY=Variable("k", secret=True, generate=True))
    for both in ([asked, owner], [owner, asked]):
        found = resolved(both, env={"backend": {"ON": True}})
        values = found.values["backend"]
        key = found.values["frontend"]["CACHE_KEY"]
        assert values["CACHE_URL"] == f"redis://:{key}@redis:6379"
        assert values["ON"] == "true"
        assert "HALF" not in values
        assert values["CACHE_URL"] in found.secrets_of(both)
    given = resolved([asked, owner], secrets={"backend": {"CACHE_URL": "redis://other:1"}})
    assert given.values["backend"]["CACHE_URL"] == "redis://other:1"


@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_is_delivered_byte_for_byte(value: str) -> None:
    values = {"backend": {"ODD": value}, "postgres": {"PLAIN": "x"}}
    text = override(values, {"backend": "todo-backend:cc"}, ())
    assert read_back(text) == values
    document = yaml.safe_load(text)  # as which compose reads it
    assert document == json.loads(text)
    assert document["services"]["backend"]["environment"]["ODD"].replace("$$", "$") == value
    assert text.isascii() or not any("\x7f" <= char <= "\uffff" for char in text)


@pytest.mark.parametrize("value", ["\udcff", "a\ud83d b"])
def test_even_half_a_character_comes_back(value: str) -> None:
    assert read_back(override({"a": {"ODD": value}}, {}, ())) == {"a": {"ODD": value}}


def test_an_override_names_images_and_switches_off_what_nobody_needs() -> None:
    text = override({"backend": {"A": "1"}}, {"backend": "b:1", "worker": "w:1"}, ["postgres"])
    assert json.loads(text)["services"] == {
        "backend": {"environment": {"A": "1"}, "image": "b:1"},
        "worker": {"image": "w:1"},
        "postgres": {"profiles": ["unused"]},
    }
    assert pinned(text) == {"backend": "b:1", "worker": "w:1"}
    assert read_back(text) == {"backend": {"A": "1"}}


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"services": 1}', '{"services": {"a": 1}}', "[" * 100_000],
)
def test_a_torn_override_tells_nothing(text: str) -> None:
    assert read_back(text) is None
    assert pinned(text) == {}


def test_json_is_the_same_whatever_the_order() -> None:
    assert as_json({"b": 1, "a": "\u00e4"}) == '{\n  "a": "\\u00e4",\n  "b": 1\n}\n'


def test_what_nobody_gave_is_made_once_and_kept(contracts: list[Contract]) -> None:
    once = resolved(contracts)
    assert once.kept == {
        "postgres": {"POSTGRES_PASSWORD": "secret-1"},
        "backend": {"BETTER_AUTH_SECRET": "secret-2"},
    }
    assert once.values["backend"]["DATABASE_URL"].startswith("postgresql://todo:secret-1@postgres")
    assert "OPENAI_API_KEY" not in once.values["backend"]
    again = resolve(contracts, Given(), once.kept, lambda: pytest.fail("made a new one"))
    assert again == once


def test_given_values_win_and_kept_ones_stay_for_later(contracts: list[Contract]) -> None:
    kept = resolved(contracts).kept
    result = resolved(contracts, kept, secrets=DATABASE)
    assert result.values["backend"]["DATABASE_URL"] == URL
    assert (result.kept, result.switched_off, result.supplied) == (kept, ["postgres"], {})


@pytest.mark.parametrize(
    ("given", "service", "name", "expected"),
    [
        ({"extra": {"frontend": {"LOG": "debug"}}}, "frontend", "LOG", "debug"),
        ({"env": {"backend": {"PORT": 8000}}}, "backend", "PORT", "8000"),
        ({"secrets": {"backend": {"OPENAI_API_KEY": ""}}}, "backend", "OPENAI_API_KEY", None),
        ({"env": {"frontend": {"NODE_ENV": "test"}}}, "frontend", "NODE_ENV", "test"),
        ({}, "frontend", "NODE_ENV", "production"),
    ],
)
def test_a_value_comes_from_where_it_was_given(
    contracts: list[Contract], given: Any, service: str, name: str, expected: str | None
) -> None:
    assert resolved(contracts, **given).values[service].get(name) == expected


def test_the_password_is_encoded_in_the_url(contracts: list[Contract]) -> None:
    result = resolved(contracts, {"postgres": {"POSTGRES_PASSWORD": "a/b@c"}})
    assert ":a%2Fb%40c@postgres" in result.values["backend"]["DATABASE_URL"]


def test_every_compose_service_of_an_image_gets_its_environment(contracts: list[Contract]) -> None:
    values = delivered(contracts, resolved(contracts))
    assert set(values) == {"backend", "migrate", "frontend", "postgres"}
    assert values["migrate"] == values["backend"]
    assert values["postgres"] == {"POSTGRES_PASSWORD": "secret-1"}


def test_needed_secrets_depend_on_what_is_given(contracts: list[Contract]) -> None:
    every = [("postgres", "POSTGRES_PASSWORD"), ("backend", "BETTER_AUTH_SECRET")]
    assert needed_secrets(contracts, Given()) == every
    assert needed_secrets(contracts, Given(secrets=DATABASE)) == every[1:]


def test_kept_secrets_are_found_in_what_is_delivered(contracts: list[Contract]) -> None:
    result = resolve(contracts, Given(), {}, lambda: SECRET)
    assert secrets_in(contracts, delivered(contracts, result)) == result.kept


def test_a_weak_secret_that_is_delivered_is_not_kept(contracts: list[Contract]) -> None:
    assert secrets_in(contracts, {"backend": {"BETTER_AUTH_SECRET": "changeme"}}) == {}


def test_every_secret_is_known_for_hiding(contracts: list[Contract]) -> None:
    result = resolved(contracts, secrets=DATABASE)
    assert set(result.secrets_of(contracts)) == {URL, "secret-1"}


@pytest.mark.parametrize(
    "refused",
    ["", "short", "changeme", "a" * 40, "ab" * 20, f"{SECRET}\n", f"'{SECRET}'", "secret-" * 6],
)
def test_a_secret_that_its_contract_refuses_is_drawn_again(
    contracts: list[Contract], refused: str
) -> None:
    drawn = iter(["password", refused, refused, SECRET])
    result = resolve(contracts, Given(), {}, lambda: next(drawn))
    assert result.kept["backend"]["BETTER_AUTH_SECRET"] == SECRET
