"""Where relative paths of a task begin."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def base_folder(loader: Any) -> Path:
    """Return the playbook's folder; the working one for a playbook of an installed collection.

    Nobody means a path in there, and what is written there is no longer as it was installed.
    """
    folder = Path(loader.get_basedir())
    installed = (folder.parent / "MANIFEST.json").is_file()
    return Path.cwd() if installed else folder
