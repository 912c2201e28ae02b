"""Files through commands: whole or not at all, private, and nothing left running."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import time
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge import pipes
from ansible_collections.todo.stack.plugins.module_utils.edge.pipes import (
    digest,
    feed,
    write_output,
)

SAY = ["sh", "-c", "printf 'one two'"]
UPPER = ["tr", "a-z", "A-Z"]
SLOW = ["sh", "-c", "printf x; exec sleep 60"]


def never() -> bool:
    return False


def children() -> list[str]:
    """Return the processes that this one has started and that still run."""
    found = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [one for one in found if Path(f"/proc/{one}/comm").read_text().strip() in {"sleep"}]


@pytest.mark.parametrize(
    ("commands", "text"),
    [([SAY], b"one two"), ([SAY, UPPER], b"ONE TWO"), ([SAY, UPPER, ["rev"]], b"OWT ENO"),
     ([["true"]], b""), ([["head", "-c", "3000000", "/dev/zero"]], b"\0" * 3_000_000)],
    ids=["one", "two", "three", "nothing", "several pieces"],
)  # fmt: skip
def test_what_the_last_puts_out_is_written_and_counted(
    tmp_path: Path, commands: list[list[str]], text: bytes
) -> None:
    target = tmp_path / "file"
    written = write_output(commands, target, never)
    assert target.read_bytes().rstrip(b"\n") == text
    assert written.bytes == target.stat().st_size
    assert written.sha256 == hashlib.sha256(target.read_bytes()).hexdigest() == digest(target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


FAILING = ["sh", "-c", "printf half; echo 'it broke' >&2; exit 3"]
SILENT = ["sh", "-c", "exit 4"]


@pytest.mark.parametrize(
    ("commands", "told"),
    [
        ([FAILING], "it broke"),
        ([FAILING, UPPER], "it broke"),
        ([SAY, ["sh", "-c", "cat >/dev/null; echo 'no key' >&2; exit 1"]], "no key"),
        ([SILENT], "sh ended with code 4"),
        ([["yes"], ["sh", "-c", "echo 'not for me' >&2; exit 1"]], "not for me"),
        ([["no-such-program"]], "no-such-program: no such file or directory"),
        ([SAY, ["no-such-program"]], "no-such-program: no such file or directory"),
    ],
    ids=["the first", "the first of two", "the second", "silently", "a reader that ends early",
         "missing", "the second missing"],
)  # fmt: skip
def test_one_that_fails_leaves_no_file(
    tmp_path: Path, commands: list[list[str]], told: str
) -> None:
    with pytest.raises(StackError) as caught:
        write_output(commands, tmp_path / "file", never)
    assert told in caught.value.what
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "told"),
    [(errno.ENOSPC, "the disk is full"), (errno.EDQUOT, "the disk is full"),
     (errno.EIO, "input/output error")],
)  # fmt: skip
def test_a_full_disk_is_told_and_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, told: str
) -> None:
    def refuse(*_: Any) -> Any:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(pipes, "_copied", refuse)
    with pytest.raises(StackError) as caught:
        write_output([SLOW], tmp_path / "file", never)
    assert (caught.value.what, caught.value.where) == (told, str(tmp_path))
    assert list(tmp_path.iterdir()) == []
    assert children() == []


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_text("kept")
    with pytest.raises(StackError, match="exists"):
        write_output([SAY], target, never)


def test_when_the_play_is_gone_it_ends_and_nothing_runs_on(tmp_path: Path) -> None:
    begun = time.monotonic()
    with pytest.raises(StackError, match="the play that asked for it is gone"):
        write_output([SLOW, ["cat"]], tmp_path / "file", lambda: True)
    (tmp_path / "full").write_text("text")
    with pytest.raises(StackError, match="the play that asked for it is gone"):
        feed(tmp_path / "full", [["sleep", "60"]], lambda: True)
    assert time.monotonic() - begun < 30
    assert not (tmp_path / "file").exists()
    assert children() == []


def test_a_file_is_given_to_the_first(tmp_path: Path) -> None:
    source, seen = tmp_path / "source", tmp_path / "seen"
    source.write_text("one two")
    feed(source, [UPPER, ["sh", "-c", 'cat > "$0"', str(seen)]], never)
    assert seen.read_text() == "ONE TWO"


@pytest.mark.parametrize(
    ("commands", "told"),
    [([FAILING], "it broke"), ([["cat"], FAILING], "it broke"), ([["nope"]], "no such file")],
)
def test_what_cannot_take_a_file_says_why(
    tmp_path: Path, commands: list[list[str]], told: str
) -> None:
    (tmp_path / "source").write_text("one")
    with pytest.raises(StackError) as caught:
        feed(tmp_path / "source", commands, never)
    assert told in caught.value.what


def test_a_file_that_is_not_there_has_no_digest_and_cannot_be_fed(tmp_path: Path) -> None:
    assert digest(tmp_path / "none") == ""
    with pytest.raises(StackError, match="no such file"):
        feed(tmp_path / "none", [["cat"]], never)
