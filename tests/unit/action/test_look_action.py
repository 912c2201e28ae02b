"""The controller's side of a look: everything that is wrong in one list, and no value in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.action import ActionBase
from ansible.template import Templar
from ansible_collections.todo.stack.plugins.action import look as plugin
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import from_plain, to_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.decide.engine_state import EngineState
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Container,
    EnvironmentSeen,
    PortUse,
    Seen,
    Space,
)
from ansible_collections.todo.stack.plugins.modules import look as module

HOSTILE = "Ma\\Rk'er\"77QzkWvBtY9xPd-and-more-of-it"
GOOD = {"backend": {"BETTER_AUTH_SECRET": HOSTILE}}
ENGINE = EngineState(
    "running", server_version="26.1.5", buildx_version="0.13.1", compose_version="2.26.1"
)
SEEN = Seen("todo", ENGINE, available_memory_bytes=10**10)


class Bench:
    """The action plugin with a host that saw ``seen``."""

    def __init__(self, project: Path) -> None:
        self.project = project
        self.seen = SEEN
        self.told: dict[str, Any] = {}
        self.then: list[Seen] = []
        self.sent: list[dict[str, Any]] = []

    def run(self, *, check_mode: bool = False, **options: Any) -> dict[str, Any]:
        args = {"project_dir": ".", "secrets": GOOD, **options}
        given = {name: value for name, value in args.items() if value is not None}
        action = plugin.ActionModule.__new__(plugin.ActionModule)
        action._task = SimpleNamespace(args=given, check_mode=check_mode)
        action._loader = SimpleNamespace(get_basedir=lambda: str(self.project))

        def execute(_name: str, args: dict[str, Any], **_: Any) -> dict[str, Any]:
            self.sent.append(args)
            if self.then:
                self.seen = self.then.pop(0)
            return self.told or {"seen": json.dumps(to_plain(self.seen))}

        action._execute_module = execute
        result: dict[str, Any] = action.run(task_vars={"inventory_hostname": "vm1"})
        return result


@pytest.fixture
def bench(project: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Return a bench for a project that is called todo."""
    monkeypatch.setattr(ActionBase, "run", lambda *_: {})
    compose = project / "compose.yaml"
    if "name:" not in compose.read_text():
        compose.write_text(f"name: todo\n{compose.read_text()}")
    return Bench(project)


def test_a_good_look_returns_contracts_bases_and_what_was_seen(bench: Bench) -> None:
    result = bench.run()
    assert "failed" not in result, result
    assert (result["changed"], result["stack"]) == (False, "todo")
    assert [from_plain(Contract, one).service for one in result["contracts"]] == [
        "backend", "frontend",
    ]  # fmt: skip
    assert from_plain(Seen, json.loads(result["seen"])) == SEEN
    assert {"reference": "python:3.12-slim", "kind": "python", "version": "3.12"} in result["bases"]
    assert result["engine"]["running"] is True
    assert "77QzkWvBtY9xPd" not in str(result)


def test_a_file_that_only_compose_by_hand_reads_is_told(bench: Bench) -> None:
    assert bench.run()["warnings"] == []
    (bench.project / "compose.override.yaml").touch()
    [told] = bench.run()["warnings"]
    assert "compose.override.yaml is for `docker compose` by hand, and not read here" in told


def test_what_compose_is_not_given_is_refused_and_what_a_run_brings_is_not(bench: Bench) -> None:
    compose = bench.project / "compose.yaml"
    brought = (
        "  postgres: {image: postgres:17, labels: ['${REGION}', '${STACK_BIND_ADDRESS}'], "
        "environment: {POSTGRES_PASSWORD: '${POSTGRES_PASSWORD}'}}\n"
        "  backend: {image: todo-backend, environment: [DATABASE_URL, MORE]}\n"
        "  frontend: {image: todo-frontend, command: ['$ROOM']}\n"
    )
    compose.write_text(f"name: todo\nservices:\n{brought}")
    given: dict[str, Any] = {"extra_env": {"backend": {"MORE": "x"}}, "variables": {"REGION": "eu"}}
    message = bench.run(**given)["msg"]
    assert "1 problem found" in message
    assert "compose.yaml, line 5: services.frontend.command takes $ROOM" in message
    (bench.project / "backend/contract.yml").unlink()
    assert "$" not in bench.run(**given)["msg"]


