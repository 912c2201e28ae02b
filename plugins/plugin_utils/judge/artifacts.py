"""The artifacts of a stack on the controller: where they lie, and that they are written whole."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.plugin_utils.judge.junit import junit
from ansible_collections.todo.stack.plugins.plugin_utils.judge.report import render_report

CONTENT = "acceptance.json"
JUNIT = "junit.xml"
REPORT = "report.html"
PREVIOUS = "previous-"


def artifacts_folder(base: Path, host: str, stack: str) -> Path:
    """Return the folder of a report: its host's, and within it where another stack has that one."""
    folder = base.resolve() / host.replace("/", "_")
    content = read_content(folder / CONTENT) or read_content(folder / f"{PREVIOUS}{CONTENT}")
    owner = str(content.get("stack") or stack)
    return folder if owner == stack else folder / stack


def set_aside(folder: Path) -> bool:
    """Let a report of before tell nothing of a run that has begun; return whether there was one."""
    found = [name for name in (CONTENT, REPORT) if (folder / name).exists()]
    for name in found:
        with suppress(FileNotFoundError):
            (folder / name).replace(folder / f"{PREVIOUS}{name}")
    # A CI takes whatever XML it finds for this run's.
    (folder / JUNIT).unlink(missing_ok=True)
    return bool(found)


def write_artifacts(folder: Path, content: Mapping[str, Any]) -> list[Path]:
    """Write all files, each whole or not at all, and return their paths, the report last."""
    folder.mkdir(parents=True, exist_ok=True)
    written = {
        folder / CONTENT: json.dumps(content, indent=2, ensure_ascii=False) + "\n",
        folder / JUNIT: junit(content),
        folder / REPORT: render_report(content),
    }
    for path, text in written.items():
        write_whole(path, text)
    return list(written)


def read_content(path: Path) -> Mapping[str, Any]:
    """Return an acceptance.json, {} where there is none that can be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def write_whole(path: Path, text: str) -> None:
    """Replace ``path`` by ``text``, readable by everyone, whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
