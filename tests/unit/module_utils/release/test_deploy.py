"""Bringing the stack up: previews, changes, the gate, and evidence that shows no secret."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.http import reached_at
from ansible_collections.todo.stack.plugins.module_utils.look.observation import ProbeResult
from ansible_collections.todo.stack.plugins.module_utils.release import deploy, gate
from ansible_collections.todo.stack.plugins.module_utils.release.deploy import (
    Stack,
    published_on,
    redactor,
)
from ansible_collections.todo.stack.plugins.module_utils.release.stack import Project
from ansible_collections.todo.stack.tests.unit.fakes import FakeDocker, container

SECRET = "p@ss/w0rd marker"
CONTRACT: dict[str, Any] = {
    "service": "backend",
    "compose_services": ["backend", "migrate"],
    "run": {"port": 8000, "health": {"path": "/health", "within_seconds": 5}, "ui": None},
    "env": {"HOST": {"secret": False}, "KEY": {"secret": True}, "DATABASE_URL": {"secret": True}},
}
CONFIG = {"services": {"backend": {"image": "todo-backend:latest"}}}
ANSWERS = {"config --hash": "backend hash-backend\n", "config --format": json.dumps(CONFIG)}
IMAGES = {"todo-backend:latest": {"Id": "sha256:backend"}}


@pytest.fixture(autouse=True)
def sleep(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Stand in for the clock, the answers and the engine; return what lets time pass."""
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    clock = SimpleNamespace(monotonic=lambda: now[0], sleep=sleep)
    ok = ProbeResult(200, b'{"status": "ok"}', "", "", 0.0)
    monkeypatch.setattr(gate, "time", clock)
    monkeypatch.setattr(deploy, "time", clock)
    monkeypatch.setattr(gate, "probe", lambda *_: ok)
    state = SimpleNamespace(running=True)
    monkeypatch.setattr(deploy, "describe_engine", lambda *_: state)
    # What this machine's ports are taken by is not asked.
    monkeypatch.setattr(deploy, "taken", lambda *_: [])
    return sleep


def stack(run: FakeDocker, folder: Path, **changes: Any) -> Stack:
    params = {
        "project": "todo", "state_dir": str(folder), "definition": "services: {}\n",
        "contracts": [CONTRACT], "variables": {"N": 5}, "bind_address": "127.0.0.1",
        "relaxed": {}, "play": {}, "new_environment": [], "waited_seconds": 0.0, **changes,
    }  # fmt: skip
    return Stack.read(params, DockerCli(run))


def engine(**changes: Any) -> FakeDocker:
    return FakeDocker(ANSWERS, images=IMAGES, containers=[container("backend", **changes)])


