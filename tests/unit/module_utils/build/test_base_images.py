"""Base images are looked for in one call, and the absent are no failure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.build.base_images import inspect_present
from ansible_collections.todo.stack.plugins.module_utils.build.interpreters import (
    find_node,
    find_python,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError


def answering(code: int, out: str, err: str = "") -> Any:
    """Return a runner that gives the same answer to everything."""
    return lambda _args, **_options: (code, out, err)


@pytest.mark.parametrize(
    ("code", "out", "err", "count"),
    [
        (0, '[{"Id": "a"}, {"Id": "b"}]', "", 2),
        (1, '[{"Id": "a"}]', "Error: No such image: b", 1),
        (1, "[]", "Error response from daemon: No such image: a", 0),
    ],
)
def test_absent_images_are_left_out(code: int, out: str, err: str, count: int) -> None:
    assert len(inspect_present(answering(code, out, err), ["a", "b"])) == count


@pytest.mark.parametrize(
    ("out", "err"),
    [("[]", "Cannot connect to the Docker daemon"), ("garbage", "Error: No such image: a")],
)
def test_an_engine_that_does_not_answer_is_a_failure(out: str, err: str) -> None:
    with pytest.raises(StackError, match=err[:10]):
        inspect_present(answering(1, out, err), ["a"])


def test_nothing_wanted_asks_nothing() -> None:
    assert inspect_present(answering(1, "", "never run"), []) == []


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
