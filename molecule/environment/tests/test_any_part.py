"""Whatever part of the stack is down or gone: verify names it, a plain run heals it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.todo.stack.molecule.eyes import Eyes

HOST = "todo-environment"
CONTROL = "/var/lib/docker/volumes/todo_postgres-data/_data/global/pg_control"


def test_a_stopped_database_is_named_and_started(eyes: Eyes, run_play: Any) -> None:
    eyes.run("docker", "stop", "todo-postgres-1")
    verify = run_play("verify.yml")
    assert verify.code != 0, verify.output
    assert "postgres.running" in verify.told
    assert "backend.ready" in verify.told
    run = run_play("site.yml")
    assert run.code == 0, run.output


def test_a_database_that_cannot_start_is_red_with_evidence(eyes: Eyes, run_play: Any) -> None:
    away = "docker stop -t 5 todo-postgres-1; mv $0 $0.away; docker start todo-postgres-1; sleep 4"
    eyes.sh(away, CONTROL)
    try:
        verify = run_play("verify.yml")
        assert verify.code != 0, verify.output
        assert "postgres.running" in verify.told
        run = run_play("site.yml")
        assert run.code != 0, run.output
        assert "postgres" in run.told
        assert "pg_control" in run.told, run.output
    finally:
        eyes.sh("mv $0.away $0", CONTROL)
    run = run_play("site.yml")
    assert run.code == 0, run.output
    assert run_play("site.yml").recap(HOST)["changed"] == 0


PRUNES = {
    "the one-shot is taken away": "docker rm -f todo-migrate-1",
    "all that has ended is pruned": "docker container prune --force",
}


@pytest.mark.parametrize("name", PRUNES)
def test_a_one_shot_that_was_pruned_is_not_due(name: str, eyes: Eyes, run_play: Any) -> None:
    eyes.sh(PRUNES[name])
    run = run_play("site.yml")
    assert (run.code, run.recap(HOST)["changed"]) == (0, 0), run.output
    assert run_play("verify.yml").code == 0
