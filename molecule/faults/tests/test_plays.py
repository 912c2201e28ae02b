"""Plays that are ended, that meet, that lose the engine or find their files torn."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import time
from contextlib import suppress
from typing import Any

import pytest
from ansible_collections.todo.stack.molecule.projects import append

STATE = "/var/lib/todo-stack/todo"
IMAGE = "todo-backend:latest"
RELEASES_KEPT = 5
# How often a play is ended at a random moment; the seed is printed with a failure.
KILLS = int(os.environ.get("FAULTS_KILLS", "20"))
SEED = int(os.environ.get("FAULTS_SEED", random.SystemRandom().randrange(10**6)))
SIGNS = (signal.SIGINT, signal.SIGKILL, signal.SIGTERM)
DICE = random.Random(SEED)  # noqa: S311
# Every other one while new versions are tried and swapped, the others anywhere in the run.
MOMENTS = [
    (SIGNS[number % len(SIGNS)], bool(number % 2), DICE.uniform(0, 4 if number % 2 else 12))
    for number in range(KILLS)
]
OVERTAKEN = re.compile(r"another run has released \d+ in the meantime|another run holds the lock")


@pytest.mark.usefixtures("healed")
def test_an_engine_lost_during_a_build_is_told_and_the_old_tag_stays(
    eyes: Any, start_play: Any, project_copy: Any, within: Any
) -> None:
    dockerfile = project_copy / "backend/Dockerfile"
    dockerfile.write_text(f"{dockerfile.read_text()}\nUSER 0\nRUN sleep 60\nUSER 10001:10001\n")
    before = eyes.docker_json("image", "inspect", IMAGE)[0]["Id"]
    play = start_play("site.yml", variables={"stack_project_dir": str(project_copy)})
    assert within(90, lambda: eyes.host.run("pgrep -x sleep -a | grep 60").rc == 0)
    begun = time.monotonic()
    eyes.run("systemctl", "kill", "--signal=KILL", "docker")
    output, _ = play.communicate(timeout=60)
    assert time.monotonic() - begun < 15, output
    assert play.returncode != 0
    assert "the engine was lost during the build" in output
    eyes.run("sh", "-c", "systemctl reset-failed docker; systemctl start docker")
    assert eyes.docker_json("image", "inspect", IMAGE)[0]["Id"] == before


@pytest.mark.parametrize(
    "content", ["", '{"torn": ', "\\377\\000", '{"version": 99}'],
    ids=["empty", "torn", "noise", "of another version"],
)  # fmt: skip
@pytest.mark.usefixtures("healed")
def test_state_files_that_make_no_sense_cost_no_secret(
    content: str, eyes: Any, run_play: Any
) -> None:
    def secrets() -> tuple[str, str]:
        environ = eyes.container("backend").environ()
        return environ["BETTER_AUTH_SECRET"], environ["DATABASE_URL"]

    before = secrets()
    eyes.run(
        "sh", "-c", f"cd {STATE}; for f in *.json releases/*.json; do printf '{content}' > $f; done"
    )
    run = run_play("site.yml")
    assert run.code == 0, run.output
    assert secrets() == before, "another secret was made"  # not shown: pytest would print it
    assert "secrets.json could not be read" in run.output
    eyes.run("sh", "-c", f"rm {STATE}/secrets.json?*")


@pytest.mark.usefixtures("healed")
def test_two_plays_at_once_end_unmixed(eyes: Any, start_play: Any) -> None:
    models = ["model-a", "model-b"]
    given = [{"stack_env": {"backend": {"OPENAI_MODEL": model}}} for model in models]
    plays = [start_play("site.yml", variables=one) for one in given]
    outputs = [play.communicate(timeout=200)[0] for play in plays]
    well = [model for model, play in zip(models, plays, strict=True) if play.returncode == 0]
    told = [out for play, out in zip(plays, outputs, strict=True) if play.returncode]
    assert well, outputs
    assert all(OVERTAKEN.search(out) for out in told), told
    rendered = json.loads(eyes.run("cat", f"{STATE}/environment.json"))["services"]
    runs = eyes.container("backend").environ()["OPENAI_MODEL"]
    assert runs in well
    assert rendered["backend"]["environment"]["OPENAI_MODEL"] == runs


@pytest.mark.parametrize(
    ("sign", "released", "moment"), MOMENTS,
    ids=[f"{s.name}-{'release' if r else 'run'}-{m:.1f}s" for s, r, m in MOMENTS],
)  # fmt: skip
def test_a_play_that_is_ended_at_any_moment_is_made_good(  # noqa: PLR0917
    sign: signal.Signals, released: bool, moment: float, eyes: Any, start_play: Any, run_play: Any,
    project_copy: Any, within: Any, healthy: Any,
) -> None:  # fmt: skip
    listing = f"ls -A {STATE}; docker ps -a --format '{{{{.Names}}}}' | sort; docker volume ls -q"
    before = eyes.sh(listing)
    # Something is to be built, migrated, tried and swapped.
    for service in ("backend", "frontend"):
        append(project_copy, service, f'LABEL made.until="{moment}"')
    play = start_play("site.yml", variables={"stack_project_dir": str(project_copy)})
    if released:
        within(90, lambda: play.poll() is not None
               or any("candidate" in name for name in eyes.names()))  # fmt: skip
    time.sleep(moment)
    with suppress(ProcessLookupError):
        os.killpg(play.pid, sign)
    play.communicate(timeout=60)
    run = run_play("site.yml")
    assert run.code == 0, f"seed {SEED}: {run.output}"
    assert healthy()
    assert eyes.sh(listing) == before
    assert len(eyes.sh(f"ls {STATE}/releases").split()) <= 2 * RELEASES_KEPT


@pytest.mark.usefixtures("healed")
def test_after_all_these_ends_nothing_is_left_to_do(healthy: Any) -> None:
    assert healthy()
