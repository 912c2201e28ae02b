"""The controller's JMESPath library on the host, for as long as one module runs there.

A host needs no Python package: the controller sends the library that it is pinned to.
"""

from __future__ import annotations

import base64
import importlib
import sys
import tempfile
from typing import Any


def load(packed: str) -> Any:
    """Return the package ``jmespath`` out of ``packed``, a zip archive in base64."""
    with tempfile.NamedTemporaryFile(suffix=".zip") as archive:
        archive.write(base64.b64decode(packed))
        archive.flush()
        sys.path.insert(0, archive.name)
        try:
            return importlib.import_module("jmespath")
        finally:
            sys.path.remove(archive.name)
