"""Which interpreters of a host a base image is given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.build.interpreters import (
    find_node,
    find_python,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError


def make_python(prefix: Path, version: str) -> Path:
    for path in (f"bin/python{version}", f"lib/python{version}/os.py"):
        (prefix / path).parent.mkdir(parents=True, exist_ok=True)
        (prefix / path).touch()
    return prefix.resolve()


def test_the_newest_patch_release_under_pyenv_is_taken(tmp_path: Path) -> None:
    for release in ("3.12.2", "3.12.10", "3.12.9"):
        make_python(tmp_path / "versions" / release, "3.12")
    found = find_python("", "3.12", {"PYENV_ROOT": str(tmp_path), "HOME": "/nonexistent"})
    assert found.name == "3.12.10"


def test_a_given_prefix_without_python_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"no CPython 3\.12 prefix") as caught:
        find_python(str(tmp_path), "3.12", {})
    assert "pyenv install 3.12" in caught.value.remedy


@pytest.mark.parametrize(
    ("release", "linked", "usable"),
    [
        ("v20.20.2", "libc.so.6 => /lib/libc.so.6", True),
        ("v22.1.0", "libc.so.6 => /lib/libc.so.6", False),
        ("v20.19.2", "libnode.so.115 => /lib/libnode.so.115", False),
    ],
)
def test_only_a_node_of_the_version_that_runs_by_itself_is_taken(
    tmp_path: Path, release: str, linked: str, usable: bool
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "node").touch()

    def run(args: list[str], /, **_options: Any) -> tuple[int, str, str]:
        return (0, linked if args[0] == "ldd" else release, "")

    found = find_node(str(tmp_path), "20", run, {})
    assert found == (tmp_path.resolve() if usable else None)
