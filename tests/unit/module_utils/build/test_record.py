"""Rows of built images, budgets held against them, and the records kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.build.layers import Weights
from ansible_collections.todo.stack.plugins.module_utils.build.progress import BuildProgress
from ansible_collections.todo.stack.plugins.module_utils.build.record import (
    image_row,
    over_budget,
)
from ansible_collections.todo.stack.plugins.module_utils.build.records import (
    find_record,
    read_records,
    with_record,
)
from ansible_collections.todo.stack.plugins.module_utils.build.spec import Decision
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Budget

Make = Callable[..., Decision]
HISTORY = [{"bytes": 100, "created_by": "base"}, {"bytes": 5, "created_by": "COPY . /"}]


def progress() -> BuildProgress:
    told = BuildProgress(("backend",))
    at = {"started": "2026-01-01T00:00:00Z", "completed": "2026-01-01T00:00:04.321Z"}
    for digest, name, cached in (("a", "[1/2] FROM base", True), ("b", "[2/2] RUN x", False)):
        vertex = {"digest": digest, "name": name, "cached": cached, **at}
        told.feed(json.dumps({"vertexes": [vertex]}) + "\n")
    return told


def test_a_built_image_has_sizes_and_times(make_decision: Make) -> None:
    decision = make_decision(budget=Budget(60, 1000), bases=("builder:1", "base:1"))
    row = image_row(decision, "sha256:1", Weights(HISTORY, 100, 42), progress())
    assert row == {
        "service": "backend", "image": "todo-backend:latest", "image_id": "sha256:1",
        "content_image": decision.spec.content_reference(decision.content),
        "digest": decision.content.digest, "size_bytes": 105, "compressed_bytes": 42,
        "base_image": "base:1", "base_bytes": 100, "build_seconds": 4.32, "cached_steps": 0,
        "cold": True, "largest_layers": HISTORY,
        "steps": [{"name": "[1/2] FROM base", "seconds": 4.32, "cached": True},
                  {"name": "[2/2] RUN x", "seconds": 4.32, "cached": False}],
        "layers": HISTORY, "budget": {"seconds": 60, "bytes": 1000},
    }  # fmt: skip


def row(**changes: Any) -> dict[str, Any]:
    steps = [{"name": f"step {n}", "seconds": n, "cached": False} for n in range(8)]
    layers = [{"bytes": n * 1000, "created_by": f"RUN  {n}\n{'x' * 200}"} for n in range(8)]
    fields = {"service": "backend", "size_bytes": 28_000, "build_seconds": 28.0}
    return {**fields, "steps": steps, "layers": layers, **changes}


@pytest.mark.parametrize(
    ("budget", "changes", "broken"),
    [
        (Budget(), {}, []),
        (Budget(28.0, 28_000), {}, []),
        (Budget(27.9, None), {}, ["28.0 s, over its budget of 27.9 s"]),
        (Budget(None, 27_999), {}, ["28,000 bytes, over its budget of 27,999"]),
        (Budget(1, 1), {}, ["28,000 bytes", "28.0 s"]),
        (Budget(None, 0), {"size_bytes": 1}, ["1 bytes, over its budget of 0"]),
    ],
)
def test_what_is_over_its_budget_is_told(
    budget: Budget, changes: dict[str, Any], broken: list[str]
) -> None:
    found = over_budget(row(**changes), budget)
    assert len(found) == len(broken)
    assert all(text.startswith(f"backend: {start}") for text, start in zip(found, broken))


def test_over_size_names_the_five_largest_layers_shortened() -> None:
    [text] = over_budget(row(), Budget(None, 1))
    layers = text.partition("Largest layers: ")[2].split("; ")
    assert [layer.split(" bytes")[0] for layer in layers] == [
        "7,000", "6,000", "5,000", "4,000", "3,000",
    ]  # fmt: skip
    assert layers[0].startswith("7,000 bytes by RUN 7 xxx")
    assert all(len(layer) < 120 and layer.endswith("...") for layer in layers)


def test_over_time_names_the_five_slowest_steps() -> None:
    [text] = over_budget(row(), Budget(1, None))
    assert text.endswith(
        "Slowest steps: 7 s for step 7; 6 s for step 6; 5 s for step 5; 4 s for step 4; "
        "3 s for step 3"
    )


def test_the_newest_ten_records_are_kept() -> None:
    records: dict[str, list[dict[str, Any]]] = {"other": [{"n": 0}]}
    for number in range(13):
        records = with_record(records, "todo-backend", {"n": number}, ())
    assert [one["n"] for one in records["todo-backend"]] == list(range(12, 2, -1))
    assert records["other"] == [{"n": 0}]


def test_the_slowest_build_of_a_released_image_stays_whatever_comes_after() -> None:
    records: dict[str, list[dict[str, Any]]] = {}
    built = [("a:1", 40.0), ("a:1", 90.5), ("a:1", 0.5), ("a:2", 9), ("a:3", 7), ("a:1", None)]
    for name, seconds in [*built, *((f"a:{number}", 1) for number in range(10, 30))]:
        row = {"content_image": name, "build_seconds": seconds}
        records = with_record(records, "a", row, {"a:1", "a:3"})
    rows = records["a"]
    assert [one["content_image"] for one in rows[:10]] == [f"a:{n}" for n in range(29, 19, -1)]
    lasting = {one["content_image"]: one["build_seconds"] for one in rows[10:]}
    assert lasting == {"a:1": 90.5, "a:3": 7}
    assert len(rows) == 12


@pytest.mark.parametrize(
    ("digest", "image_id", "found"),
    [("d1", "i1", {"digest": "d1", "image_id": "i1"}), ("d1", "i2", None), ("d2", "i1", None)],
)
def test_a_record_is_of_the_image_with_its_content_and_its_id(
    digest: str, image_id: str, found: object
) -> None:
    records: dict[str, list[dict[str, Any]]] = {
        "a": [{"other": 1}, {"digest": "d1", "image_id": "i1"}]
    }
    assert find_record(records, "a", digest, image_id) == found
    assert find_record(records, "b", digest, image_id) is None


@pytest.mark.parametrize(
    "data",
    [None, [], {}, {"version": 2, "images": {}}, {"version": 1}, {"version": 1, "images": []},
     {"version": 1, "images": {"a": {}}}, {"version": 1, "images": {"a": ["x"]}}],
)  # fmt: skip
def test_records_of_another_shape_are_refused(data: object) -> None:
    with pytest.raises(StackError):
        read_records(data)


def test_records_are_read() -> None:
    assert read_records({"version": 1, "images": {"a": [{"n": 1}]}}) == {"a": [{"n": 1}]}
