"""Packages from an npm registry, and what is said when there is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge.npm import fetch_package


def test_without_a_registry_it_is_told_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="no npm registry is named") as refusal:
        fetch_package("", "npm", "10.9.9", tmp_path)
    assert refusal.value.where == "base_images_npm_registry"
