"""An image that is wanted, and its content."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.image.spec import (
    Budget,
    Decision,
    ImageSpec,
)

MakeSpec = Callable[..., ImageSpec]
MakeDecision = Callable[..., Decision]


@pytest.fixture
def make_spec() -> MakeSpec:
    """Return a maker of specs: keyword arguments change the backend's."""

    def make(**changes: Any) -> ImageSpec:
        fields: dict[str, Any] = {
            "service": "backend", "image": "todo-backend", "context": "/src/backend",
            "dockerfile": "Dockerfile", "target": None, "args": {}, "budget": Budget(),
            "files": {"Dockerfile": "d"}, "bases": ("base:1",), "stand_ins": {},
        }  # fmt: skip
        return ImageSpec(**{**fields, **changes})

    return make


@pytest.fixture
def make_decision(make_spec: MakeSpec) -> MakeDecision:
    """Return a maker of decisions to build."""

    def make(**changes: Any) -> Decision:
        spec = make_spec(**changes)
        return Decision(spec, spec.content({}), build=True, reason="new")

    return make