STARTING = Container("id", "todo-postgres-1", "postgres", pid=1, health="starting")


@pytest.mark.parametrize("looks", [2, 12])
def test_what_is_starting_is_waited_for_and_that_is_said(
    bench: Bench, looks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    now = iter(range(1, 1000))
    clock = SimpleNamespace(monotonic=lambda: float(next(now)), sleep=lambda _seconds: None)
    monkeypatch.setattr(plugin, "time", clock)
    monkeypatch.setattr(plugin, "Display", lambda: SimpleNamespace(display=said.append))
    bench.then = [replace(SEEN, containers=(STARTING,))] * looks + [SEEN]
    result = bench.run()
    assert from_plain(Seen, json.loads(result["seen"])) == SEEN
    assert len(bench.sent) == looks + 1
    assert len(said) == looks // 10
    assert all("vm1: waiting for postgres to start" in one for one in said)


def test_what_never_gets_beyond_its_start_is_judged_as_it_is(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = iter(range(1, 10_000, 7))
    clock = SimpleNamespace(monotonic=lambda: float(next(now)), sleep=lambda _seconds: None)
    monkeypatch.setattr(plugin, "time", clock)
    bench.seen = replace(SEEN, containers=(STARTING,))
    assert "seen" in bench.run()
    assert 3 < len(bench.sent) < 20


def test_values_are_sent_in_the_hidden_argument_alone(bench: Bench) -> None:
    bench.run(env={"backend": {"OPENAI_MODEL": "PlAiN77"}})
    [sent] = bench.sent
    spec = from_plain(StackSpec, json.loads(sent.pop("spec")))
    assert (spec.name, spec.given.secrets) == ("todo", GOOD)
    assert set(sent) <= set(module.ARGUMENT_SPEC)
    assert module.ARGUMENT_SPEC["spec"]["no_log"] is True
    for marker in ("77QzkWvBtY9xPd", "PlAiN77"):
        assert marker not in str(sent)


def test_what_is_wrong_here_and_on_the_host_is_one_list(bench: Bench) -> None:
    (bench.project / "frontend/contract.yml").write_text("service: [")
    taken = (PortUse("backend", 8000, "nc (pid 7)"),)
    bench.seen = Seen("todo", EngineState("running"), ports=taken)
    result = bench.run(
        bind_address="everywhere", secrets={"backend": {"OPENAI_API_KEY": "sk-..."}},
        env={"backend": {"PORT": "80x"}}, rotate=["backend.NOTHING"],
        relaxed={"nobody": ["read_only"]},
    )  # fmt: skip
    for expected in (
        "frontend/contract.yml, line 1: ",
        "stack_secrets.backend.OPENAI_API_KEY: is a placeholder",
        "stack_env.backend.PORT: is no port",
        "stack_bind_address: is no IP address",
        "stack_rotate: backend.NOTHING: is no secret that is made on the host",
        "nobody",
        "nc (pid 7)",
    ):
        assert expected in result["msg"], result["msg"]
    assert (result["failed"], result["changed"]) == (True, False)
    assert len(bench.sent) == 1


WRONG: dict[str, dict[str, Any]] = {
    "a misspelt option": {"secret": GOOD},
    "a misspelt name": {"secrets": {"backend": {"BETTER_AUTH_SECRETS": HOSTILE}}},
    "a secret in the open": {"env": GOOD, "secrets": {}},
    "a bad url": {"secrets": {"backend": {"DATABASE_URL": f"postgresql://a:{HOSTILE}#x@y:0"}}},
    "no mapping": {"secrets": HOSTILE},
    "a list of values": {"secrets": {"backend": [HOSTILE]}},
    "a value that is a mapping": {"secrets": {"backend": {"DATABASE_URL": {"a": HOSTILE}}}},
    "an undeclared name twice": {"extra_env": GOOD},
    "a name that is none": {"extra_env": {"backend": {"A B": HOSTILE}}},
    "services that are none": {"services": [HOSTILE]},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_refusal_shows_no_value(bench: Bench, wrong: str) -> None:
    result = bench.run(**WRONG[wrong])
    assert (result["failed"], result["changed"]) == (True, False)
    assert "found, nothing was changed" in result["msg"]
    shown = str(result)
    if wrong != "services that are none":  # names are shown
        assert "77QzkWvBtY9xPd" not in shown
    assert "Traceback" not in shown


def test_misspelt_and_missing_options_are_told_without_asking_the_host(bench: Bench) -> None:
    result = bench.run(project_dir=None, bind_adress="x", spec="y")
    assert "3 problems found" in result["msg"]
    assert "bind_adress: there is no such option -> did you mean bind_address?" in result["msg"]
    assert "project_dir: is required" in result["msg"]
    assert bench.sent == []


def test_what_ends_soon_is_a_warning_and_no_failure(bench: Bench) -> None:
    known = {"backend.BETTER_AUTH_SECRET": "2020-01-01T00:00:00+00:00"}
    bench.seen = replace(SEEN, system="debian 10", environment=EnvironmentSeen(secrets_since=known))
    result = bench.run()
    assert "failed" not in result
    [debian, secret] = result["warnings"]
    assert debian.startswith("this host's Debian 10 is past its end of life")
    assert "days old, stack_secret_max_age is 365" in secret
    assert [one[:11] for one in bench.run(secret_max_age="0")["warnings"]] == ["this host's"]


@pytest.mark.parametrize("days", ["a year", -1, 1.5, ""])
def test_an_age_that_is_no_number_of_days_is_refused(bench: Bench, days: object) -> None:
    result = bench.run(secret_max_age=days)
    assert "stack_secret_max_age: must be a number of days; 0 is no limit" in result["msg"]


def test_what_the_host_fails_with_is_the_result(bench: Bench) -> None:
    bench.told = {"failed": True, "msg": "unexpected KeyError in look", "changed": False}
    assert bench.run() == bench.told


@pytest.mark.parametrize(
    ("check_mode", "left"), [(False, "previous-acceptance.json"), (True, "acceptance.json")]
)
def test_a_run_that_is_refused_leaves_no_report_of_before(
    bench: Bench, tmp_path: Path, check_mode: bool, left: str
) -> None:
    report = tmp_path / "artifacts/vm1/acceptance.json"
    report.parent.mkdir(parents=True)
    report.write_text('{"passed": true}')
    folder = str(tmp_path / "artifacts")
    assert bench.run(project_dir="no", artifacts_dir=folder, check_mode=check_mode)["failed"]
    assert [path.name for path in report.parent.iterdir()] == [left]


def test_the_page_over_all_hosts_tells_that_there_is_no_verdict_yet(
    bench: Bench, tmp_path: Path
) -> None:
    base = tmp_path / "artifacts"
    for folder, stack in (("vm1", "shop"), ("vm1/todo", "todo")):
        (base / folder).mkdir(parents=True)
        (base / folder / "acceptance.json").write_text(json.dumps({"stack": stack, "passed": True}))
    bench.run(artifacts_dir=str(base))
    assert (base / "vm1/acceptance.json").exists(), "it is another stack's"
    assert (base / "vm1/todo/previous-acceptance.json").exists()
    page = (base / "index.html").read_text()
    assert "1 of 2 accepted" in page and "did not come to its checks," in page


def test_without_a_report_of_before_nothing_is_written(bench: Bench, tmp_path: Path) -> None:
    bench.run(artifacts_dir=str(tmp_path / "artifacts"))
    assert not (tmp_path / "artifacts").exists()


Change = Callable[[Path], object]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda folder: (folder / "compose.yaml").unlink(), "compose.yaml"),
        (lambda folder: (folder / "compose.yaml").write_text("services: ["), "compose.yaml"),
        (lambda folder: (folder / "backend/Dockerfile").unlink(), "Dockerfile"),
        (lambda folder: (folder / "backend/contract.yml").write_text("service: backend\nx: 1\n"),
         "backend/contract.yml"),
    ],
)  # fmt: skip
def test_a_broken_project_is_told_by_file(bench: Bench, change: Change, said: str) -> None:
    change(bench.project)
    result = bench.run()
    assert result["failed"]
    assert said in result["msg"]
    assert "unexpected" not in result["msg"]


