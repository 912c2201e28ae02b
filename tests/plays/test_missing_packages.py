"""A controller with ansible-core alone is told which package to install, in one sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("package", ["jmespath", "jsonschema"])
@pytest.mark.parametrize("playbook", ["site.yml", "verify.yml", "rotate_secrets.yml"])
def test_a_package_that_is_not_there_is_named(package: str, playbook: str, tmp_path: Path) -> None:
    (tmp_path / f"{package}.py").write_text(f"raise ModuleNotFoundError('no', name='{package}')")
    done = subprocess.run(
        [sys.executable, "-m", "ansible", "playbook", ROOT / "playbooks" / playbook,
         "-e", "{ansible_become: false, stack_rotate: [backend.BETTER_AUTH_SECRET]}"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    output = done.stdout + done.stderr
    assert done.returncode != 0
    assert f"needs the Python package {package}" in output
    assert f"-m pip install {package}" in output
    assert "Traceback" not in output
