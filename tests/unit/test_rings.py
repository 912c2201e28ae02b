"""The rings of the collection: pure rooms, rooms that touch the world, thin shells."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "plugins"
COLLECTION = "ansible_collections.todo.stack.plugins"
EDGE = f"{COLLECTION}.module_utils.edge"
IO_MODULES = {
    "asyncio", "fcntl", "glob", "http", "io", "os", "pathlib", "random", "secrets", "select",
    "shutil", "signal", "socket", "subprocess", "tempfile", "threading", "time", "urllib.request",
}  # fmt: skip
IO_CALLS = {"open", "print", "input", "exec", "eval"}

HOST_FILES = sorted((ROOT / "module_utils").rglob("*.py"))
PURE_ROOMS = ("contract", "decide", "judge")
PURE_FILES = [f for room in PURE_ROOMS for f in sorted((ROOT / "module_utils" / room).glob("*.py"))]
MODULE_FILES = sorted((ROOT / "modules").glob("*.py"))


def imports(file: Path) -> Iterator[str]:
    """Yield every module that ``file`` imports, ``from a import b`` as a and a.b."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{file} imports relatively"
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def shown(file: Path) -> str:
    return str(file.relative_to(ROOT))


@pytest.mark.parametrize("file", PURE_FILES, ids=shown)
def test_the_pure_ring_does_no_io(file: Path) -> None:
    found = set(imports(file))
    assert not found & IO_MODULES
    assert not {name for name in found if name.startswith(EDGE)}
    calls = {
        node.func.id
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not calls & IO_CALLS


@pytest.mark.parametrize("file", HOST_FILES, ids=shown)
def test_what_runs_on_a_host_needs_the_standard_library_only(file: Path) -> None:
    foreign = {
        name
        for name in imports(file)
        if name.partition(".")[0] not in sys.stdlib_module_names
        and not name.startswith(f"{COLLECTION}.module_utils")
    }
    assert not foreign


@pytest.mark.parametrize("file", MODULE_FILES, ids=shown)
def test_a_module_is_a_thin_shell_over_module_utils(file: Path) -> None:
    foreign = {
        name
        for name in imports(file)
        if name.partition(".")[0] not in sys.stdlib_module_names
        and not name.startswith((f"{COLLECTION}.module_utils", "ansible.module_utils"))
    }
    assert not foreign


def test_the_rules_above_see_the_files() -> None:
    assert ROOT / "module_utils/contract/environment.py" in PURE_FILES
    assert ROOT / "module_utils/edge/files.py" in HOST_FILES
    assert ROOT / "modules/env_contract.py" in MODULE_FILES
