"""The records of the last builds, kept on the host that built."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.build.records import (
    RECORDS_VERSION,
    read_records,
    with_record,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge.files import (
    ensure_private_folder,
    write_private,
)


class BuildRecords:
    """The file of a stack's builds; a damaged one is begun anew, with one warning."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.warnings: list[str] = []
        self.images = self._read()

    def add(self, rows: Mapping[str, dict[str, Any]], released: Collection[str]) -> None:
        """Put a new row before each image's others and write the file.

        ``released``: the images of the releases that are kept, by their references.
        """
        for image, row in rows.items():
            self.images = with_record(self.images, image, row, released)
        data = {"version": RECORDS_VERSION, "images": self.images}
        ensure_private_folder(self.path.parent)
        write_private(self.path, json.dumps(data, indent=1))

    def _read(self) -> dict[str, list[dict[str, Any]]]:
        try:
            return read_records(json.loads(self.path.read_text()))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, StackError) as problem:
            self.warnings.append(f"{self.path} was damaged and is begun anew: {problem}")
            return {}
