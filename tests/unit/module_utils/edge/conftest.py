"""A docker command of our own on the PATH: it tells a recorded log and notes its input."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

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
