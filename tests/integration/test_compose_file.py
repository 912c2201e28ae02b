"""Our reading of compose files against the compose of this machine."""

from __future__ import annotations

import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.plugin_utils.contract.compose_file import COMPOSE_FILES
from ansible_collections.todo.stack.tests.integration.conftest import DOCKER

pytestmark = pytest.mark.engine

DATA: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "unit/data/compose.json").read_text()
)


def told(folder: Path) -> dict[str, Any]:
    """Return the project as compose reads it; nothing where it refuses."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("COMPOSE_")}
    done = subprocess.run(
        [DOCKER, "compose", "config", "--format", "json"],
        cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout) if done.returncode == 0 else {}
    return found


def test_compose_names_projects_as_our_table_says(tmp_path: Path) -> None:
    folders = []
    for number, (line, folder, _) in enumerate(DATA["names"]):
        folders.append(tmp_path / str(number) / folder)
        folders[-1].mkdir(parents=True)
        text = f"{line}\nservices: {{a: {{image: b}}}}\n"
        (folders[-1] / "compose.yaml").write_text(text)
    with ThreadPoolExecutor(4) as pool:
        found = [one.get("name") for one in pool.map(told, folders)]
    assert found == [name for _, _, name in DATA["names"]]


def test_compose_reads_tags_and_merges_as_our_table_says(tmp_path: Path) -> None:
    folders = [tmp_path / f"n{number}" for number in range(len(DATA["images"]))]
    for folder, (text, _) in zip(folders, DATA["images"]):
        folder.mkdir()
        (folder / "compose.yaml").write_text(text)
    with ThreadPoolExecutor(4) as pool:
        found = [
            {name: spec.get("image", "") for name, spec in one.get("services", {}).items()}
            for one in pool.map(told, folders)
        ]
    assert found == [images for _, images in DATA["images"]]


def test_compose_prefers_the_files_in_our_order(tmp_path: Path) -> None:
    for first in reversed(range(len(COMPOSE_FILES))):
        text = f"services: {{a: {{image: from-{first}}}}}\n"
        (tmp_path / COMPOSE_FILES[first]).write_text(text)
        assert told(tmp_path)["services"]["a"]["image"] == f"from-{first}"
