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
    folder, archive = Path(jmespath.__file__).parent, io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(folder.glob("*.py")):
            packed.write(file, f"jmespath/{file.name}")
    return base64.b64encode(archive.getvalue()).decode()
