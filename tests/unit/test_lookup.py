"""The stack's name, for playbooks that do not read the project."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible_collections.todo.stack.plugins.lookup.stack_name import LookupModule


def names(base: Path, *terms: str) -> list[str]:
    loader = DataLoader()
    loader.set_basedir(str(base))
    found: list[str] = LookupModule(loader=loader).run(list(terms))
    return found


def test_a_stack_is_named_as_compose_names_it(tmp_path: Path) -> None:
    for folder, file, text in (
        ("one", "compose.yaml", "name: shop\n"),
        ("two", "docker-compose.yml", "name: ${NAME:-desk}\n"),
        ("three", "compose.yml", "services: {a: {image: b}}\n"),
    ):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / file).write_text(text)
    assert names(tmp_path, "one", str(tmp_path / "two"), "three") == ["shop", "desk", "three"]


def test_a_project_without_compose_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(AnsibleError, match=r"compose.yaml: the file is missing"):
        names(tmp_path, ".")
