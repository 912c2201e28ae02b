"""The stack's own files on the host: whether anybody else may look into them."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.todo.stack.plugins.module_utils.judge.check import BUILD_REMEDY, Check

LIMIT = "folder 0700, files 0600"


def private_files(folder: str, modes: Mapping[str, int]) -> Check:
    """Return whether nothing is open to others: ``modes`` by name, "" is the folder's own."""
    open_ones = {name: mode for name, mode in modes.items() if mode & 0o077}
    measured = f"{len(modes) - len(open_ones)} of {len(modes)} private"
    message = ""
    if open_ones:
        told = [
            f"{folder}/{name} is {mode:04o}".replace("/ ", " ") for name, mode in open_ones.items()
        ]
        message = f"{', '.join(told)}; {BUILD_REMEDY}"
    elif not modes:
        measured, message = "no folder", f"there is no {folder}; {BUILD_REMEDY}"
    return Check("host", "private_files", not message, measured, LIMIT, "", message)