def test_a_run_writes_the_definition_starts_and_waits(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    run = engine(Image="sha256:older")
    result = stack(run, folder).ensure(check_mode=False)
    assert result["changed"] is True
    assert result["actions"] == [
        {
            "service": "backend",
            "action": "recreate",
            "why": "todo-backend:latest is another image now",
        }
    ]
    assert result["bodies"] == {"backend": {"status": "ok"}}
    assert result["services"]["backend"]["health"] == "healthy"
    assert result["diff"]["prepared"].startswith("backend: recreate, ")
    text = (folder / "compose.yaml").read_text()
    assert "  backend:\n    env_file: !reset []\n" in text
    assert (folder / "compose.yaml").stat().st_mode & 0o777 == 0o600
    assert [line for line in run.commands("compose") if " up " in line]


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    stack(engine(), tmp_path / "s").ensure(check_mode=False)
    before = (tmp_path / "s/compose.yaml").stat()
    run = engine()
    result = stack(run, tmp_path / "s").ensure(check_mode=False)
    assert (result["changed"], result["actions"], result["diff"]) == (False, [], {})
    assert (tmp_path / "s/compose.yaml").stat() == before
    assert not [line for line in run.commands("compose") if " up " in line]


def test_restarts_of_the_past_are_no_crash_loop_of_today(tmp_path: Path) -> None:
    result = stack(engine(RestartCount=9), tmp_path).ensure(check_mode=False)
    assert result["services"]["backend"]["restarts"] == 9


def test_another_definition_alone_is_a_change_without_an_action(tmp_path: Path) -> None:
    stack(engine(), tmp_path / "s").ensure(check_mode=False)
    other = stack(engine(), tmp_path / "s", definition="services: {} # edited")
    assert other.ensure(check_mode=True)["changed"] is True
    assert other.ensure(check_mode=False)["changed"] is True
    assert other.ensure(check_mode=False)["changed"] is False


def test_a_preview_changes_nothing(tmp_path: Path) -> None:
    run = engine(Image="sha256:older")
    result = stack(run, tmp_path / "s").ensure(check_mode=True)
    assert (result["changed"], result["actions"][0]["action"]) == (True, "recreate")
    assert list(tmp_path.iterdir()) == []
    assert not [line for line in run.commands("compose") if " up " in line]


def test_a_preview_without_an_engine_foresees_every_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = SimpleNamespace(running=False)
    monkeypatch.setattr(deploy, "describe_engine", lambda *_: state)
    run = FakeDocker({"": (1, "", "Cannot connect")})
    result = stack(run, tmp_path).ensure(check_mode=True)
    assert [(a["service"], a["action"]) for a in result["actions"]] == [
        ("backend", "create"), ("migrate", "create"),
    ]  # fmt: skip
    assert run.asked == []


def test_a_service_that_stays_unhealthy_fails_with_its_evidence(tmp_path: Path) -> None:
    run = engine(state={"Health": {"Status": "unhealthy"}})
    run.answers["logs"] = "it says why\n"
    with pytest.raises(StackError) as failed:
        stack(run, tmp_path).ensure(check_mode=False)
    assert failed.value.what == "backend is not healthy: its health is unhealthy"
    assert failed.value.where == "within 5 s"
    evidence: Any = failed.value.details["evidence"]
    [row] = evidence
    assert (row["service"], row["why"]) == ("backend", "its health is unhealthy")
    assert row["log"] == ["it says why"]


def test_the_deadline_told_is_the_one_that_was_missed(tmp_path: Path) -> None:
    patient = {
        "service": "frontend", "compose_services": ["frontend"], "env": {},
        "run": {"port": 3000, "health": {"path": "/", "within_seconds": 60}, "ui": None},
    }  # fmt: skip
    run = engine(state={"Health": {"Status": "starting"}})
    run.containers.append(container("frontend"))
    with pytest.raises(StackError) as failed:
        stack(run, tmp_path, contracts=[CONTRACT, patient]).ensure(check_mode=False)
    assert (failed.value.what, failed.value.where) == (
        "backend is not healthy: its health is starting",
        "within 5 s",
    )


def test_the_wait_is_told_without_what_it_took_to_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sleep: Callable[[float], None]
) -> None:
    monkeypatch.setattr(Project, "up", lambda *_: sleep(20))
    run = engine(Image="sha256:older")
    found = stack(run, tmp_path, waited_seconds=3.0).ensure(check_mode=False)
    assert found["waited_seconds"] == 3.0


def test_what_compose_could_not_start_is_told_without_what_ended_well(tmp_path: Path) -> None:
    run = engine(state={"Status": "created"})
    run.containers += [
        container("migrate", state={"Status": "exited", "ExitCode": 0}),
        container("postgres", state={"Status": "exited", "ExitCode": 1}),
    ]
    run.answers = {" up ": (1, "", "dependency failed to start\n"), **ANSWERS}
    with pytest.raises(StackError) as failed:
        stack(run, tmp_path).ensure(check_mode=False)
    assert failed.value.what == "compose could not start the stack: dependency failed to start"
    assert failed.value.where == "backend: created; postgres: exited"
    assert failed.value.details["changed"] is True
    assert run.commands("rm")[-1] == "rm --force id-backend"


def test_who_took_a_port_since_the_check_is_told_instead_of_composes_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def taken(_docker: DockerCli, *args: object) -> list[str]:
        asked.append(args)
        return ["port 8000 of backend is taken by python3"]

    monkeypatch.setattr(deploy, "taken", taken)
    run = engine(state={"Status": "created"})
    run.answers = {" up ": (1, "", "driver failed programming\n"), **ANSWERS}
    with pytest.raises(StackError) as failed:
        stack(run, tmp_path, bind_address="0.0.0.0").ensure(check_mode=False)  # noqa: S104
    assert failed.value.what == (
        "compose could not start the stack: port 8000 of backend is taken by python3"
    )
    assert asked == [("todo", "0.0.0.0", {"backend": 8000})]  # noqa: S104


