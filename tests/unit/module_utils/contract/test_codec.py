"""Typed objects cross to a host and return: whole, strictly, and for every Python we run on."""

from __future__ import annotations

import ast
import importlib
import json
from collections.abc import Iterator
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract import arguments
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import from_plain, to_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.environment import Given
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.model import (
    Budget,
    Contract,
    Embedded,
    Variable,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.decide.engine_state import EngineState
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Container,
    Contents,
    End,
    EnvironmentSeen,
    Inside,
    Listener,
    Names,
    OtherContainer,
    PortUse,
    ProbeResult,
    Process,
    PublishedPort,
    ReleaseSeen,
    Seen,
    Service,
    Space,
)

COLLECTION = "ansible_collections.todo.stack.plugins.module_utils"
CROSSING = ["contract.model", "contract.environment", "contract.spec", "decide.engine_state",
            "look.observation"]  # fmt: skip
NAMES = Names(("A",), ("B",), ("C",))
SPACE = Space("/data", 10, None, 20, 0)
CONTAINER = Container(
    id="1", name="n", service="s", number=2, ours=False, one_off=True, networks={"net": "1.2.3.4"},
    published=("127.0.0.1:80",), settings={"Mounts": [{"RW": True}], "CapAdd": None},
    environment=NAMES, ends=(End(137, True), End(0, False)), contents=Contents(("/su",), ("/cc",)),
    inside=Inside((Process(1, "p", (1, 2, 3), 4, False, 5),), (Listener("::", 80),), NAMES,
                  (SPACE,), 1.5, "x"),
)  # fmt: skip
SERVICE = Service(
    "s", ports=(PublishedPort("::", 80, 8080),), needs={"db": "service_healthy"},
    networks=("a", "b"), probes={"health": ProbeResult(200, "t", "{}", True, "", 0.5)},
)  # fmt: skip
SEEN = Seen(
    "todo", EngineState("running", server_version="26"), (SPACE, Space("/", 1, 2)), 7, False,
    (PortUse("s", 80, "nginx", True),), (OtherContainer("o", "p"),), ({"Id": "i", "Tags": ["t"]},),
    {"img": ({"digest": "d"}, {"digest": "e"})}, (SERVICE,), (CONTAINER,),
    EnvironmentSeen({"s": NAMES}, {"s": ("A",)}, ("o",), ("m",), {"s": "f"},
                    {"s": "i:1"}, False, "why"),
    ReleaseSeen(3, "at", "by", {"migrate": "i h"}, {"s": "i"}), {"": 0o700}, True, ("w",), "p",
)  # fmt: skip


@pytest.mark.parametrize("value", [SEEN, Seen("x", EngineState("absent"))])
def test_what_was_seen_survives_its_way(value: Seen) -> None:
    assert from_plain(Seen, json.loads(json.dumps(to_plain(value)))) == value


def test_a_stack_with_its_contracts_and_values_survives_its_way(contracts: list[Contract]) -> None:
    given = Given({"backend": {"PORT": 8000, "ODD": "\udcff$"}}, None, {"a": ["b"]}, True)
    spec = StackSpec(
        "todo", "/s", "text", ("a", "b"), {"V": "1"}, "::1", tuple(contracts), given,
        ("backend.X",), ("i:1",),
    )  # fmt: skip
    assert from_plain(StackSpec, json.loads(json.dumps(to_plain(spec)))) == spec
    params = {"spec": json.dumps(to_plain(spec))}
    assert arguments.read_spec(params) == spec
    with pytest.raises(StackError, match="controller side of this module was left out"):
        arguments.read_spec({"spec": ""})


@pytest.mark.parametrize(
    ("cls", "raw", "where", "key"),
    [
        (Budget, {"bites": 1}, "Budget", "bites"),
        (Variable, {"purpose": "p", "embedded": {"service": "s", "url": "u", "x": 1}},
         "Embedded", "x"),
        (Seen, {"stack": "t", "engine": {"state": "absent"},
                "containers": [{"id": "1", "name": "n", "service": "s", "inside": {"pids": []}}]},
         "Inside", "pids"),
        (EnvironmentSeen, {"drift": {"s": {"less": []}}}, "Names", "less"),
    ],
)  # fmt: skip
def test_an_unknown_key_is_an_error_at_every_depth(
    cls: Any, raw: dict[str, Any], where: str, key: str
) -> None:
    with pytest.raises(StackError, match=f"the key '{key}' is unknown") as refused:
        from_plain(cls, raw)
    assert refused.value.where == where


def test_types_are_what_they_were() -> None:
    raw = {"purpose": "p", "embedded": {"service": "s", "url": "u"}, "min_length": None}
    assert from_plain(Variable, raw) == Variable("p", embedded=Embedded("s", "u"))
    assert from_plain(Inside, {"volumes": [{"path": "/", "free_bytes": 1}]}).volumes == (
        Space("/", 1),
    )
    assert to_plain((1, [Embedded("s", "u")], {"k": ("v",)})) == [
        1, [{"service": "s", "url": "u", "revision": ""}], {"k": ["v"]},
    ]  # fmt: skip


def fields_of(name: str) -> Iterator[tuple[str, ast.expr]]:
    module = importlib.import_module(f"{COLLECTION}.{name}")
    for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text())):
        if isinstance(node, ast.ClassDef) and is_dataclass(getattr(module, node.name)):
            get_type_hints(getattr(module, node.name))
            for line in node.body:
                if isinstance(line, ast.AnnAssign):
                    yield node.name, line.annotation


@pytest.mark.parametrize("name", CROSSING)
def test_python_3_9_can_read_the_types_of_every_field(name: str) -> None:
    """`X | None` is read there by no `get_type_hints`, and the codec needs them."""
    found = list(fields_of(name))
    assert found
    for cls, annotation in found:
        assert not any(isinstance(part, ast.BinOp) for part in ast.walk(annotation)), cls
