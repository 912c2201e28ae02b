"""Who this play is, so that plays on one host can take turns."""

from __future__ import annotations

import getpass
import os
import socket
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.release.turns import own_space, started_at


def this_play() -> dict[str, Any]:
    """Return what tells this play from others: the same for each of its tasks."""
    # A task runs in a worker, whose parent is the play's own process.
    pid = os.getppid()
    space, started = own_space(), started_at(pid)
    return {
        "id": f"{socket.gethostname()} {space} {pid} {started}",
        "by": f"{_user()} on {socket.gethostname()}, process {pid}",
        "space": space,
        "pid": pid,
        "started": started,
    }


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