@pytest.mark.parametrize(
    ("bind", "variable", "address"),
    [
        ("127.0.0.1", "127.0.0.1", "127.0.0.1"),
        ("0.0.0.0", "0.0.0.0", "127.0.0.1"),  # noqa: S104 - what a user may ask for
        ("::", "[::]", "::1"),
        ("::1", "[::1]", "::1"),
        ("10.0.0.5", "10.0.0.5", "10.0.0.5"),
    ],
)
def test_ports_are_published_and_reached_where_asked(
    tmp_path: Path, bind: str, variable: str, address: str
) -> None:
    found = stack(engine(), tmp_path, bind_address=bind)
    assert found.project.variables == {"N": "5", "STACK_BIND_ADDRESS": variable}
    assert (reached_at(found.bind_address), published_on(bind)) == (address, variable)


def deliver(folder: Path, **services: dict[str, str]) -> None:
    doubled = {
        name: {"environment": {k: v.replace("$", "$$") for k, v in values.items()}}
        for name, values in services.items()
    }
    (folder / "environment.json").write_text(json.dumps({"services": doubled}))


@pytest.mark.parametrize(
    "shape",
    [
        lambda secret: secret,
        lambda secret: quote(secret, safe=""),
        lambda secret: base64.b64encode(secret.encode()).decode(),
        lambda secret: json.dumps(secret)[1:-1],
        repr,
    ],
)
@pytest.mark.parametrize(
    ("service", "name"),
    [
        ("backend", "KEY"),
        ("migrate", "KEY"),
        ("postgres", "POSTGRES_PASSWORD"),
        ("backend", "EXTRA"),
    ],
)
def test_what_is_no_plain_value_is_hidden_in_all_its_shapes(
    tmp_path: Path, service: str, name: str, shape: Any
) -> None:
    secret = SECRET + '"$x'
    deliver(tmp_path, **{service: {name: secret, "HOST": "plain-host"}})
    hidden = redactor(tmp_path, [CONTRACT])(f"at plain-host: <{shape(secret)}> end")
    assert "w0rd" not in hidden
    assert base64.b64encode(secret.encode()).decode()[:12] not in hidden
    assert hidden.endswith("> end")
    assert service == "postgres" or "plain-host" in hidden


def test_the_password_inside_an_address_is_hidden_too(tmp_path: Path) -> None:
    deliver(tmp_path, backend={"DATABASE_URL": "postgresql://u:s3cr%40t-marker@db.host/x"})
    redact = redactor(tmp_path, [CONTRACT])
    shown = redact("auth of s3cr%40t-marker failed, s3cr@t-marker; db.host")
    assert shown == "auth of ******** failed, ********; db.host"


def test_the_log_of_the_evidence_shows_no_secret(tmp_path: Path) -> None:
    deliver(tmp_path, backend={"KEY": SECRET})
    run = engine(state={"Health": {"Status": "unhealthy", "Log": [{"Output": SECRET}]}})
    run.answers["logs"] = f"boot with {SECRET}\n"
    with pytest.raises(StackError) as failed:
        stack(run, tmp_path).ensure(check_mode=False)
    assert "marker" not in json.dumps(failed.value.details) + str(failed.value)
    assert "boot with ********" in json.dumps(failed.value.details)


@pytest.mark.parametrize("text", [None, "", "{torn"])
def test_without_an_environment_there_is_nothing_to_hide(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "environment.json").write_text(text)
    assert redactor(tmp_path, [CONTRACT])("as it is") == "as it is"


def test_a_preview_without_an_engine_foresees_embedded_services_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deploy, "describe_engine", lambda *_: SimpleNamespace(running=False))
    preview = {
        "names": {"postgres": ["P"], "backend": ["A"], "cache": []},
        "switched_off": ["cache"],
    }
    result = stack(engine(), tmp_path / "s", preview=preview).ensure(check_mode=True)
    assert [row["service"] for row in result["actions"]] == ["backend", "migrate", "postgres"]
