"""Files are private from their first moment, whole, and have one writer at a time."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge import files


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_is_0600_before_its_content_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    real_open = os.open

    def watching_open(path: Path, flags: int, *mode: int) -> int:
        descriptor = real_open(path, flags, *mode)
        seen.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        return descriptor

    monkeypatch.setattr(os, "open", watching_open)
    before = os.umask(0)
    try:
        files.write_private(tmp_path / "secret", "hush")
    finally:
        os.umask(before)
    assert seen[0] == 0o600
    assert mode(tmp_path / "secret") == 0o600


def test_a_loose_file_is_replaced_by_a_private_one(tmp_path: Path) -> None:
    target = tmp_path / "secret"
    target.write_text("old")
    target.chmod(0o644)
    files.write_private(target, "new\r\n\u00e9")
    assert target.read_bytes() == "new\r\n\u00e9".encode()
    assert mode(target) == 0o600


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "secret"
    target.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        files.write_private(target, "\udcff")
    assert [p.name for p in tmp_path.iterdir()] == ["secret"]
    assert target.read_text() == "old"


def test_what_a_killed_write_left_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / ".secret.new").write_text("torn")
    files.write_private(tmp_path / "secret", "whole")
    assert [p.name for p in tmp_path.iterdir()] == ["secret"]


def test_a_folder_is_made_0700_and_mended(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "state"
    assert files.ensure_private_folder(folder)
    assert mode(folder) == 0o700
    assert not files.ensure_private_folder(folder)
    folder.chmod(0o755)
    assert files.ensure_private_folder(folder)
    assert mode(folder) == 0o700


def test_a_missing_file_reads_as_none(tmp_path: Path) -> None:
    assert files.read_text(tmp_path / "none") is None


def test_garbage_bytes_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "torn").write_bytes(b"\xff\x00")
    assert files.read_text(tmp_path / "torn") == "\ufffd\0"


def test_a_folder_in_a_file_s_place_is_told_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    with pytest.raises(StackError, match="is a directory") as caught:
        files.read_text(tmp_path / "secret")
    assert caught.value.where == str(tmp_path / "secret")
    assert caught.value.remedy


def test_an_unusable_file_is_kept_private_under_another_name(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("torn")
    aside = files.move_aside(tmp_path / "secret")
    assert aside.read_text() == "torn"
    assert mode(aside) == 0o600
    assert not (tmp_path / "secret").exists()


HOLD = """
import fcntl, os, sys, time
fcntl.flock(os.open(sys.argv[1], 0), fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""


def test_the_holder_of_the_lock_is_named_and_its_death_frees_it(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with (
            pytest.raises(StackError, match=rf"\(pid {holder.pid}\)"),
            files.exclusive(tmp_path, 0),
        ):
            pytest.fail("two hold the lock")
        holder.kill()
    with files.exclusive(tmp_path, 0):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_lock_is_waited_for_and_not_longer_than_told(tmp_path: Path) -> None:
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    with (
        files.exclusive(tmp_path, 0),
        pytest.raises(StackError, match="over 3 s"),
        files.exclusive(tmp_path, 3, clock=lambda: now[0], sleep=sleep),
    ):
        pytest.fail("two hold the lock")
    assert 3 <= now[0] < 3.5
