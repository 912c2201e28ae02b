"""Defaults and argument_specs of roles say the same; the README tells what the contracts say."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

PROJECT = Path(__file__).parents[2]
ROLES = sorted(path.name for path in (PROJECT / "roles").iterdir() if path.is_dir())


def all_tasks(tasks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the tasks, also those of blocks."""
    for task in tasks:
        yield from all_tasks([*task.get("block", ()), *task.get("always", ())])
        yield task


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


ENTRIES = [
    (role, entry)
    for role in ROLES
    for entry in read(role, "meta/argument_specs.yml")["argument_specs"]
]


@pytest.mark.parametrize(("role", "entry"), ENTRIES)
def test_a_variable_that_an_entry_reads_is_in_its_argument_specs(role: str, entry: str) -> None:
    options = read(role, "meta/argument_specs.yml")["argument_specs"]
    text = (PROJECT / "roles" / role / "tasks" / f"{entry}.yml").read_text()
    read_here = set(re.findall(r"\b[a-z_]+\b", text)) & set(options["main"]["options"])
    assert read_here <= set(options[entry]["options"])


def test_the_table_of_variables_in_the_readme_is_that_of_the_contracts() -> None:
    script = PROJECT / "docs" / "variables.py"
    done = subprocess.run(
        [sys.executable, str(script), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


TASKS = [
    (path, task)
    for path in sorted(PROJECT.glob("roles/*/tasks/*.yml"))
    for task in all_tasks(yaml.safe_load(path.read_text()))
]


def test_no_role_calls_docker_by_itself_in_the_callers_shell() -> None:
    for path, task in TASKS:
        argv = task.get("ansible.builtin.command", {}).get("argv", ())
        assert "docker" not in argv, f"{path}: {task['name']}"


def test_packages_are_installed_with_a_word_every_ten_seconds() -> None:
    installing = [(path, task) for path, task in TASKS if "ansible.builtin.apt" in task]
    assert len(installing) > 1
    for path, task in installing:
        assert 0 < task.get("poll", 0) <= 10 < task["async"], f"{path}: {task['name']}"


@pytest.mark.parametrize(
    ("changes", "fits"),
    [
        ({}, True),
        ({"running": False}, False),
        ({"server_version": "20.10.24+dfsg1"}, False),
        ({"buildx_version": ""}, False),
        ({"compose_version": ""}, False),
        ({"running": False, "server_version": ""}, False),
    ],
)
def test_an_engine_that_was_seen_fits_only_with_all_its_parts(
    changes: dict[str, Any], fits: bool
) -> None:
    loader = DataLoader()
    path = PROJECT / "roles/docker_engine/vars/main.yml"
    kept = loader.load_from_file(str(path), trusted_as_template=True)
    versions = {"server_version": "26.1.5", "buildx_version": "0.13.1", "compose_version": "2.30"}
    engine = {"running": True, **versions, **changes}
    variables = {**kept, "docker_engine_minimum": {}, "stack_look": {"engine": engine}}
    assert Templar(loader, variables).template(kept["__docker_engine_fits"]) is fits
