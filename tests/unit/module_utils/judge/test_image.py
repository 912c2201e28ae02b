"""Sizes and build times against their budgets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.judge.image import (
    build_time,
    image_size,
)
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Observation

Contract = dict[str, Any]


@pytest.mark.parametrize(
    ("layers", "passed"),
    [([499_999_999, 1], True), ([500_000_001], False), ([250_000_001, 250_000_000], False)],
)
def test_the_size_is_the_sum_of_the_layers(
    contract: Contract, seen: Observation, layers: list[int], passed: bool
) -> None:
    rows = tuple({"bytes": size, "created_by": ""} for size in layers)
    check = image_size(contract, replace(seen, layers=rows))
    assert (check.passed, check.measured, check.unit) == (passed, sum(layers), "bytes")


def test_an_image_without_a_record_of_its_own_content_has_no_build_time(
    contract: Contract, seen: Observation
) -> None:
    for builds in [(), ({"digest": "sha256:other", "build_seconds": 3.0},)]:
        check = build_time(contract, replace(seen, builds=builds))
        assert (check.passed, check.measured) == (False, None)
        assert "no build of this content is on record" in check.message


def test_an_image_without_the_content_label_matches_no_record(
    contract: Contract, seen: Observation
) -> None:
    bare = replace(seen, image={"Id": "sha256:aa", "Config": {}}, builds=({"build_seconds": 1.0},))
    assert not build_time(contract, bare).passed


def test_a_rebuild_from_the_cache_does_not_hide_the_slow_build(
    contract: Contract, seen: Observation
) -> None:
    builds = (
        {"digest": "sha256:cc", "build_seconds": 0.8, "cached_steps": 9},
        {"digest": "sha256:cc", "build_seconds": None},
        {"digest": "sha256:cc", "build_seconds": 301.0, "cached_steps": 0},
    )
    check = build_time(contract, replace(seen, builds=builds))
    assert (check.passed, check.measured, check.limit) == (False, 301.0, 300)
