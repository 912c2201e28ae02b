"""Sizes and build times against their budgets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Budget, Contract
from ansible_collections.todo.stack.plugins.module_utils.judge.check import Check
from ansible_collections.todo.stack.plugins.module_utils.judge.image import image_rows
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Seen

Judged = Callable[..., dict[str, Check]]


def with_image(seen: Seen, **changes: Any) -> Seen:
    return replace(seen, images=({**seen.images[0], **changes}, *seen.images[1:]))


def with_builds(seen: Seen, *builds: dict[str, Any]) -> Seen:
    return replace(seen, builds={"todo-backend": builds})


@pytest.mark.parametrize(
    ("layers", "passed"),
    [([499_999_999, 1], True), ([500_000_001], False), ([250_000_001, 250_000_000], False)],
)
def test_the_size_is_the_sum_of_the_layers(
    judged: Judged, seen: Seen, layers: list[int], passed: bool
) -> None:
    rows = [{"bytes": size, "created_by": ""} for size in layers]
    check = judged(with_image(seen, Layers=rows))["backend.image_size"]
    assert (check.passed, check.measured, check.unit) == (passed, sum(layers), "bytes")


@pytest.mark.parametrize("layers", [None, []])
def test_an_image_whose_layers_nobody_weighed_has_no_size(
    judged: Judged, seen: Seen, layers: list[Any] | None
) -> None:
    check = judged(with_image(seen, Layers=layers))["backend.image_size"]
    assert (check.passed, check.measured) == (False, None)
    assert "layers are unknown" in check.message


@pytest.mark.parametrize(("seconds", "passed"), [(299.9, True), (300, True), (300.1, False)])
def test_the_limit_itself_is_within_the_budget_as_it_is_in_the_build(
    judged: Judged, seen: Seen, seconds: float, passed: bool
) -> None:
    look = with_builds(seen, {"digest": "sha256:cc", "build_seconds": seconds})
    assert judged(look)["backend.build_time"].passed is passed


@pytest.mark.parametrize(
    "builds", [(), ({"digest": "sha256:other", "build_seconds": 3.0},), ({"build_seconds": 3.0},)]
)
def test_an_image_without_a_record_of_its_own_content_has_no_build_time(
    judged: Judged, seen: Seen, builds: tuple[dict[str, Any], ...]
) -> None:
    check = judged(with_builds(seen, *builds))["backend.build_time"]
    assert (check.passed, check.measured) == (False, None)
    assert "no build of this content is on record" in check.message


def test_an_image_without_the_content_label_matches_no_record(judged: Judged, seen: Seen) -> None:
    bare = with_builds(with_image(seen, Config={}), {"build_seconds": 1.0, "digest": None})
    assert not judged(bare)["backend.build_time"].passed


def test_a_rebuild_from_the_cache_does_not_hide_the_slow_build(judged: Judged, seen: Seen) -> None:
    look = with_builds(
        seen,
        {"digest": "sha256:cc", "build_seconds": 0.8, "cached_steps": 9},
        {"digest": "sha256:cc", "build_seconds": None},
        {"digest": "sha256:cc", "build_seconds": 301.0, "cached_steps": 2},
    )
    check = judged(look)["backend.build_time"]
    assert (check.passed, check.measured, check.limit) == (False, 301.0, 300)
    assert check.message.endswith("slow steps; 2 steps came from the cache")


def test_without_a_budget_there_is_nothing_to_judge(judged: Judged, contract: Contract) -> None:
    assert contract.build
    free = replace(contract, build=replace(contract.build, budget=Budget()))
    assert not {"backend.image_size", "backend.build_time"} & judged(None, free).keys()


def test_what_another_builds_is_judged_and_told_there(
    judged: Judged, seen: Seen, contract: Contract
) -> None:
    shared = replace(contract, build=None)
    checks = judged(None, shared)
    assert not {"backend.image_size", "backend.build_time"} & checks.keys()
    assert checks["backend.running"].passed
    assert image_rows([shared], seen, ()) == []
    # Nothing was released yet: it is called as compose calls it, and not latest.
    unpinned = replace(seen, environment=replace(seen.environment, pins={}))
    assert (
        "there is no image todo-backend:old" in judged(unpinned, shared)["backend.running"].message
    )
