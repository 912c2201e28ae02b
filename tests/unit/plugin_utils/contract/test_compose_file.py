"""compose.yaml, as far as contracts need it."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.plugin_utils.contract.compose_file import (
    defaults_of,
    read_services,
    repository,
    stack_name,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("todo-backend:latest", "todo-backend:latest"),
        ("${IMAGE:-postgres:17}", "postgres:17"),
        ("${IMAGE-postgres:17}", "postgres:17"),
        ("${REGISTRY:-}todo:${TAG:-latest}", "todo:latest"),
        ("${A:-${B:-inner}}", "inner"),
        ("${IMAGE}", ""),
        ("$IMAGE", ""),
        ("${IMAGE:?give one}", ""),
        ("a$$b", "a$b"),
    ],
)
def test_interpolations_become_their_defaults(text: str, expected: str) -> None:
    assert defaults_of(text) == expected


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("todo", "todo"),
        ("todo:latest", "todo"),
        ("host:5000/team/todo:1", "host:5000/team/todo"),
        ("host:5000/todo", "host:5000/todo"),
        ("todo@sha256:01", "todo"),
        ("todo:1@sha256:01", "todo"),
    ],
)
def test_a_repository_has_neither_tag_nor_digest(reference: str, expected: str) -> None:
    assert repository(reference) == expected


@pytest.mark.parametrize("text", ["", "[]", "services:", "services: []", "services: {}"])
def test_a_file_without_services_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "compose.yaml").write_text(text)
    with pytest.raises(StackError, match="it holds no services"):
        read_services(tmp_path)


def test_a_service_without_an_image_runs_none(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services: {a: {build: .}, b: , c: {image: x:1}}")
    assert {name: one.image for name, one in read_services(tmp_path).items()} == {
        "a": "", "b": "", "c": "x:1",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("folder", "text", "expected"),
    [
        ("shop", "name: todo", "todo"),
        ("shop", "name: ${STACK:-todo}", "todo"),
        ("shop", "name: ${STACK}-x", "x"),
        ("shop", "services: {}", "shop"),
        ("My Shop.2", "services: {}", "myshop2"),
        ("_-a_b-c", "", "a_b-c"),
        ("shop", "[]", "shop"),
        ("shop", "name:", "shop"),
        ("shop", "name: 7", "7"),
        ("___", "", ""),
    ],
)
def test_a_stack_is_called_as_compose_calls_it(
    tmp_path: Path, folder: str, text: str, expected: str
) -> None:
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "compose.yaml").write_text(text)
    assert stack_name(tmp_path / folder) == expected


def test_a_healthcheck_of_the_compose_file_is_seen(tmp_path: Path) -> None:
    text = "services: {a: {image: x, healthcheck: {test: [CMD, a]}}, b: {image: y}}"
    (tmp_path / "compose.yaml").write_text(text)
    assert {name: one.healthcheck for name, one in read_services(tmp_path).items()} == {
        "a": True, "b": False,
    }  # fmt: skip
