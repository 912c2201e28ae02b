"""The environment of the running stack: drift is found, named, foretold and repaired."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from .conftest import Run, docker, play, report

STATE = Path("/var/lib/todo-stack/todo")
FILE = STATE / "environment.json"
STRANGE = "s0mething-a-hand-has-put-here"
CONTAINERS = {"postgres", "migrate", "backend", "frontend"}


def containers() -> dict[str, str]:
    """Return the container ID of each service, with when it was started."""
    ids = docker("ps", "-aq", "--no-trunc", "--filter", "label=com.docker.compose.project=todo")
    form = '{{index .Config.Labels "com.docker.compose.service"}} {{.Id}} {{.State.StartedAt}}'
    rows = docker("inspect", "--format", form, *ids.split()).splitlines()
    return {row.split()[0]: row for row in rows}


def replaced(before: dict[str, str]) -> set[str]:
    after = containers()
    assert set(after) == CONTAINERS
    return {service for service, row in after.items() if before.get(service) != row}


def foretold(run: Run) -> set[str]:
    """Return the services that the diff of a run says it replaces, creates or starts."""
    return set(re.findall(r"^(\w+): (?:create|recreate|start),", run.output, re.MULTILINE))


def failed() -> set[str]:
    return {check["id"] for check in report()["checks"] if not check["passed"]}


def edit(change: Callable[[dict[str, dict[str, str]]], None]) -> None:
    """Change the rendered environments, by service, as a hand would."""
    document = json.loads(FILE.read_text())
    services = document["services"].items()
    environments = {s: told["environment"] for s, told in services if "environment" in told}
    change(environments)
    FILE.write_text(json.dumps(document))


def recreate(service: str) -> None:
    """Have compose replace a container with what the files say now."""
    docker(
        "compose", "-p", "todo", "-f", str(STATE / "compose.yaml"), "-f", str(FILE),
        "--project-directory", str(STATE), "up", "-d", "--no-deps", service,
    )  # fmt: skip


@dataclass(frozen=True)
class Drift:
    """What a hand does; which checks fail then, and which services a run replaces."""

    by_hand: Callable[[], None]
    fails: set[str]
    replaces: set[str]
    diff: str = ""


def edit_value() -> None:
    edit(lambda envs: envs["backend"].update(OPENAI_API_KEY=STRANGE, PORT="8000 "))


def recreate_with_other_values() -> None:
    edit(lambda envs: envs["backend"].update(OPENAI_API_KEY=STRANGE))
    recreate("backend")


def recreate_then_restore() -> None:
    text = FILE.read_text()
    recreate_with_other_values()
    FILE.write_text(text)


CASES = {
    "the file is edited": Drift(
        edit_value,
        {"backend.environment"},
        set(),
        "environment.json: backend.PORT changed, backend.OPENAI_API_KEY removed",
    ),
    "the file is deleted": Drift(
        FILE.unlink,
        {f"{s}.environment" for s in CONTAINERS},
        set(),
        "frontend.NEXT_PUBLIC_API_URL added",
    ),
    "its mode is loosened": Drift(
        lambda: FILE.chmod(0o644),
        {"host.private_files", *(f"{s}.environment" for s in CONTAINERS)},
        set(),
    ),
    "file and container are changed": Drift(
        recreate_with_other_values, {"backend.environment"}, {"backend"}
    ),
    "the container is changed": Drift(recreate_then_restore, {"backend.environment"}, {"backend"}),
}


@pytest.fixture
def healed() -> Iterator[None]:
    """Leave a sound stack, whatever the test did."""
    yield
    run = play("local.yml", "--tags", "stack")
    assert run.code == 0, run.output


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize("case", CASES)
def test_drift_by_hand_is_found_foretold_and_repaired(case: str) -> None:
    drift = CASES[case]
    drift.by_hand()
    before = containers()
    verified = play("verify.yml", "--diff")
    assert verified.code != 0, verified.output
    assert failed() >= drift.fails, verified.output
    assert replaced(before) == set()
    previewed = play("local.yml", "--check", "--diff", "--tags", "stack")
    assert previewed.code == 0, previewed.output
    assert previewed.changed > 0
    assert replaced(before) == set()
    run = play("local.yml", "--diff", "--tags", "stack")
    assert run.code == 0, run.output
    assert run.changed == previewed.changed
    assert foretold(previewed) == foretold(run) == replaced(before) == drift.replaces
    for output in (verified.output, previewed.output, run.output):
        assert STRANGE not in output
    assert drift.diff in previewed.output.replace("\r", "")
    assert STRANGE not in FILE.read_text()
    assert FILE.stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("stack", "healed")
def test_a_new_value_restarts_its_services_alone_and_verify_holds_it() -> None:
    before = containers()
    given = {"stack_env": {"frontend": {"NODE_ENV": "production"}}}
    extra = {"stack_extra_env": {"backend": {"LOG_NOTE": "a 'quoted' $value\nwith a line"}}}
    run = play("local.yml", "--diff", "--tags", "stack", variables={**given, **extra})
    assert run.code == 0, run.output
    assert replaced(before) == {"backend", "migrate"}
    assert "backend.LOG_NOTE added" in run.output
    assert "quoted" not in run.output
    assert play("verify.yml", variables={**given, **extra}).code == 0
    assert play("verify.yml").code != 0
    assert failed() == {
        "backend.environment", "migrate.environment", "backend.running",
    }  # fmt: skip


@pytest.mark.usefixtures("stack", "healed")
def test_a_relaxed_setting_is_named_in_the_report() -> None:
    relaxed = {"stack_relaxed": {"frontend": ["read_only", "memory"]}}
    before = containers()
    assert play("local.yml", "--tags", "stack", variables=relaxed).code == 0
    assert replaced(before) == {"frontend"}
    assert play("verify.yml", variables=relaxed).code == 0
    rows = {check["id"]: check for check in report()["checks"]}
    row = rows["frontend.hardening"]
    assert row["message"] == "relaxed: read_only (stack_relaxed), memory (stack_relaxed)"
    assert play("verify.yml").code != 0
    assert failed() == {"frontend.hardening", "frontend.running"}
    run = play(
        "local.yml", variables={"stack_relaxed": {"frontend": ["priviledged"], "beckend": []}}
    )
    assert "stack_relaxed.frontend: 'priviledged' is no setting" in run.output
    assert "did you mean backend" in run.output


@pytest.mark.usefixtures("stack")
def test_chosen_secrets_are_rotated_and_the_run_says_what_ends() -> None:
    kept = json.loads((STATE / "secrets.json").read_text())
    before = containers()
    names = ["backend.BETTER_AUTH_SECRET", "backend.DATABASE_URL"]
    run = play("rotate_secrets.yml", variables={"stack_rotate": names})
    assert run.code == 0, run.output
    assert "all users sign in again" in run.output
    assert replaced(before) == {"postgres", "migrate", "backend"}
    made = json.loads((STATE / "secrets.json").read_text())
    for service, name in (("backend", "BETTER_AUTH_SECRET"), ("postgres", "POSTGRES_PASSWORD")):
        assert made[service][name] != kept[service][name]
        for value in (kept[service][name], made[service][name]):
            assert value not in run.output
    again = play("local.yml")
    assert again.changed == 0, again.output
    refused = play("rotate_secrets.yml", variables={"stack_rotate": ["backend.OPENAI_API_KEY"]})
    assert "is no secret that is made on the host" in refused.output


def changed_tasks(run: Run) -> list[str]:
    """Return the tasks that changed something, or would."""
    found = re.findall(r"^TASK \[(.*)\] \**\n((?:(?!TASK ).*\n)*)", run.output, re.MULTILINE)
    return [name for name, text in found if re.search(r"^changed: ", text, re.MULTILINE)]


@pytest.mark.usefixtures("stack")
def test_a_preview_of_a_host_without_a_stack_names_what_a_run_changes() -> None:
    assert play("destroy.yml").code == 0
    assert play("destroy.yml").changed == 0
    previewed = play("local.yml", "--check", "--diff")
    assert previewed.code == 0, previewed.output
    run = play("local.yml", "--diff")
    assert run.code == 0, run.output
    assert changed_tasks(previewed) == changed_tasks(run) != []
    assert foretold(previewed) == foretold(run) == CONTAINERS
