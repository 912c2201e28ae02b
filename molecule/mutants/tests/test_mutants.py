"""Each way to break the stack is caught twice: by the test named for it, and by the product."""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.molecule.eyes import Eyes
from ansible_collections.todo.stack.molecule.mutants.by_hand import BY_HAND, COMPOSE
from ansible_collections.todo.stack.molecule.mutants.described import (
    DESCRIBED,
    ENDS,
    RUNS,
    Mutant,
)
from ansible_collections.todo.stack.molecule.plays import Run, play
from ansible_collections.todo.stack.molecule.projects import copy_project, edit_compose

HOST = "todo-mutants"
DEFAULT = Path(__file__).parents[2] / "default"
TESTS = [str(DEFAULT / "tests"), str(DEFAULT / "browser")]
FOLDER = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"])
REPORT = FOLDER / "artifacts" / HOST / "acceptance.json"
UP = "docker compose -p todo -f /run/mutant.json up -d -t 1 --no-deps"
# A one-shot is started where it is what has changed: it would end in its own time.
LASTING = "postgres backend frontend"
SICK = "/tmp/sick"  # noqa: S108 - the container's own


def caught(test: str, service: str, project: Path | None) -> tuple[list[str], str]:
    """Run the tests of the host that ``test`` selects; return failed assertions, and all output."""
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("pytest")),
            f"--ansible-inventory={FOLDER / 'inventory'}", "--connection=ansible",
            "-p", "no:cacheprovider", "--tb=line", f"-k=({test}) and {service}", *TESTS,
        ],
        env={**os.environ, **({"STACK_PROJECT_DIR": str(project)} if project else {})},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    # A command that could not be run fails elsewhere, in eyes.py: that is no catch, unless it
    # is the container itself that is not there.
    own = r"^\S+/(?:default/\w+/test_\w+|molecule/eyes)\.py:\d+: (.*)"
    failed = re.findall(own, done.stdout, re.M)
    wanted = [one for one in failed if re.match(r"AssertionError|assert|.*No such container", one)]
    # 1: tests failed. 5 is none selected, 2 an error.
    return wanted if done.returncode == 1 else [], done.stdout


def judged(run: Run) -> list[str]:
    """Return the IDs of the checks that failed in the report of a run."""
    report = json.loads(REPORT.read_text()) if REPORT.is_file() else {"checks": []}
    assert run.code or not report["checks"] or report["passed"], "exit code and report differ"
    return [check["id"] for check in report["checks"] if not check["passed"]]


def must_be_caught_twice(
    test: str, service: str, check: str, says: str = "", project: Path | None = None
) -> None:
    """Run the independent test and the product's verdict; each must see the mutant by itself."""
    given = {"stack_project_dir": str(project)} if project else None
    with ThreadPoolExecutor(1) as beside:
        verifying = beside.submit(play, "verify.yml", variables=given)
        failed, output = caught(test, service, project)
        verify = verifying.result()
    assert failed, output
    assert says in output, output
    assert verify.code != 0, verify.output
    assert check in judged(verify), verify.output


@pytest.fixture(scope="module")
def original(host: Any) -> dict[str, Any]:
    """Return the running project as compose describes it."""
    with host.sudo():
        told = host.check_output("sh -c %s", f"{COMPOSE} config --format json")
    found: dict[str, Any] = json.loads(told)
    return found


def have(eyes: Eyes, project: dict[str, Any], services: str = LASTING) -> None:
    """Have the services run as the project says, images included; what is alike stays."""
    for service, told in project["services"].items():
        if told["image"].startswith("todo-mutant:"):
            recipe = f"FROM todo-{service}:latest\n{told['image'].removeprefix('todo-mutant:')}\n"
            eyes.sh("printf '%s' \"$0\" | docker build -q -t todo-mutant -", recipe)
            told["image"] = "todo-mutant"
    eyes.sh("umask 077; printf '%s' \"$0\" >/run/mutant.json", json.dumps(project))
    eyes.sh(f"{UP} {services}; rm /run/mutant.json; sleep 1")


