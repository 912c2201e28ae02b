"""The JSON Schema of contracts: strict, described, and itself right."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Variable
from ansible_collections.todo.stack.plugins.module_utils.contract.relaxed import RELAXABLE
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


def leaves(schema: Any, place: str = "contract") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every schema of a value that is no object of keys, with its place."""
    for name, spec in [*schema.get("properties", {}).items(), *schema.get("$defs", {}).items()]:
        named = spec.get("additionalProperties")
        if "properties" in spec or (isinstance(named, dict) and named.keys() != {"type"}):
            yield from leaves({**spec, **(named or {})}, f"{place}.{name}")
        elif "$ref" in spec:
            continue
        else:
            yield f"{place}.{name}", spec


LEAVES = dict(leaves(SCHEMA))


@pytest.mark.parametrize("place", LEAVES)
def test_every_key_has_an_example_that_fits_it(place: str) -> None:
    schema = {"$defs": SCHEMA["$defs"], **LEAVES[place]}
    assert schema["examples"]
    for one in schema["examples"]:
        jsonschema.validate(one, schema)


def test_the_page_of_the_keys_is_that_of_the_schema() -> None:
    script = Path(__file__).parents[3] / "docs" / "contract.py"
    done = subprocess.run(
        [sys.executable, str(script), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_schema_is_published_where_its_name_says() -> None:
    path = SCHEMA_FILE.relative_to(Path(SCHEMA_FILE).parents[3])
    assert SCHEMA["$id"].endswith(f"/main/{path}")


def test_what_can_be_relaxed_is_the_same_in_schema_and_code() -> None:
    relaxed = SCHEMA["properties"]["relaxed"]
    assert relaxed["propertyNames"]["enum"] == list(RELAXABLE)
    assert all(name in relaxed["description"] for name in RELAXABLE)
