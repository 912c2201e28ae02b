"""Services that run and are not well, and a database that is gone for a while."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HOST = "todo-faults"
DATABASE = "todo-postgres-1"
DEADLINE = 12
SERVE = "import socket, time; s = socket.create_server(('0.0.0.0', 8000)); time.sleep(999)"
LIE = (
    "import http.server as h; C = type('C', (h.BaseHTTPRequestHandler,), {'do_GET': lambda s:"
    " (s.send_response(200), s.end_headers(), s.wfile.write(b'{}'))});"
    " h.HTTPServer(('0.0.0.0', 8000), C).serve_forever()"
)
CONTENT = {"test": ["CMD", "true"], "interval": "1s"}


@dataclass(frozen=True)
class Sick:
    """What the backend runs, which healthcheck it has, what is told, and within which seconds."""

    program: str
    told: list[str]
    at_least: float
    at_most: float
    healthcheck: dict[str, Any] | None = None


SICK = {
    "it exits at once": Sick("print('bye'); raise SystemExit(7)",
                             ["crash loop", "exit code 7", "bye"], 0, 20),
    "it listens and never answers": Sick(SERVE, ["its health is"], DEADLINE, DEADLINE + 15),
    "it never answers and its healthcheck lies": Sick(
        SERVE, ["/health: "], DEADLINE, DEADLINE + 15, CONTENT),
    "it answers 200 with another body": Sick(LIE, ["backend.health"], 0, 30, CONTENT),
}  # fmt: skip


@pytest.fixture(scope="module")
def healed_at_the_end(run_play: Any) -> Iterator[None]:
    """After the last test a plain run ends healthy, and a further one changes nothing."""
    yield
    run = run_play("site.yml")
    assert run.code == 0, run.output
    again = run_play("site.yml")
    assert (again.code, again.recap(HOST)["changed"]) == (0, 0), again.output


@pytest.mark.usefixtures("healed_at_the_end", "eyes")
@pytest.mark.parametrize("name", SICK)
def test_a_sick_backend_never_passes(name: str, run_play: Any, project_copy: Path) -> None:
    sick = SICK[name]
    contract = project_copy / "backend/contract.yml"
    contract.write_text(
        contract.read_text().replace("within_seconds: 60", f"within_seconds: {DEADLINE}")
    )
    compose = project_copy / "compose.yaml"
    head = "  backend:\n    <<: [*hardened, *backend-environment]\n"
    text = compose.read_text()
    assert head in text
    added = {"command": ["python", "-c", sick.program]}
    if sick.healthcheck:
        added["healthcheck"] = sick.healthcheck
    lines = "".join(f"    {key}: {json.dumps(value)}\n" for key, value in added.items())
    compose.write_text(text.replace(head, head + lines))
    run = run_play("site.yml", variables={"stack_project_dir": str(project_copy)})
    assert run.code != 0, run.output
    told = run.output[run.output.index("fatal:") :]
    assert [one for one in sick.told if one not in told] == [], run.output
    assert sick.at_least <= run.seconds <= sick.at_most, run.output


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


BY_HAND = {
    "a network removed": "docker network disconnect -f todo_default todo-backend-1;"
    " docker network disconnect -f todo_default todo-migrate-1;"
    " docker network disconnect -f todo_default todo-frontend-1; docker network rm todo_default",
    "the environment edited": 'sed -i \'s/"NODE_ENV": "production"/"NODE_ENV": "test"/\''
    " /var/lib/todo-stack/environment.json",
    "a container renamed": "docker rename todo-backend-1 todo-other",
}


@pytest.mark.usefixtures("healed")
@pytest.mark.parametrize("change", BY_HAND)
def test_what_was_changed_by_hand_is_repaired(change: str, eyes: Any, run_play: Any) -> None:
    eyes.run("sh", "-ec", BY_HAND[change])
    assert run_play("site.yml", "--check").recap(HOST)["changed"] > 0
