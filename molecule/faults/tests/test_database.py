"""Without its database the backend stays up, says so, and is there again with it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

DATABASE = "todo-postgres-1"


def asked(eyes: Any, script: str, path: str) -> tuple[int, dict[str, Any], float]:
    """Return status and body of the backend's answer, and its seconds."""
    begun = time.monotonic()
    out = eyes.run("python3", "-c", script, f"http://127.0.0.1:8000{path}")
    status, _, body = json.loads(out)
    return status, json.loads(body) if status else {}, time.monotonic() - begun


@pytest.mark.usefixtures("back_by_itself")
@pytest.mark.parametrize("end", ["pause", "kill"])
def test_without_its_database_the_backend_is_up_and_says_it_is_not_ready(
    end: str, eyes: Any, fetch_script: str, within: Any
) -> None:
    def ready() -> bool:
        return bool(asked(eyes, fetch_script, "/ready")[0] == 200)

    eyes.run("docker", end, DATABASE)
    for _ in range(3):
        status, body, seconds = asked(eyes, fetch_script, "/ready")
        assert (status, body) == (503, {"status": "unavailable", "dependency": "database"})
        assert seconds < 5
        assert asked(eyes, fetch_script, "/health")[0] == 200
    eyes.run("docker", {"pause": "unpause", "kill": "start"}[end], DATABASE)
    assert within(5, ready)
    assert eyes.container("backend").inspect["RestartCount"] == 0


@pytest.mark.usefixtures("back_by_itself")
def test_a_database_that_is_down_at_start_is_waited_for(
    eyes: Any, fetch_script: str, within: Any, healthy: Callable[[], bool]
) -> None:
    eyes.run("docker", "stop", DATABASE)
    eyes.run("docker", "restart", "todo-backend-1")
    assert within(30, healthy)
    status, body, _ = asked(eyes, fetch_script, "/ready")
    assert (status, body) == (503, {"status": "unavailable", "dependency": "database"})
    eyes.run("docker", "start", DATABASE)
    assert within(10, lambda: asked(eyes, fetch_script, "/ready")[0] == 200)
    assert eyes.container("backend").inspect["RestartCount"] == 0
