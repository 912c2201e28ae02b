"""What a host cannot make is known before anything is begun."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.todo.stack.plugins.module_utils.build.base_image import Wanted
from ansible_collections.todo.stack.plugins.module_utils.build.bootstrap import Settings, foresee
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError

SETTINGS = Settings("", "", "", "", "20.20.2", "10.9.9", "/scripts")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a CPython 3.12 of pyenv's."""
    prefix = tmp_path / ".pyenv/versions/3.12.1"
    for file in ("bin/python3.12", "lib/python3.12/os.py"):
        (prefix / file).parent.mkdir(parents=True)
        (prefix / file).touch()
    return tmp_path


@pytest.mark.parametrize(
    ("want", "said"),
    [
        (Wanted("python:3.9-slim", "python", "3.9"), "no CPython 3.9 prefix on this host (looked"),
        (Wanted("python:2-slim", "python", "2"), "or supply the base images by registry"),
        (Wanted("postgres:99", "postgres", "99"), "no Debian release has PostgreSQL 99"),
        (Wanted("redis:7", "", "7"), "redis:7 cannot be made on the host: no recipe for its kind"),
        (Wanted("x", "ruby", "3"), "no recipe for its kind"),
    ],
)
def test_what_cannot_be_made_is_told_with_the_way_out(home: Path, want: Wanted, said: str) -> None:
    with pytest.raises(StackError) as caught:
        foresee(want, SETTINGS, {"HOME": str(home), "PATH": "/usr/bin"})
    assert said in str(caught.value)
    assert " -> " in str(caught.value)


@pytest.mark.parametrize(
    "want",
    [
        Wanted("python:3.12-slim", "python", "3.12"), Wanted("postgres:17", "postgres", "17"),
        Wanted("node:20-slim", "node", "20"),
    ],
)  # fmt: skip
def test_what_can_be_made_is_no_matter(home: Path, want: Wanted) -> None:
    foresee(want, SETTINGS, {"HOME": str(home), "PATH": ""})
