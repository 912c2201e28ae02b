"""Who runs the play: told to whoever waits for it, and kept in records."""

from __future__ import annotations

import getpass
import os
import socket


def this_user() -> str:
    """Return the user, the machine and the process of the play, in words."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = f"uid {os.getuid()}"
    return f"{user} on {socket.gethostname()}, process {os.getppid()}"
