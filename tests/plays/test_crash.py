"""A module that crashes with a secret in the exception's text tells its type, never the text."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
MARKER = "MaRkErOfACrash77QzkWvBtY9xPd-and-more"
# File of the collection, the function that crashes, the expression that holds the secret there.
CRASHES = {
    "host": (
        "module_utils/decide/resolution.py",
        "    result = Resolution(kept=",
        "    raise ValueError(repr(given))\n    result = Resolution(kept=",
    ),
    "controller": (
        "module_utils/contract/environment.py",
        "    services = list(dict.fromkeys(",
        "    raise ValueError(repr(given))\n    services = list(dict.fromkeys(",
    ),
}


@pytest.mark.parametrize("place", CRASHES)
def test_a_crash_shows_no_secret(place: str, tmp_path: Path, project: Path) -> None:
    collection = tmp_path / "ansible_collections" / "todo" / "stack"
    shutil.copytree(ROOT / "plugins", collection / "plugins")
    path, old, new = CRASHES[place]
    file = collection / "plugins" / path
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new, 1))
    args: dict[str, Any] = {
        "project_dir": str(project),
        "engine_managed": True,
        "secrets": {"backend": {"BETTER_AUTH_SECRET": MARKER}},
        "state_dir": str(tmp_path / "state"),
    }
    task = {"todo.stack.look": args}
    plays = [{"hosts": "localhost", "gather_facts": False, "tasks": [task]}]
    (tmp_path / "play.yml").write_text(yaml.safe_dump(plays))
    done = subprocess.run(
        [sys.executable, "-m", "ansible", "playbook", str(tmp_path / "play.yml"), "-vvvvv"],
        cwd=ROOT,
        env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    output = done.stdout + done.stderr
    assert "unexpected ValueError" in output, output
    assert "MaRkErOfACrash" not in output
