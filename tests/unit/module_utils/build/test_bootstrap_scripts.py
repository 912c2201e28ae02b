"""The scripts that make a base: what they copy can be read by a user who is not root."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[4] / "roles/base_images/files/bootstrap"
FILES = {
    "python": (
        "bin/python3.12", "include/python3.12/Python.h", "lib/python3.12/os.py",
        "lib/python3.12/_sysconfigdata__linux.py", "lib/python3.12/site-packages/pip/__init__.py",
        "lib/python3.12/site-packages/pip-1.dist-info/RECORD",
    ),
    "node": ("bin/node", "include/node/node.h", "npm/package.json", "npm/bin/npm-cli.js"),
}  # fmt: skip


@pytest.mark.parametrize("kind", FILES)
def test_what_was_made_under_a_tight_umask_is_readable_in_the_base(
    kind: str, tmp_path: Path
) -> None:
    prefix, root, programs = tmp_path / "prefix", tmp_path / "root", tmp_path / "bin"
    (root / "usr/local/bin").mkdir(parents=True)
    (root / "usr/local/lib").mkdir()
    programs.mkdir()
    # What runs in the base, and what changes programs, is another matter.
    for name in ("chroot", "strip"):
        (programs / name).write_text("#!/bin/sh\n")
        (programs / name).chmod(0o755)
    for name in FILES[kind]:
        path = prefix / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/sh\n")
        path.chmod(0o700 if path.parent.name == "bin" else 0o600)
    for folder in [prefix, *(one for one in prefix.rglob("*") if one.is_dir())]:
        folder.chmod(0o700)
    environ = {"BASE_PREFIX": str(prefix), "BASE_VERSION": "3.12", "BASE_NPM": str(prefix / "npm")}
    done = subprocess.run(
        ["/bin/sh", SCRIPTS / f"{kind}.sh", root], capture_output=True, text=True, check=False,
        env={"PATH": f"{programs}:{os.environ['PATH']}", **environ}, umask=0o077,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = [path for path in (root / "usr/local").rglob("*") if not path.is_symlink()]
    copied = [path for path in found if path.is_file()]
    assert len(copied) >= len(FILES[kind])
    assert [str(path) for path in found if path.stat().st_mode & 0o044 != 0o044] == []
    folders = [path for path in found if path.is_dir()]
    runnable = [path for path in copied if path.stat().st_mode & 0o100]
    assert [
        str(path) for path in [*folders, *runnable] if path.stat().st_mode & 0o011 != 0o011
    ] == []
