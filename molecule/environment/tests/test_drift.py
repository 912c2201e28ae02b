"""What was changed by hand is found by verify and by a preview, and repaired by a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

HOST = "todo-environment"
STATE = "/var/lib/todo-stack/todo"

EDIT = f'sed -i \'s/"HOST": "0.0.0.0"/"HOST": "127.0.0.1"/\' {STATE}/environment.json'
COMPOSE = f"cd {STATE} && docker compose -p todo -f compose.yaml -f environment.json"
BY_HAND = (
    f"{COMPOSE} config --format json > /tmp/edited.json"
    ' && sed -i \'s/"NODE_ENV": "production"/"NODE_ENV": "test"/\' /tmp/edited.json'
    " && docker compose -p todo -f /tmp/edited.json up -d --no-deps frontend"
)

# What is done by hand, and what verify must name.
DRIFTS: dict[str, tuple[str, list[str]]] = {
    "a container removed, another stopped, secrets readable by all": (
        "docker rm -f todo-backend-1 && docker stop -t 1 todo-frontend-1"
        f" && chmod 0644 {STATE}/secrets.json",
        ["backend.running", "frontend.running", "secrets.json"]),
    "the rendered environment edited": (EDIT, ["HOST"]),
    "a container run with another environment": (BY_HAND, ["frontend.environment"]),
    "a network taken away, another given": (
        "docker network disconnect -f todo_default todo-backend-1"
        " && docker network connect todo_database todo-frontend-1",
        ["backend.networks", "frontend.networks"]),
}  # fmt: skip


@pytest.fixture(params=DRIFTS)
def drift(request: pytest.FixtureRequest, eyes: Any) -> list[str]:
    """Change the host by hand; return what must be named."""
    command, named = DRIFTS[request.param]
    eyes.run("sh", "-c", command)
    return named


def test_drift_is_found_previewed_and_repaired(
    drift: list[str], eyes: Any, run_play: Any, make_snapshot: Callable[[], str]
) -> None:
    before = make_snapshot()
    verify = run_play("verify.yml")
    assert verify.code != 0, verify.output
    assert [name for name in drift if name not in verify.output] == [], verify.output

    preview = run_play("site.yml", "--check", "--diff")
    assert preview.code == 0, preview.output
    assert preview.recap(HOST)["changed"] > 0, preview.output
    assert make_snapshot() == before

    repair = run_play("site.yml")
    assert repair.code == 0, repair.output
    assert run_play("site.yml").recap(HOST)["changed"] == 0
    assert eyes.container("backend").inspect["State"]["Health"]["Status"] == "healthy"


def test_after_all_repairs_verify_is_content(run_play: Any) -> None:
    run = run_play("verify.yml")
    assert run.code == 0, run.output
