"""What a clone holds is what is kept, whatever the Git of its owner is told."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
GIT = ("git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "safe.directory=*")
TEXTS = {
    "entrypoint.sh": b"#!/bin/sh\nexec true\n",
    "Dockerfile": b"FROM a\n",
    "app.py": b"a = 1\n",
}
BYTES = {"picture.png": b"\x89PNG\r\n\x1a\n\0\n"}


@pytest.mark.skipif(shutil.which("git") is None, reason="there is no git on this machine")
@pytest.mark.parametrize("setting", ["core.autocrlf=true", "core.autocrlf=input", "core.eol=crlf"])
def test_a_clone_has_the_line_ends_of_unix(setting: str, tmp_path: Path) -> None:
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    origin.mkdir()
    shutil.copy(PROJECT / ".gitattributes", origin)
    for name, content in {**TEXTS, **BYTES}.items():
        (origin / name).write_bytes(content)
    for argv in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message=all"]):
        subprocess.run([*GIT, "-C", str(origin), *argv], check=True, capture_output=True)
    subprocess.run(
        [*GIT, "clone", "--quiet", "--config", setting, str(origin), str(clone)],
        check=True, capture_output=True,
    )  # fmt: skip
    assert {name: (clone / name).read_bytes() for name in {**TEXTS, **BYTES}} == {**TEXTS, **BYTES}
