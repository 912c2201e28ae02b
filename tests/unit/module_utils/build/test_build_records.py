"""The records of builds on a host: kept, bounded, begun anew when damaged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.todo.stack.plugins.module_utils.build.build_records import BuildRecords


def test_what_was_added_is_read_again(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    file = folder / "builds.json"
    BuildRecords(file).add({"a": {"n": 1}, "b": {"n": 2}}, ())
    BuildRecords(file).add({"a": {"n": 3}}, ())
    again = BuildRecords(file)
    assert again.images == {"a": [{"n": 3}, {"n": 1}], "b": [{"n": 2}]}
    assert again.warnings == []
    assert (again.path.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)


def test_the_file_stays_bounded(tmp_path: Path) -> None:
    for number in range(30):
        BuildRecords(tmp_path / "builds.json").add({"a": {"n": number}}, ())
    kept = BuildRecords(tmp_path / "builds.json").images["a"]
    assert [row["n"] for row in kept] == list(range(29, 19, -1))


def test_a_host_without_records_is_no_reason_to_warn(tmp_path: Path) -> None:
    records = BuildRecords(tmp_path / "absent/builds.json")
    assert (records.images, records.warnings) == ({}, [])
    assert not (tmp_path / "absent").exists()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"version": 9}', '{"version":1,"images":{"a":[5]}}', "\udcff", "\0"]
)
def test_a_damaged_file_gives_one_warning_and_is_begun_anew(tmp_path: Path, text: str) -> None:
    path = tmp_path / "builds.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    records = BuildRecords(path)
    assert records.images == {}
    assert len(records.warnings) == 1
    assert str(path) in records.warnings[0]
    records.add({"a": {"n": 1}}, ())
    assert json.loads(path.read_text()) == {"version": 1, "images": {"a": [{"n": 1}]}}
    assert len(records.warnings) == 1
