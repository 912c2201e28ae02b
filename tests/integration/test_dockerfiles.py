"""The corpus of Dockerfiles against the BuildKit of this machine: which bases it resolves."""

from __future__ import annotations

import json
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.tests.integration.conftest import DOCKER

pytestmark = pytest.mark.engine

CORPUS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "unit/data/dockerfiles.json").read_text()
)
# The first base that cannot be had ends the build, sometimes before the others are told.
ATTEMPTS = 4


def told(folder: Path, row: dict[str, Any]) -> set[str]:
    """Return the images that BuildKit asks for; none of the corpus exists."""
    (folder / "Dockerfile").write_bytes(row["text"].encode())
    args = [f"--build-arg={name}={value}" for name, value in row.get("args", {}).items()]
    target = [f"--target={row['target']}"] if "target" in row else []
    done = subprocess.run(
        [DOCKER, "buildx", "build", "--progress=rawjson", "--platform=linux/amd64",
         *args, *target, "."],
        cwd=folder, capture_output=True, text=True, check=False, timeout=60,
        env={**os.environ, "BUILDX_BUILDER": "default", "BUILDX_NO_DEFAULT_ATTESTATIONS": "1"},
    )  # fmt: skip
    return set(re.findall(r'load metadata for ([^\s"]+)', done.stderr))


def difference(folder: Path, row: dict[str, Any]) -> str:
    """Return what BuildKit tells, where it is not what the corpus says."""
    folder.mkdir()
    found: set[str] = set()
    for _ in range(ATTEMPTS):
        found |= told(folder, row)
        if sorted(found) in (row["bases"], row.get("newer")):
            return ""
    return f"{row['text']!r}: {sorted(found)}"


def test_buildkit_resolves_what_the_corpus_says(tmp_path: Path) -> None:
    folders = [tmp_path / str(number) for number in range(len(CORPUS))]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(difference, folders, CORPUS))
    assert [one for one in found if one] == []
