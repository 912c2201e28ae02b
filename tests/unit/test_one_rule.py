"""Collection and backend ship apart, and judge a value by the same text of the rule."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["placeholders.py", "urls.py"])
def test_both_have_the_same_file(name: str) -> None:
    ours = ROOT / "plugins/module_utils/contract" / name
    theirs = ROOT / "backend/app" / name
    assert ours.read_bytes() == theirs.read_bytes(), f"copy {ours} to {theirs}, or back"
