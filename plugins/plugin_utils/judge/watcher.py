"""What verifies a stack on its host: the collection's own modules and JMESPath, as one program."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import ansible_collections.todo.stack.plugins.module_utils.contract.spec as inside
from ansible_collections.todo.stack.plugins.plugin_utils.judge.expectation import library_files

_PACKAGE = "ansible_collections/todo/stack/plugins/module_utils"
_MAIN = f"""\
import sys
from {_PACKAGE.replace("/", ".")}.release.watch import main
sys.exit(main(sys.argv))
"""
# The same content is the same archive: its date tells nothing.
_DATE = (1980, 1, 1, 0, 0, 0)


def packed_watcher() -> str:
    """Return the program as a zip archive in base64, the same for the same content."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in sorted(_files()):
            packed.writestr(zipfile.ZipInfo(name, _DATE), text, zipfile.ZIP_DEFLATED)
    return base64.b64encode(archive.getvalue()).decode()


def _files() -> Iterator[tuple[str, bytes]]:
    yield "__main__.py", _MAIN.encode()
    folder = Path(inside.__file__).parents[1]
    sources = {file.relative_to(folder): file for file in folder.glob("**/*.py")}
    for name, file in sources.items():
        yield f"{_PACKAGE}/{name}", file.read_bytes()
    parts = _PACKAGE.split("/")
    packages = ["/".join(parts[: many + 1]) for many in range(len(parts))]
    packages += [f"{_PACKAGE}/{room}" for room in {str(one.parent) for one in sources}]
    for package in {one.removesuffix("/.") for one in packages}:
        yield f"{package}/__init__.py", b""
    yield from library_files()
