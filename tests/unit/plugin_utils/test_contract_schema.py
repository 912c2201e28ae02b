"""The JSON Schema of contracts: strict, described, and itself right."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Variable
from ansible_collections.todo.stack.plugins.plugin_utils.contract.contract_rules import SCHEMA_FILE

SCHEMA = json.loads(SCHEMA_FILE.read_text())


def objects(schema: Any, place: str = "contract") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every schema of an object with its place."""
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield place, schema
        for key, value in schema.items():
            yield from objects(value, f"{place}.{key}")


OBJECTS = dict(objects(SCHEMA))


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("place", OBJECTS)
def test_an_object_says_what_may_be_in_it(place: str) -> None:
    assert OBJECTS[place].get("additionalProperties", True) is not True


@pytest.mark.parametrize("place", OBJECTS)
def test_every_property_is_described(place: str) -> None:
    for name, spec in OBJECTS[place].get("properties", {}).items():
        target = SCHEMA["$defs"][spec["$ref"].rpartition("/")[2]] if "$ref" in spec else spec
        assert target.get("description"), name


def test_a_variable_has_the_same_fields_in_schema_and_code() -> None:
    fields = set(Variable.__dataclass_fields__)
    assert set(SCHEMA["$defs"]["variable"]["properties"]) == fields
