"""Where relative paths begin: at the playbook of a checkout, never in an installed collection."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from ansible_collections.todo.stack.plugins.plugin_utils.base_folder import base_folder


@pytest.mark.parametrize("installed", [False, True])
def test_a_relative_path_never_begins_in_an_installed_collection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: bool
) -> None:
    playbooks, work = tmp_path / "stack/playbooks", tmp_path / "work"
    playbooks.mkdir(parents=True)
    work.mkdir()
    if installed:
        (playbooks.parent / "MANIFEST.json").touch()
    monkeypatch.chdir(work)
    loader = SimpleNamespace(get_basedir=lambda: str(playbooks))
    assert base_folder(loader) == (work if installed else playbooks)
