"""A rotation is gated on health: what does not become healthy by it is put back."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

STATE = "/var/lib/todo-stack"
ROTATED = {"stack_rotate": ["backend.BETTER_AUTH_SECRET", "backend.DATABASE_URL"]}


def kept(eyes: Any) -> dict[str, dict[str, str]]:
    """Return the secrets that the host keeps."""
    found: dict[str, dict[str, str]] = json.loads(eyes.run("cat", f"{STATE}/secrets.json"))
    return found


def accepting_only(project: Path, secret: str) -> Path:
    """Have the backend be healthy with one signing secret alone."""
    digest = hashlib.sha256(secret.encode()).hexdigest()
    told = "hashlib.sha256(os.environ['BETTER_AUTH_SECRET'].encode()).hexdigest()"
    program = f"import hashlib, os, sys; sys.exit({told} != '{digest}')"
    check = {"test": ["CMD", "python", "-c", program], "interval": "1s"}
    compose = project / "compose.yaml"
    text = compose.read_text()
    ports = '    ports: ["${STACK_BIND_ADDRESS:-127.0.0.1}:8000:8000"]\n'
    assert ports in text
    compose.write_text(text.replace(ports, f"{ports}    healthcheck: {json.dumps(check)}\n"))
    contract = project / "backend/contract.yml"
    contract.write_text(contract.read_text().replace("within_seconds: 60", "within_seconds: 8"))
    return project


def test_a_rotation_that_leaves_the_stack_unhealthy_is_undone(
    eyes: Any, run_play: Any, project_copy: Path
) -> None:
    before = kept(eyes)
    secret = before["backend"]["BETTER_AUTH_SECRET"]
    project = accepting_only(project_copy, secret)
    run = run_play("rotate_secrets.yml", variables={**ROTATED, "stack_project_dir": str(project)})
    assert run.code != 0, run.output
    assert "nothing was rotated" in run.output
    assert "backend is not healthy" in run.output
    assert "secrets of before" in run.output
    assert kept(eyes) == before
    assert eyes.container("backend").environ()["BETTER_AUTH_SECRET"] == secret
    assert eyes.container("backend").inspect["State"]["Health"]["Status"] == "healthy"
    assert eyes.run("sh", "-c", f"ls {STATE} | grep -c before || true").strip() == "0"
    assert not any(value in run.output for names in before.values() for value in names.values())


def test_a_rotation_that_works_keeps_nothing_of_before(eyes: Any, run_play: Any) -> None:
    before = kept(eyes)
    run = run_play("rotate_secrets.yml", variables=ROTATED)
    assert run.code == 0, run.output
    assert "all users sign in again" in run.output
    after = kept(eyes)
    assert after["backend"] != before["backend"]
    assert after["postgres"] != before["postgres"]
    assert eyes.run("sh", "-c", f"ls {STATE} | grep -c before || true").strip() == "0"
    assert run_play("site.yml").recap("todo-environment")["changed"] == 0
