"""The examples of image_build's documentation, run as they are written."""

from __future__ import annotations

import os
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from ansible_collections.todo.stack.plugins.modules import image_build
from ansible_collections.todo.stack.tests.integration.conftest import BASE, ROOT, docker

pytestmark = pytest.mark.engine

DOCKERFILE = """
ARG PYTHON_IMAGE={base}
FROM $PYTHON_IMAGE AS runtime
RUN --mount=type=secret,id=pip true
USER 10001:10001
HEALTHCHECK CMD ["true"]
"""


@pytest.fixture
def prefix() -> Iterator[str]:
    """The beginning of image names that nobody else has; the images are gone afterwards."""
    name = f"todo-stack-test-{uuid.uuid4().hex[:12]}"
    yield name
    found = docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}", f"{name}-*").split()
    if found:
        docker("image", "rm", *found)


def test_the_examples_run(tmp_path: Path, prefix: str) -> None:
    tasks = yaml.safe_load(image_build.EXAMPLES.replace("image: todo-", f"image: {prefix}-"))
    for folder in ("backend", "frontend", "shared", "playbooks"):
        (tmp_path / folder).mkdir()
    (tmp_path / "shared/lib.txt").write_text("lib\n")
    for folder in ("backend", "frontend"):
        (tmp_path / folder / "Dockerfile").write_text(DOCKERFILE.format(base=BASE))
    state = {"todo.stack.image_build": {"state_dir": str(tmp_path / "state")}}
    play = {"hosts": "localhost", "gather_facts": False, "module_defaults": state,
            "vars": {"vault_pip_conf": "[global]"}, "tasks": tasks}  # fmt: skip
    playbook = tmp_path / "playbooks/examples.yml"
    playbook.write_text(yaml.safe_dump([play]))
    done = subprocess.run(
        [ROOT / ".venv/bin/ansible-playbook", playbook],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "ANSIBLE_LOCALHOST_WARNING": "0"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{prefix}-backend:latest: " in done.stdout
