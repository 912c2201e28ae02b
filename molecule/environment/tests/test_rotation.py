"""A rotation is gated on health: what does not become healthy by it leaves all as it was."""

from __future__ import annotations

import hashlib
import os
import signal
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.molecule.accounts import Account
from ansible_collections.todo.stack.molecule.eyes import Eyes
from ansible_collections.todo.stack.molecule.projects import edit_compose, give_up_soon

ROTATED = {"stack_rotate": ["backend.BETTER_AUTH_SECRET", "backend.DATABASE_URL"]}


def accepting_only(project: Path, secret: str) -> Path:
    """Have the backend be healthy with one signing secret alone."""
    digest = hashlib.sha256(secret.encode()).hexdigest()
    told = "hashlib.sha256(os.environ['BETTER_AUTH_SECRET'].encode()).hexdigest()"
    program = f"import hashlib, os, sys; sys.exit({told} != '{digest}')"
    check = {"test": ["CMD", "python", "-c", program], "interval": "1s"}
    edit_compose(project, lambda c: c["services"]["backend"].update(healthcheck=check))
    give_up_soon(project, "backend", 8)
    return project


def test_a_rotation_that_fails_leaves_all_as_it_was(
    eyes: Eyes, run_play: Any, project_copy: Path
) -> None:
    account = Account(eyes).sign_up()
    before = eyes.state("secrets.json")
    secret = before["backend"]["BETTER_AUTH_SECRET"]
    backend = eyes.container("backend").inspect["Id"]
    project = accepting_only(project_copy, secret)
    run = run_play("rotate_secrets.yml", variables={**ROTATED, "stack_project_dir": str(project)})
    assert run.code != 0, run.output
    assert "backend is not healthy" in run.told, run.output
    assert eyes.state("secrets.json") == before
    # The database is asked for the old password again, by a new connection too.
    assert eyes.container("backend").inspect["Id"] == backend
    assert account.signs_in()
    eyes.run("docker", "restart", "todo-backend-1")
    assert run_play("verify.yml").code == 0
    assert account.signs_in()
    assert not any(value in run.output for names in before.values() for value in names.values())


def test_a_rotation_that_is_cut_off_is_made_good_by_a_plain_run(
    eyes: Eyes, run_play: Any, start_play: Any, within: Any
) -> None:
    account = Account(eyes).sign_up()
    play = start_play("rotate_secrets.yml", variables=ROTATED)

    def begun() -> bool:
        return any("candidate" in name for name in eyes.names())

    assert within(60, begun)
    os.killpg(play.pid, signal.SIGKILL)
    play.communicate(timeout=60)
    run = run_play("site.yml")
    assert run.code == 0, run.output
    assert account.signs_in()
    assert run_play("site.yml").recap("todo-environment")["changed"] == 0


def test_a_rotation_that_works_keeps_nothing_of_before(eyes: Eyes, run_play: Any) -> None:
    account = Account(eyes).sign_up()
    before = eyes.state("secrets.json")
    run = run_play("rotate_secrets.yml", variables=ROTATED)
    assert run.code == 0, run.output
    assert "all users sign in again" in run.output
    after = eyes.state("secrets.json")
    assert after["backend"] != before["backend"]
    assert after["postgres"] != before["postgres"]
    assert account.signs_in()
    assert run_play("site.yml").recap("todo-environment")["changed"] == 0
