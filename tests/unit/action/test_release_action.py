"""The controller's side of a release: what is due is decided here, and only then sent, hidden."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.action import release as plugin
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import from_plain, to_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.decide.engine_state import EngineState
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Container,
    EnvironmentSeen,
    ReleaseSeen,
    Seen,
    Service,
)
from ansible_collections.todo.stack.plugins.modules import release as module
from ansible_collections.todo.stack.plugins.plugin_utils.build import watched as watched_module
from ansible_collections.todo.stack.plugins.plugin_utils.build.build_watch import BuildWatch

HOSTILE = "Ma\\Rk'er\"\n77QzkWvBtY9xPd-and-more-of-it"
SECRETS = {"backend": {"BETTER_AUTH_SECRET": HOSTILE}}
SERVICES = ("postgres", "migrate", "backend", "frontend")


def seen_of(**changes: Any) -> Seen:
    """Return a stack on which nothing is due."""
    images = (
        {"Id": "sha256:b", "RepoTags": ["todo-backend:1", "todo-backend:latest"]},
        {"Id": "sha256:f", "RepoTags": ["todo-frontend:1", "todo-frontend:latest"]},
        {"Id": "sha256:p", "RepoTags": ["postgres:17"]},
    )
    ids = {"postgres": "sha256:p", "frontend": "sha256:f"}
    names = {"postgres": "postgres:17", "frontend": "todo-frontend:1"}
    pins = {name: names.get(name, "todo-backend:1") for name in SERVICES}
    containers = tuple(
        Container(name, f"todo-{name}-1", name, image_id=ids.get(name, "sha256:b"), pid=1,
                  state="exited" if name == "migrate" else "running")
        for name in SERVICES
    )  # fmt: skip
    services = tuple(
        Service(name, image=pins[name], container_name=f"todo-{name}-1",
                one_shot=name == "migrate", memory_bytes=10**8)
        for name in SERVICES
    )  # fmt: skip
    good = Seen(
        "todo", EngineState("running"), images=images, services=services, containers=containers,
        environment=EnvironmentSeen(pins=pins), release=ReleaseSeen(number=4),
        definition_current=True, available_memory_bytes=10**10,
    )  # fmt: skip
    return replace(good, **changes)


class Bench:
    """The action plugin with a module that only notes what it is sent."""

    def __init__(self, project: Path, contracts: Sequence[Contract]) -> None:
        self.project = project
        self.contracts = [to_plain(one) for one in contracts]
        self.sent: list[dict[str, Any]] = []
        self.shown: list[str] = []
        self.removed: list[str] = []
        self.done: list[dict[str, str]] = []

    def run(
        self, looked: Seen, transport: str = "local", *, check_mode: bool = False,
        hosts: Sequence[str] = ("vm1",), **options: Any,
    ) -> dict[str, Any]:  # fmt: skip
        args = {
            "project_dir": str(self.project), "secrets": SECRETS, "contracts": self.contracts,
            "seen": json.dumps(to_plain(looked)), **options,
        }  # fmt: skip
        action = plugin.ActionModule.__new__(plugin.ActionModule)
        given = {name: value for name, value in args.items() if value is not None}
        action._task = SimpleNamespace(args=given, check_mode=check_mode)
        action._loader = SimpleNamespace(get_basedir=lambda: str(self.project))
        action._display = SimpleNamespace(display=self.shown.append)
        shell = SimpleNamespace(join_path=lambda *parts: "/".join(parts))
        action._connection = SimpleNamespace(
            transport=transport, _shell=shell, set_become_plugin=lambda _plugin: None
        )
        action._make_tmp_path = lambda: "/remote/tmp"
        action._remove_tmp_path = lambda path, **_: self.removed.append(path)

        def execute(module_args: dict[str, Any], **_: Any) -> dict[str, Any]:
            self.sent.append(module_args)
            return {"changed": True, "actions": self.done, "release": 5}

        action._execute_module = execute
        result: dict[str, Any] = action.run(
            task_vars={"ansible_play_hosts_all": hosts, "inventory_hostname": "vm1"}
        )
        return result


@pytest.fixture
def bench(project: Path, contracts: Sequence[Contract], monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Return a bench for the project of this repository."""
    monkeypatch.setattr(ActionBase, "run", lambda *_: {})
    return Bench(project, contracts)


