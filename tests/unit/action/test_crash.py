"""A module that crashes with a secret in the exception's text tells its type, never the text."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract

ROOT = Path(__file__).parents[3]
MARKER = "MaRkErOfACrash77QzkWvBtY9xPd-and-more"
# File of the collection, the function that crashes, the expression that holds the secret there.
CRASHES = {
    "env_contract": (
        "module_utils/decide/resolution.py",
        "    result = Resolution(kept=",
        "    raise ValueError(repr(given))\n    result = Resolution(kept=",
    ),
    "env_contract, controller": (
        "module_utils/contract/environment.py",
        "    services = list(dict.fromkeys(",
        "    raise ValueError(repr(given))\n    services = list(dict.fromkeys(",
    ),
}


@pytest.mark.parametrize("place", CRASHES)
def test_a_crash_shows_no_secret(place: str, tmp_path: Path, contracts: Sequence[Contract]) -> None:
    collection = tmp_path / "ansible_collections" / "todo" / "stack"
    shutil.copytree(ROOT / "plugins", collection / "plugins")
    path, old, new = CRASHES[place]
    file = collection / "plugins" / path
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new, 1))
    args: dict[str, Any] = {
        "contracts": [contract.as_result() for contract in contracts],
        "secrets": {"backend": {"BETTER_AUTH_SECRET": MARKER}},
        "state_dir": str(tmp_path / "state"),
    }
    task = {"todo.stack.env_contract": args}
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