@pytest.mark.parametrize("name", DESCRIBED)
def test_another_description_is_caught(name: str, eyes: Eyes, original: dict[str, Any]) -> None:
    mutant: Mutant = DESCRIBED[name]
    project = copy.deepcopy(original)
    mutant.change(project["services"][mutant.service])
    one_shot = mutant.test == ENDS
    have(eyes, project, f"{LASTING} {mutant.service}" if one_shot else LASTING)
    try:
        # The database has no contract, and so no tests by its name but those of every service.
        by_name = mutant.service != "postgres" or mutant.test == RUNS
        service = mutant.service if by_name else "todo"
        must_be_caught_twice(mutant.test, service, f"{mutant.service}.{mutant.check}", mutant.says)
        if mutant.runs:
            running = eyes.container(mutant.service).inspect["State"]["Running"]
            assert running, "it could not even run"
    finally:
        if one_shot:
            have(eyes, original, mutant.service)


@pytest.mark.parametrize("name", BY_HAND)
def test_what_a_hand_does_is_caught(name: str, eyes: Eyes, original: dict[str, Any]) -> None:
    mutant = BY_HAND[name]
    have(eyes, copy.deepcopy(original))
    eyes.sh(mutant.does)
    try:
        must_be_caught_twice(mutant.test, mutant.service, mutant.check)
    finally:
        eyes.sh(mutant.undoes)
        have(eyes, copy.deepcopy(original))


def test_one_that_lost_its_label_is_refused_by_name(eyes: Eyes, original: dict[str, Any]) -> None:
    project = copy.deepcopy(original)
    project["services"]["postgres"]["labels"] = {}
    have(eyes, project)
    failed, output = caught("test_it_is_labelled", "postgres", None)
    assert failed, output
    verify = play("verify.yml")
    assert verify.code != 0, verify.output
    assert "todo-postgres-1" in verify.told
    have(eyes, copy.deepcopy(original))


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Have a service without a contract and without a port run twice."""
    place = copy_project(tmp_path_factory.mktemp("workers"))

    def add(compose: dict[str, Any]) -> None:
        database = compose["services"]["postgres"]
        kept = ("image", "user", "restart", "init", "read_only", "cap_drop", "security_opt",
                "logging", "cgroup")  # fmt: skip
        compose["services"]["worker"] = {
            **{key: database[key] for key in kept},
            "labels": {"todo.stack.service": "worker"},
            "entrypoint": ["sleep", "infinity"],
            "healthcheck": {"test": ["CMD", "test", "!", "-e", SICK], "interval": "1s",
                            "retries": 1},
            "tmpfs": ["/tmp"],  # noqa: S108 - the container's own
            "deploy": {"replicas": 2,
                       "resources": {"limits": {"cpus": "0.1", "memory": "32M", "pids": 20}}},
        }  # fmt: skip

    edit_compose(place, add)
    run = play("site.yml", variables={"stack_project_dir": str(place)})
    assert run.code == 0, run.output
    yield place
    assert play("site.yml").code == 0


# What happens to one of two, and how it is made good.
WORKERS = {
    "the second worker is stopped": (
        "docker stop -t 1 todo-worker-2", "docker start todo-worker-2"),
    "the second worker is frozen": ("docker pause todo-worker-2", "docker unpause todo-worker-2"),
    "a worker is sick": (
        f"docker exec todo-worker-1 touch {SICK}; sleep 3",
        f"docker exec todo-worker-1 rm {SICK}; sleep 3"),
}  # fmt: skip


@pytest.mark.parametrize("name", WORKERS)
def test_one_of_two_workers_is_seen(name: str, eyes: Eyes, workers: Path) -> None:
    does, undoes = WORKERS[name]
    eyes.sh(does)
    try:
        must_be_caught_twice(RUNS, "worker", "worker.running", project=workers)
    finally:
        eyes.sh(undoes)


# What a plain run makes good again; without the host's fixture pytest would put it first.
@pytest.mark.usefixtures("eyes")
@pytest.mark.parametrize("service", ["backend", "frontend", "postgres", "migrate"])
def test_without_a_mutant_all_pass(service: str, run_play: Any) -> None:
    assert run_play("site.yml").code == 0
    _, output = caught("test", service, None)
    assert re.search(r"^\d+ passed(, \d+ skipped)?(, \d+ deselected)? in", output, re.M), output


def test_there_are_enough_mutants() -> None:
    assert len(DESCRIBED) + len(BY_HAND) + len(WORKERS) + 1 >= 60