def test_where_nothing_is_due_the_host_is_not_asked(bench: Bench) -> None:
    seen = seen_of()
    result = bench.run(seen)
    assert (result["changed"], result["actions"], bench.sent) == (False, [], [])
    assert from_plain(Seen, json.loads(result["seen"])) == seen
    assert (result["diff"], result["rotated"]) == ({}, [])


@pytest.mark.parametrize("check_mode", [True, False])
def test_what_is_due_is_told_with_its_reason_and_sent_unless_it_is_a_preview(
    bench: Bench, check_mode: bool
) -> None:
    rows = [{"service": "backend", "content_image": "todo-backend:2", "image_id": "sha256:b2",
             "changed": True, "reason": "app/health.py changed", "layers": [1, 2]}]  # fmt: skip
    result = bench.run(seen_of(), check_mode=check_mode, images=rows)
    assert result["changed"] is True
    why = "todo-backend:1 is another image now (app/health.py changed)"
    if check_mode:
        assert bench.sent == []
        assert {"service": "backend", "action": "recreate", "why": why} in result["actions"]
        assert f"backend: recreate, {why}\n" in result["diff"]["prepared"]
    else:
        assert f"  backend: recreate, {why}" in bench.shown
        [sent] = bench.sent
        assert sent["images"] == [{k: v for k, v in rows[0].items() if k != "layers"}]
        assert (sent["since"], sent["contracts"], sent["seen"]) == (4, [], "")
        assert " on " in sent["by"]


def test_what_the_host_has_decided_otherwise_is_told_too(bench: Bench) -> None:
    written = {"service": "host", "action": "write", "why": "compose.yaml changed"}
    more = {"service": "postgres", "action": "restore", "why": "from the backup 1-postgres"}
    bench.done = [written, more]
    bench.run(seen_of(definition_current=False))
    assert bench.shown == [
        "  host: write, compose.yaml changed", "  postgres: restore, from the backup 1-postgres",
    ]  # fmt: skip


def test_what_was_built_is_judged_by_the_host_also_where_nothing_is_due(bench: Bench) -> None:
    row = {"service": "backend", "content_image": "todo-backend:1", "image_id": "sha256:b"}
    for changed in (False, True):
        result = bench.run(seen_of(), images=[{**row, "changed": changed}])
        assert (len(bench.sent), result["changed"]) == (int(changed), changed)
    assert bench.shown == []


@pytest.mark.parametrize(("hosts", "prefix"), [(["vm1"], ""), (["vm1", "vm2"], "vm1 ")])
def test_of_several_hosts_each_line_names_its_own(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, hosts: list[str], prefix: str
) -> None:
    watched = []

    class Watch(BuildWatch):
        def __init__(self, connection: Any, remote_file: str | None, prefix: str) -> None:
            watched.append(prefix)
            super().__init__(connection, remote_file, prefix)

    monkeypatch.setattr(watched_module, "BuildWatch", Watch)
    bench.run(seen_of(definition_current=False), hosts=hosts)
    assert bench.shown == [f"  {prefix}host: write, compose.yaml changed"]
    assert watched == [prefix]


def test_values_are_sent_in_the_hidden_argument_alone(bench: Bench) -> None:
    given: dict[str, Any] = {"env": {"backend": {"OPENAI_MODEL": "PlAiN77"}},
             "extra_env": {"backend": {"MORE": "ExTrA77"}}}  # fmt: skip
    bench.run(seen_of(definition_current=False), **given)
    [sent] = bench.sent
    spec = from_plain(StackSpec, json.loads(sent.pop("spec")))
    assert spec.given.secrets == SECRETS
    assert (spec.given.env, spec.given.extra) == (given["env"], given["extra_env"])
    assert module.ARGUMENT_SPEC["spec"]["no_log"] is True
    assert set(sent) <= set(module.ARGUMENT_SPEC)
    for text in (str(sent), json.dumps(sent)):
        for marker in ("77QzkWvBtY9xPd", "PlAiN77", "ExTrA77"):
            assert marker not in text


