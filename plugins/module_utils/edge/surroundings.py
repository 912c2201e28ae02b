"""The environment of this process: the caller's, until the module makes it its own."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from ansible_collections.todo.stack.plugins.module_utils.decide.client_environment import (
    callers_config,
    client_config,
    client_environment,
)

PLUGINS = "cli-plugins"


def leave_callers_shell() -> dict[str, str]:
    """Keep of this process's environment what is honoured; return what it was.

    Every docker and compose that is started from here on gets the rest, whoever starts it. The
    client's configuration is a private copy, gone with this process: see ``client_config``.
    """
    before = dict(os.environ)
    theirs = callers_config(before, str(Path.home()))
    ours = client_environment(before, str(_own_config(Path(theirs))), theirs)
    os.environ.clear()
    os.environ.update(ours)
    return before


def _own_config(theirs: Path) -> Path:
    """Return a new folder with what is kept of the folder ``theirs``."""
    try:
        ours = Path(tempfile.mkdtemp(prefix="todo-stack-client-"))
    except OSError:  # a disk without room is told by what needs more of it
        return Path("/nonexistent")
    atexit.register(shutil.rmtree, ours, ignore_errors=True)
    # What cannot be read is what the client itself only warns of.
    with suppress(OSError, UnicodeDecodeError):
        if kept := client_config((theirs / "config.json").read_text(encoding="utf-8")):
            (ours / "config.json").write_text(json.dumps(kept), encoding="utf-8")
    if (theirs / PLUGINS).is_dir():
        (ours / PLUGINS).symlink_to((theirs / PLUGINS).absolute())
    return ours
