"""Judges a JSON body by a contract's `expect`, with the controller's JMESPath."""

from __future__ import annotations

import base64
import io
import zipfile
from pathlib import Path

from ansible_collections.todo.stack.plugins.module_utils.judge.expectation import expectation
from ansible_collections.todo.stack.plugins.plugin_utils.needed import lacking

try:
    import jmespath
    import jmespath.exceptions
except ImportError as problem:
    raise lacking("jmespath") from problem

meets = expectation(jmespath)


def packed_library() -> str:
    """Return the controller's JMESPath as a zip archive in base64: a host has no such package."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in library_files():
            packed.writestr(name, text)
    return base64.b64encode(archive.getvalue()).decode()


def library_files() -> list[tuple[str, bytes]]:
    """Return the files of the controller's JMESPath, by their names in an archive."""
    files = sorted(Path(jmespath.__file__).parent.glob("*.py"))
    return [(f"jmespath/{file.name}", file.read_bytes()) for file in files]
