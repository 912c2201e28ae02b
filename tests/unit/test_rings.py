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
# What leaves the process, or waits for others.
WORLD = {"asyncio", "fcntl", "http", "select", "signal", "socket", "subprocess", "tempfile",
         "threading", "urllib.request"}  # fmt: skip
WORLDLY_ROOMS = {"edge", "build", "release"}
PROGRAMS = {"subprocess", "pty", "os.system", "os.execv", "os.posix_spawn"}
# All that looking may use of the edges that can also change something.
READING = {
    "files": {"read_start", "read_text"},
    "state": {"IDENTITY", "as_it_is", "modes", "numbers", "read_record"},
    "compose": {"Compose"},
    "docker": {"DockerCli", "Run", "at_once"},
    "audit": {"read_entries"},
    "backups": {"read_backups"},
    **{edge: set() for edge in ("notify", "pipes", "postgres", "systemd")},
}
CHANGING_CALLS = {
    "chmod", "check", "create", "exclusive", "hardlink_to", "mkdir", "remove_containers",
    "remove_images", "remove_network", "rename", "rmdir", "start_candidate", "symlink_to", "tag",
    "touch", "unlink", "up", "write", "write_bytes", "write_text",
}  # fmt: skip

HOST_FILES = sorted((ROOT / "module_utils").rglob("*.py"))
PURE_ROOMS = ("contract", "decide", "judge")
PURE_FILES = [f for f in HOST_FILES if f.parent.name in PURE_ROOMS]
LOOK_FILES = [f for f in HOST_FILES if f.parent.name == "look"]
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


def called(file: Path) -> set[str]:
    """Return the names of functions and methods that ``file`` calls."""
    functions = [n.func for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.Call)]
    names = {one.id for one in functions if isinstance(one, ast.Name)}
    return names | {one.attr for one in functions if isinstance(one, ast.Attribute)}


def shown(file: Path) -> str:
    return str(file.relative_to(ROOT))


@pytest.mark.parametrize("file", PURE_FILES, ids=shown)
def test_the_pure_ring_does_no_io(file: Path) -> None:
    found = set(imports(file))
    assert not found & IO_MODULES
    assert not {name for name in found if name.startswith(EDGE)}
    assert not called(file) & IO_CALLS


@pytest.mark.parametrize("file", LOOK_FILES, ids=shown)
def test_looking_only_reads(file: Path) -> None:
    for edge, allowed in READING.items():
        start = f"{EDGE}.{edge}."
        used = {name.removeprefix(start) for name in imports(file) if name.startswith(start)}
        assert used <= allowed, edge
    assert not called(file) & (CHANGING_CALLS | {"open"})


@pytest.mark.parametrize("file", HOST_FILES, ids=shown)
def test_the_world_is_touched_in_few_rooms_and_programs_run_at_the_edge(file: Path) -> None:
    found = set(imports(file))
    if file.parent.name not in WORLDLY_ROOMS:
        assert not found & WORLD
    if file.parent.name != "edge":
        assert not found & PROGRAMS


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
    assert ROOT / "module_utils/look/look.py" in LOOK_FILES
    assert ROOT / "modules/release.py" in MODULE_FILES
    assert "subprocess" in imports(ROOT / "module_utils/edge/process.py")
    assert "write_private" in called(ROOT / "module_utils/release/release.py")
