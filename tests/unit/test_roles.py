"""Defaults and argument_specs of roles say the same; the README tells what the contracts say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).parents[2]
ROLES = sorted(path.name for path in (PROJECT / "roles").iterdir() if path.is_dir())


def read(role: str, path: str) -> Any:
    return yaml.safe_load((PROJECT / "roles" / role / path).read_text())


@pytest.mark.parametrize("role", ROLES)
def test_defaults_and_argument_specs_agree(role: str) -> None:
    defaults = read(role, "defaults/main.yml")
    entries = read(role, "meta/argument_specs.yml")["argument_specs"]
    options = entries["main"]["options"]
    documented = {name: o["default"] for name, o in options.items() if "default" in o}
    assert documented == defaults
    assert list(documented) == list(defaults)
    for entry in entries.values():
        assert entry["short_description"]
        for name, option in entry["options"].items():
            assert option == options[name]
            assert option["description"]
            assert name.startswith(f"{role}_")


def test_the_table_of_variables_in_the_readme_is_that_of_the_contracts() -> None:
    script = PROJECT / "docs" / "variables.py"
    done = subprocess.run(
        [sys.executable, str(script), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
