"""The files of a running container, looked through once for each image and remembered."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.edge.files import read_text
from ansible_collections.todo.stack.plugins.module_utils.judge.contents import EDITION, is_tool
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Contents


def contents_of(image_id: str, pid: int, file: Path, proc: Path = Path("/proc")) -> Contents:
    """Return what is known of an image, or seen now in its container's file system."""
    return recorded(file).get(image_id) or look(proc / str(pid) / "root")


def recorded(file: Path) -> dict[str, Contents]:
    """Return what is recorded by image ID; a damaged file tells nothing."""
    try:
        raw: dict[str, Any] = json.loads(read_text(file) or "")
        return {
            image_id: Contents(tuple(map(str, one["setuid"])), tuple(map(str, one["tools"])))
            for image_id, one in raw["images"].items()
            if raw["edition"] == EDITION
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def look(root: Path) -> Contents:
    """Return the setuid files and the tools below ``root``, without what is mounted there."""
    setuid, tools = [], []
    try:
        for path, status in _files(str(root), root.stat().st_dev):
            shown = path[len(str(root)) :]
            regular = stat.S_ISREG(status.st_mode)
            if regular and status.st_mode & (stat.S_ISUID | stat.S_ISGID):
                setuid.append(shown)
            link = stat.S_ISLNK(status.st_mode)
            if is_tool(shown, executable=link or (regular and bool(status.st_mode & 0o111))):
                tools.append(shown)
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
        return Contents(problem=f"the container's files cannot be looked at ({reason})")
    return Contents(tuple(sorted(setuid)), tuple(sorted(tools)))


def _files(root: str, device: int) -> Iterator[tuple[str, os.stat_result]]:
    folders = [root]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                status = entry.stat(follow_symlinks=False)
                yield entry.path, status
                if stat.S_ISDIR(status.st_mode) and status.st_dev == device:
                    folders.append(entry.path)
