"""A small project on disk, and contracts made from it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.plugin_utils.contract.contracts import load_contracts

ROOT = Path(__file__).parents[1]
COMPOSE = """
services:
  postgres: {image: "${POSTGRES_IMAGE:-postgres:17}"}
  migrate: {image: "todo-backend:latest"}
  backend: {image: "${REGISTRY:-}todo-backend:${TAG:-latest}"}
  frontend: {image: "todo-frontend@sha256:0123"}
"""

DOCKERFILE = """\
ARG BASE=python:3.12-slim
FROM $BASE
USER 10001:10001
HEALTHCHECK CMD ["true"]
"""

Write = Callable[[str, str], None]


@pytest.fixture(autouse=True)
def same_environment() -> Iterator[None]:
    """Give back the environment that a module's main() leaves."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the contracts of this repository."""
    folder = tmp_path / "project"
    for service in ("backend", "frontend"):
        (folder / service).mkdir(parents=True)
        text = (ROOT / service / "contract.yml").read_text()
        (folder / service / "contract.yml").write_text(text)
        (folder / service / "Dockerfile").write_text(DOCKERFILE)
    (folder / "compose.yaml").write_text(COMPOSE)
    return folder


@pytest.fixture
def write(project: Path) -> Write:
    """Writes a file of the project, its text dedented."""

    def write_file(path: str, text: str) -> None:
        (project / path).parent.mkdir(exist_ok=True)
        (project / path).write_text(dedent(text))

    return write_file


@pytest.fixture
def contracts(project: Path) -> list[Contract]:
    """The contracts of backend and frontend."""
    return load_contracts(project, ["backend", "frontend"])
