"""A stack is watched from its own folder, and no longer when that is taken away."""

from __future__ import annotations

import base64
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.edge import systemd
from ansible_collections.todo.stack.plugins.module_utils.release.watch import Settings
from ansible_collections.todo.stack.plugins.module_utils.release.watching import (
    Watching,
    have_watched,
    stop_watching,
)

ARCHIVE = base64.b64encode(b"PK\x03\x04").decode()
NOBODY = Settings("shop", "/s")
TOLD = Settings("shop", "/s", ("/bin/tell",), "https://hooks.example.org/marker")


def manager(_args: list[str], /, **_: Any) -> tuple[int, str, str]:
    return 0, "", ""


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StateDir:
    """Return a stack's folder on a host that runs systemd."""
    (tmp_path / "units").mkdir()
    monkeypatch.setattr(systemd, "UNITS", tmp_path / "units")
    monkeypatch.setattr(systemd, "RUNNING", tmp_path)
    return StateDir(str(tmp_path / "a b%"), "shop")


def test_program_and_settings_are_private_and_installed_once(state: StateDir) -> None:
    wanted = Watching(state, ARCHIVE, TOLD, 5)
    assert have_watched(manager, wanted)
    assert not have_watched(manager, wanted)
    folder = Path(state.watch)
    assert (folder / "watch.pyz").read_bytes() == b"PK\x03\x04"
    assert {stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir()} == {0o600}
    service = (systemd.UNITS / "todo-stack-watch-shop.service").read_text()
    # Blanks stay within a word, and a percent sign stands for itself.
    inside = str(folder).replace("%", "%%")
    assert f'ExecStart="{sys.executable}" "{inside}/watch.pyz" "{inside}"\n' in service
    assert "marker" not in service


@pytest.mark.parametrize(
    "changes",
    [{"archive": base64.b64encode(b"PK2").decode()}, {"settings": NOBODY}, {"minutes": 9}],
)
def test_what_is_another_is_replaced(state: StateDir, changes: dict[str, Any]) -> None:
    before = {"archive": ARCHIVE, "settings": TOLD, "minutes": 5}
    have_watched(manager, Watching(state, **before))  # type: ignore[arg-type]
    assert have_watched(manager, Watching(state, **{**before, **changes}))


def test_it_ends_without_a_trace(state: StateDir) -> None:
    have_watched(manager, Watching(state, ARCHIVE, NOBODY, 5))
    assert stop_watching(manager, state)
    assert not Path(state.watch).exists()
    assert list(systemd.UNITS.iterdir()) == []
    assert not stop_watching(manager, state)


def test_without_systemd_nothing_is_written(
    state: StateDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(systemd, "RUNNING", Path("/no/such/folder"))
    with pytest.raises(StackError, match="does not run systemd"):
        have_watched(manager, Watching(state, ARCHIVE, NOBODY, 5))
    assert not Path(state.root).exists()