def test_an_unforeseen_exception_shows_its_type_alone(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise ValueError(HOSTILE)

    monkeypatch.setattr(plugin, "read_project", crash)
    result = bench.run()
    assert "unexpected ValueError while judging the input" in result["msg"]
    assert "77QzkWvBtY9xPd" not in str(result)
    assert bench.sent == []


# Each stops a run that touches the stack.
OF_THE_STACK: dict[str, dict[str, Any]] = {
    "values": {"secrets": {"backend": {"BETTER_AUTH_SECRET": "changeme"}}},
    "production": {"production": True},
    "address": {"bind_address": "everywhere"},
    "variables": {"variables": "none"},
    "relaxed": {"relaxed": {"nobody": ["init"]}},
}


@pytest.mark.parametrize("wrong", OF_THE_STACK)
def test_what_is_wrong_with_the_stack_alone_does_not_keep_an_engine_from_a_host(
    bench: Bench, wrong: str
) -> None:
    options = OF_THE_STACK[wrong]
    assert bench.run(**options)["failed"]
    result = bench.run(**options, host_only=True)
    assert "failed" not in result, result
    assert {"reference": "python:3.12-slim", "kind": "python", "version": "3.12"} in result["bases"]
    # The host is told nothing of it either, nor asked for more than images.
    sent = from_plain(StackSpec, json.loads(bench.sent[-1]["spec"]))
    assert (sent.name, sent.contracts, sent.definition, sent.given.secrets) == (
        "todo",
        (),
        "",
        None,
    )
    assert "localhost/todo-stack/python:3.12-slim" in sent.looked_for


def test_what_is_wrong_with_a_host_keeps_an_engine_from_it(bench: Bench) -> None:
    taken = PortUse("backend", 8000, "process nginx (pid 7)")
    room = Space("/var/lib/docker", 1000, 10**6)
    bench.seen = replace(SEEN, ports=(taken,), space=(room,), ip_forward=False)
    assert bench.run()["msg"].count("\n  - ") == 3
    told = bench.run(host_only=True)["msg"]
    assert told.count("\n  - ") == 2
    assert "disk at /var/lib/docker" in told
    assert "net.ipv4.ip_forward" in told
    (bench.project / "backend/contract.yml").write_text("service: [")
    assert "backend/contract.yml, line 1" in bench.run(host_only=True)["msg"]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (["docker_engine", "base_images"], True), (["docker_engine"], True), (["all"], False),
        (["base_images", "images"], False), (["docker_engine", "mine"], False), (["stack"], False),
    ],
)  # fmt: skip
def test_a_run_of_these_tags_alone_is_for_the_host_only(tags: list[str], expected: bool) -> None:
    loader = DataLoader()
    path = str(Path(__file__).parents[3] / "roles/stack/tasks/look.yml")
    task = loader.load_from_file(path, trusted_as_template=True)[0]
    templar = Templar(loader, {"ansible_run_tags": tags})
    assert templar.template(task["todo.stack.look"]["host_only"]) is expected
