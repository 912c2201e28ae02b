"""An image that is wanted, its content, and a docker command of our own on the PATH."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.build.spec import (
    Decision,
    ImageSpec,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Budget

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


DATA = Path(__file__).parents[2] / "data"
SCRIPT = """#!/bin/sh
cat > {folder}/definition.json
for last; do :; done
cp {folder}/metadata.json "$last"
cat {folder}/log >&2
{then}
"""

FakeBake = Callable[..., Path]


@pytest.fixture
def fake_bake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeBake:
    """Return a function that puts a `docker` on the PATH; it returns the folder of its notes."""

    def put(log: str, image_ids: Mapping[str, str] | None = None, then: str = "exit 0") -> Path:
        folder = tmp_path / "fake"
        folder.mkdir()
        told = {name: {"containerimage.digest": one} for name, one in (image_ids or {}).items()}
        (folder / "metadata.json").write_text(json.dumps(told))
        text = (DATA / log).read_text() if log.endswith(".log") else log
        (folder / "log").write_text(text)
        (folder / "docker").write_text(SCRIPT.format(folder=folder, then=then))
        (folder / "docker").chmod(0o755)
        monkeypatch.setenv("PATH", str(folder), prepend=":")
        return folder

    return put
