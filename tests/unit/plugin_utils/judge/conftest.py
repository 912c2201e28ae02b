"""An acceptance as it is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

SAMPLE = Path(__file__).parents[2] / "data" / "acceptance.json"


@pytest.fixture
def sample() -> dict[str, Any]:
    """Return the sample's content."""
    found: dict[str, Any] = json.loads(SAMPLE.read_text())
    return found
