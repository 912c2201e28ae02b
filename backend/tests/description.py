"""Writes the application's OpenAPI document: `python -m tests.description > openapi.json`."""

import json
from typing import Any

from app.main import create_app

from .conftest import settings


def document() -> dict[str, Any]:
    """Return the document of an application that needs no database for it."""
    return create_app(settings("postgresql://nobody:nothing@127.0.0.1/none")).openapi()


if __name__ == "__main__":
    print(json.dumps(document(), indent=1, ensure_ascii=False))
