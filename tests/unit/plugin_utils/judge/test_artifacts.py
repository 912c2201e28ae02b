"""The files of an acceptance: whole, in a folder of their own, and never those of a run before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.plugin_utils.judge.artifacts import (
    artifacts_folder,
    set_aside,
    write_artifacts,
)

NAMES = ["acceptance.json", "junit.xml", "report.html"]


def test_a_report_that_is_set_aside_is_found_under_another_name(
    tmp_path: Path, sample: dict[str, Any]
) -> None:
    assert not set_aside(tmp_path)
    for _ in range(2):
        write_artifacts(tmp_path, sample)
        assert set_aside(tmp_path)
    names = ["previous-acceptance.json", "previous-report.html"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names


def test_all_files_are_written_whole_and_nothing_else(
    tmp_path: Path, sample: dict[str, Any]
) -> None:
    folder = tmp_path / "artifacts" / "localhost"
    for _ in range(2):
        written = write_artifacts(folder, sample)
    assert sorted(path.name for path in folder.iterdir()) == NAMES
    assert json.loads(written[0].read_text()) == sample


def test_an_interrupted_write_leaves_the_old_file_and_no_other(
    tmp_path: Path, sample: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_artifacts(tmp_path, sample)
    before = (tmp_path / "acceptance.json").read_text()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_artifacts(tmp_path, {**sample, "host": "other"})
    assert (tmp_path / "acceptance.json").read_text() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == NAMES


def test_a_name_that_is_no_unicode_is_written_all_the_same(
    tmp_path: Path, sample: dict[str, Any]
) -> None:
    sample["reasons"] = ["backend: caf\udce9.py changed"]
    written = write_artifacts(tmp_path, sample)
    assert all("caf\\udce9.py" in path.read_text() for path in written if path.suffix != ".xml")


def test_the_report_is_the_last_that_is_named(tmp_path: Path, sample: dict[str, Any]) -> None:
    assert [path.name for path in write_artifacts(tmp_path, sample)] == NAMES


@pytest.mark.parametrize("aside", [False, True])
def test_a_second_stack_of_a_host_has_a_folder_within_that_of_the_first(
    tmp_path: Path, sample: dict[str, Any], aside: bool
) -> None:
    first = artifacts_folder(tmp_path, "vm/1", "todo")
    assert first == tmp_path / "vm_1"
    write_artifacts(first, sample)
    if aside:
        set_aside(first)
    second = artifacts_folder(tmp_path, "vm/1", "shop")
    assert second == tmp_path / "vm_1/shop"
    write_artifacts(second, {**sample, "stack": "shop"})
    assert artifacts_folder(tmp_path, "vm/1", "todo") == first
    assert artifacts_folder(tmp_path, "vm/1", "shop") == second


@pytest.mark.parametrize("before", ['{"passed": true}', "[]", "{torn"])
def test_a_report_that_names_no_stack_is_replaced(tmp_path: Path, before: str) -> None:
    (tmp_path / "vm1").mkdir()
    (tmp_path / "vm1/acceptance.json").write_text(before)
    assert artifacts_folder(tmp_path, "vm1", "todo") == tmp_path / "vm1"
