"""What is under way is told as long as it is, and by several threads together."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.todo.stack.plugins.module_utils.edge.progress import UnderWay


def test_steps_are_told_together_until_each_has_ended(tmp_path: Path) -> None:
    file = tmp_path / "steps"
    progress = UnderWay(file)

    def told() -> dict[str, str]:
        return {one["target"]: one["step"] for one in json.loads(file.read_text())}

    with progress.doing("a", "first"):
        begun = json.loads(file.read_text())[0]["started"]
        with progress.doing("b", "second"):
            assert told() == {"a": "first", "b": "second"}
            assert json.loads(file.read_text())[0]["started"] == begun
        assert told() == {"a": "first"}
        with pytest.raises(KeyError), progress.doing("c", "third"):
            raise KeyError
        assert told() == {"a": "first"}
    assert not file.exists()


def test_without_onlookers_nothing_is_told(tmp_path: Path) -> None:
    with UnderWay(None).doing("a", "b"):
        pass
    with UnderWay(tmp_path / "none" / "steps").doing("a", "b"):
        pass