def test_a_result_holds_no_value(bench: Bench) -> None:
    for check_mode in (True, False):
        result = bench.run(seen_of(definition_current=False), check_mode=check_mode)
        assert "77QzkWvBtY9xPd" not in str(result) + "".join(bench.shown)


def test_on_another_host_the_steps_are_followed_in_a_folder_that_goes(bench: Bench) -> None:
    bench.run(seen_of(definition_current=False), "ssh")
    assert bench.sent[0]["progress_file"] == "/remote/tmp/steps"
    assert bench.removed == ["/remote/tmp"]


def test_memory_that_does_not_suffice_for_candidates_is_refused_here(bench: Bench) -> None:
    drifted = tuple(replace(one, image_id="sha256:old") for one in seen_of().containers)
    result = bench.run(seen_of(containers=drifted, available_memory_bytes=10**6))
    assert (result["failed"], result["changed"], bench.sent) == (True, False, [])
    assert "memory" in result["msg"]


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a misspelt option": ({"secret": HOSTILE}, "secret: there is no such option -> did you mean"),
    "no contracts": ({"contracts": None}, "contracts: is required"),
    "an option of the host": ({"spec": HOSTILE}, "spec: there is no such option"),
    "no JSON": ({"seen": f"{{{HOSTILE}"}, "unexpected JSONDecodeError while judging the input"),
    "an unknown key": ({"seen": json.dumps({"stack": "a", "x77": 1})}, "while judging the input"),
    "other contracts": ({"contracts": [{"x": HOSTILE}]}, "while judging the input"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_input_is_refused_without_a_value(bench: Bench, wrong: str) -> None:
    options, said = WRONG[wrong]
    result = bench.run(seen_of(), **options)
    assert (result["failed"], result["changed"], bench.sent) == (True, False, [])
    assert said in result["msg"]
    assert "77QzkWvBtY9xPd" not in str(result)


def test_all_wrong_options_are_told_at_once(bench: Bench) -> None:
    result = bench.run(seen_of(), contracts=None, imags=[], bind_adress="x")
    assert "3 problems found" in result["msg"]


def test_what_a_rotation_ends_is_told(bench: Bench) -> None:
    result = bench.run(
        seen_of(definition_current=False), check_mode=True, secrets={},
        rotate=["backend.BETTER_AUTH_SECRET"],
    )  # fmt: skip
    [row] = result["rotated"]
    assert row["name"] == "backend.BETTER_AUTH_SECRET"
    assert "session" in row["ends"]


def test_the_commit_is_told_where_there_is_one(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    assert plugin._commit(tmp_path) == ""
    assert plugin._commit(root) != ""


@pytest.mark.parametrize("name", ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_CEILING"])
def test_the_commit_is_the_projects_also_in_a_hook_of_git(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    root = Path(__file__).parents[3]
    expected = plugin._commit(root)
    monkeypatch.setenv(name, str(tmp_path))
    assert plugin._commit(root) == expected


def test_a_restore_is_due_whatever_else_is(bench: Bench) -> None:
    preview = bench.run(seen_of(), check_mode=True, restore={"name": "", "over_data": True})
    assert [(one["service"], one["action"]) for one in preview["actions"]] == [
        ("postgres", "restore"), ("migrate", "recreate"), ("backend", "start"),
    ]  # fmt: skip
    assert bench.sent == []
    bench.run(seen_of(), restore={"name": "", "over_data": True}, backups={"keep": 3})
    assert bench.sent[0]["restore"] == {"name": "", "over_data": True}
    assert bench.sent[0]["backups"] == {"keep": 3}


@pytest.mark.parametrize(
    ("looked", "name", "told"),
    [
        (seen_of(definition_current=False), "", "run local.yml or site.yml first"),
        (seen_of(environment=EnvironmentSeen(switched_off=("postgres",))), "", "Neon has branches"),
        (seen_of(), "1-other", "1-other names no backup of postgres"),
    ],
)
def test_what_cannot_be_restored_is_refused_before_the_host_is_asked(
    bench: Bench, looked: Seen, name: str, told: str
) -> None:
    result = bench.run(looked, restore={"name": name})
    assert result["failed"]
    assert told in result["msg"]
    assert bench.sent == []
