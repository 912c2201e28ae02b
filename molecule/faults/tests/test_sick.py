"""A backend that starts and is not well is never taken for one that is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HOST = "todo-faults"
DEADLINE = 12
SERVE = "import socket, time; s = socket.create_server(('0.0.0.0', 8000)); time.sleep(999)"
LIE = (
    "import http.server as h; C = type('C', (h.BaseHTTPRequestHandler,), {'do_GET': lambda s:"
    " (s.send_response(200), s.end_headers(), s.wfile.write(b'{}'))});"
    " h.HTTPServer(('0.0.0.0', 8000), C).serve_forever()"
)
ALWAYS_WELL = {"test": ["CMD", "true"], "interval": "1s"}


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
        SERVE, ["/health: "], DEADLINE, DEADLINE + 15, ALWAYS_WELL),
    "it answers 200 with another body": Sick(
        LIE, ["/health answered 200", "does not meet"], DEADLINE, DEADLINE + 15, ALWAYS_WELL),
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
    added: dict[str, Any] = {"command": ["python", "-c", sick.program]}
    if sick.healthcheck:
        added["healthcheck"] = sick.healthcheck
    lines = "".join(f"    {key}: {json.dumps(value)}\n" for key, value in added.items())
    compose.write_text(text.replace(head, head + lines))
    run = run_play("site.yml", variables={"stack_project_dir": str(project_copy)})
    assert run.code != 0, run.output
    told = run.output[run.output.index("fatal:") :]
    assert [one for one in sick.told if one not in told] == [], run.output
    assert sick.at_least <= run.seconds <= sick.at_most, run.output
