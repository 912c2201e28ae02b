"""Have a stack watched by a timer of its host, or no longer."""

from __future__ import annotations

import base64
import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.todo.stack.plugins.module_utils.contract.codec import to_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import Run
from ansible_collections.todo.stack.plugins.module_utils.edge.files import (
    ensure_private_folder,
    read_text,
    write_private,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.systemd import (
    install_timer,
    refuse_without_systemd,
    remove_timer,
)
from ansible_collections.todo.stack.plugins.module_utils.release.watch import SETTINGS, Settings

PROGRAM = "watch.pyz"


@dataclass(frozen=True)
class Watching:
    """What is to watch: a zip ``archive`` in base64, its settings, and how often."""

    state: StateDir
    archive: str
    settings: Settings
    minutes: int


def have_watched(run: Run, wanted: Watching) -> bool:
    """Install program, settings and timer; return whether anything changed."""
    refuse_without_systemd()
    folder = Path(wanted.state.watch)
    for one in (Path(wanted.state.root), Path(wanted.state.folder), folder):
        ensure_private_folder(one)
    program, settings = folder / PROGRAM, folder / SETTINGS
    raw = base64.b64decode(wanted.archive)
    changed = not program.is_file() or program.read_bytes() != raw
    if changed:
        write_private(program, raw)
    text = json.dumps(to_plain(wanted.settings), sort_keys=True)
    if read_text(settings) != text:
        changed = True
        write_private(settings, text)
    # systemd takes quotes, and has `%` stand for other things.
    words = [f'"{word}"'.replace("%", "%%") for word in (sys.executable, str(program), str(folder))]
    return install_timer(run, wanted.state.name, " ".join(words), wanted.minutes) or changed


def stop_watching(run: Run, state: StateDir) -> bool:
    """Have neither timer nor program; return whether there was any of it."""
    there = remove_timer(run, state.name)
    folder = Path(state.watch)
    if folder.is_dir():
        shutil.rmtree(folder)
        return True
    return there
