"""The action: judges what was seen, writes first, fails after."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible import constants
from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.action import acceptance as plugin
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import to_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.model import (
    Budget,
    Build,
    Contract,
    HttpCheck,
    Port,
    Run,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.engine_state import EngineState
from ansible_collections.todo.stack.plugins.module_utils.judge.registry import judge
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Container,
    Inside,
    ProbeResult,
    ReleaseSeen,
    Seen,
    Service,
)

HEALTH = HttpCheck("health", "/health", expect="status == 'ok'", within_seconds=30)
BUILD = Build("backend", "todo-backend", "/b", "Dockerfile", None, {}, Budget(300, 10**9))
CONTRACT = Contract(
    "backend", "f", "todo-backend", ("backend",), BUILD, Run((Port(8000, 8000),), (HEALTH,))
)
RUNNING = Container("b", "todo-backend-1", "backend", state="running", pid=7,
                    inside=Inside(problem="not looked into"))  # fmt: skip
ARGS: dict[str, Any] = {"artifacts_dir": "artifacts", "enforce": True}


def seen(body: str = '{"status": "ok"}') -> Seen:
    """Return a look at a host whose backend is unlike its contract but for its answer."""
    probes = {"health": ProbeResult(200, "application/json", body, None, "", 0.01)}
    return Seen(
        "todo",
        EngineState("running"),
        services=(Service("backend", probes=probes),),
        containers=(RUNNING,),
        release=ReleaseSeen(7, "2026-01-18T10:00:00Z", "ops"),
    )


GOOD, BAD = seen(), seen('{"status": "down"}')


def text(look: Seen) -> str:
    return json.dumps(to_plain(look))


class Bench:
    """The action on a bench: a scripted look, a clock that sleeping advances, one judged check."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.check_mode = False
        self.screen: list[str] = []
        self.log: list[str] = []
        self.monkeypatch = monkeypatch
        self.callback("ansible.builtin.default")
        monkeypatch.setattr(plugin, "Display", lambda: SimpleNamespace(display=self._display))
        monkeypatch.setattr(ActionBase, "run", lambda *_: {})
        monkeypatch.setattr(
            plugin,
            "judge",
            lambda *args, **more: [
                c for c in judge(*args, **more) if c.criterion in {"health", "same_images"}
            ],
        )

    def callback(self, name: str) -> None:
        """Have this stdout callback plugin."""
        self.monkeypatch.setattr(constants, "DEFAULT_STDOUT_CALLBACK", name, raising=False)

    def _display(self, shown: str, *, screen_only: bool = False, log_only: bool = False) -> None:
        assert screen_only is not log_only
        (self.screen if screen_only else self.log).append(shown)

    def run(self, first: Any = GOOD, **options: Any) -> dict[str, Any]:
        """Run the action on a look."""
        action = plugin.ActionModule.__new__(plugin.ActionModule)
        given = text(first) if isinstance(first, Seen) else first
        args = {**ARGS, "seen": given, "contracts": [to_plain(CONTRACT)], **options}
        action._task = SimpleNamespace(args=args, check_mode=self.check_mode)
        action._loader = SimpleNamespace(get_basedir=lambda: str(self.folder))
        action._load_name = "todo.stack.acceptance"
        hosts = {"inventory_hostname": "vm1", "groups": {"all": ["vm1", "vm2"]}}
        result: dict[str, Any] = action.run(task_vars=hosts)
        return result

    def artifact(self) -> dict[str, Any]:
        """Return what was written."""
        path = self.folder / "artifacts" / "vm1" / "acceptance.json"
        found: dict[str, Any] = json.loads(path.read_text())
        return found


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Return a bench whose playbook lies in a folder of its own."""
    return Bench(tmp_path, monkeypatch)


def test_a_good_host_passes(bench: Bench) -> None:
    result = bench.run()
    assert (result["changed"], result["passed"], result["failed_checks"]) == (False, True, [])
    assert "failed" not in result
    assert [check["id"] for check in result["checks"]] == ["backend.health"]
    assert bench.artifact()["passed"] is True
    assert bench.artifact()["release"] == {"number": 7, "at": "2026-01-18T10:00:00Z", "by": "ops"}


def test_the_verdict_is_also_xml_and_on_the_page_over_all_hosts(bench: Bench) -> None:
    result = bench.run()
    folder = bench.folder / "artifacts"
    names = ["acceptance.json", "junit.xml", "report.html"]
    assert result["artifacts"] == [str(folder / "vm1" / name) for name in names]
    assert result["index"] == str(folder / "index.html")
    page = (folder / "index.html").read_text()
    assert "1 of 2 accepted" in page and 'href="vm1/report.html"' in page
    assert bench.artifact()["stack"] == "todo"
    lasted = datetime.now(timezone.utc) - datetime.fromisoformat(bench.artifact()["at"])
    assert lasted.total_seconds() < 60


def test_another_stack_of_the_host_leaves_the_report_of_the_first(bench: Bench) -> None:
    bench.run()
    shop = bench.run(replace(BAD, stack="shop"))
    assert shop["msg"].endswith("artifacts/vm1/shop/report.html")
    assert bench.artifact()["passed"] is True


def test_a_look_that_the_templates_have_turned_into_data_is_read_as_well(bench: Bench) -> None:
    assert bench.run(to_plain(GOOD))["passed"] is True


def test_a_host_is_compared_with_the_one_that_its_images_come_from(bench: Bench) -> None:
    other = replace(GOOD, containers=(replace(RUNNING, image_id="sha256:other"),))
    result = bench.run(like={"host": "vm0", "seen": text(other)})
    assert (result["failed"], result["failed_checks"]) == (True, ["fleet.same_images"])
    assert "on vm0 other" in result["msg"]
    assert bench.run(like={"host": "vm0", "seen": text(GOOD)})["passed"] is True
    # One that could not be looked at is no measure.
    ids = [check["id"] for check in bench.run(like={"host": "vm0", "seen": ""})["checks"]]
    assert ids == ["backend.health"]


def test_a_wrong_body_fails_after_the_artifacts_were_written(bench: Bench) -> None:
    result = bench.run(BAD)
    assert (result["changed"], result["failed"]) == (False, True)
    assert result["failed_checks"] == ["backend.health"]
    assert "backend.health" in result["msg"]
    assert result["msg"].endswith("artifacts/vm1/report.html")
    assert bench.artifact()["checks"][0]["passed"] is False


def test_without_enforcement_the_failure_is_only_told(bench: Bench) -> None:
    result = bench.run(BAD, enforce=False)
    assert "failed" not in result
    assert (result["passed"], result["checks"][0]["passed"]) == (False, False)


def test_every_reason_is_on_the_terminal_and_in_the_artifact(bench: Bench) -> None:
    action = {"service": "backend", "action": "recreate", "why": "another image"}
    bench.run(reasons=["backend: app/health.py changed"], actions=[action])
    assert "\nbackend: app/health.py changed\nbackend: recreate, another image\n" in bench.screen[0]
    assert bench.artifact()["reasons"] == ["backend: app/health.py changed"]
    assert bench.artifact()["actions"] == [action]


def test_the_table_goes_out_once_and_to_the_log(bench: Bench) -> None:
    bench.run()
    assert (len(bench.screen), len(bench.log)) == (1, 1)
    assert all("vm1: 1 of 1 checks passed" in shown for shown in (*bench.screen, *bench.log))


@pytest.mark.parametrize("callback", ["json", "ansible.posix.json", "oneline", "minimal"])
def test_the_table_is_not_put_into_the_output_of_another_callback(
    bench: Bench, callback: str
) -> None:
    bench.callback(callback)
    assert bench.run(BAD)["failed"] is True
    assert (bench.screen, len(bench.log)) == ([], 1)


def test_the_preview_of_a_bare_host_is_a_line_and_no_table_of_crosses(bench: Bench) -> None:
    bench.check_mode = True
    bare = Seen("todo", EngineState("absent"), problem="there is no docker command on this host")
    result = bench.run(seen=text(bare))
    assert result["skipped"] and not result.get("failed")
    assert bench.screen == [f"vm1: nothing runs that could be judged yet: {bare.problem}"]


def test_so_is_that_of_a_host_with_an_engine_and_no_stack(bench: Bench) -> None:
    engine = replace(GOOD, containers=())
    failed = bench.run(seen=text(engine))
    assert failed["failed"] and len(bench.screen) == 1 and "0 of 1 checks" in bench.screen[0]
    bench.check_mode = True
    result = bench.run(seen=text(engine))
    assert result["skipped"] and not result.get("failed")
    said = "vm1: nothing runs that could be judged yet: the stack is not on this host"
    assert bench.screen[1:] == [said]


def test_check_mode_judges_and_writes_nothing(bench: Bench) -> None:
    bench.check_mode = True
    assert bench.run()["artifacts"] == []
    assert list(bench.folder.iterdir()) == []


@pytest.mark.parametrize(("look", "failed"), [(GOOD, False), (BAD, True)])
def test_a_report_that_cannot_be_written_changes_no_verdict(
    bench: Bench, look: Seen, failed: bool
) -> None:
    (bench.folder / "artifacts").write_text("a file is in the way")
    result = bench.run(look)
    assert (result.get("failed", False), result["passed"]) == (failed, not failed)
    (warning,) = result["warnings"]
    assert str(bench.folder / "artifacts/vm1") in warning
    assert warning.endswith("the report cannot be written (Not a directory)")


def test_a_page_over_all_hosts_that_cannot_be_written_leaves_the_report(bench: Bench) -> None:
    (bench.folder / "artifacts/index.html").mkdir(parents=True)
    result = bench.run()
    assert (result["passed"], len(result["artifacts"])) == (True, 3)
    assert "index" not in result
    path = bench.folder / "artifacts/index.html"
    assert result["warnings"] == [f"{path}: the report cannot be written (Is a directory)"]


def test_a_record_that_the_report_cannot_show_changes_no_verdict(bench: Bench) -> None:
    def damaged(*_: object) -> None:
        raise KeyError("steps")

    bench.monkeypatch.setattr(plugin, "write_artifacts", damaged)
    result = bench.run()
    assert (result["passed"], "failed" in result) == (True, False)
    assert result["warnings"][0].endswith("the report cannot be written (KeyError)")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"seen": "{}"}, "seen: is nothing that todo.stack.look has returned"),
        ({"seen": "no JSON"}, "seen: is nothing that todo.stack.look has returned"),
        (
            {"actions": [{"service": "a"}]},
            "actions: is nothing that todo.stack.release has returned",
        ),
        ({"actions": [{"servce": "a"}]}, "'servce' is unknown"),
        ({"seen": '{"stck": "todo"}'}, "'stck' is unknown"),
        ({"contracts": [{"service": "backend"}]}, "contracts: is nothing"),
    ],
)
def test_what_no_look_has_returned_is_refused(
    bench: Bench, options: dict[str, Any], said: str
) -> None:
    result = bench.run(**({"first": options.pop("seen")} if "seen" in options else {}), **options)
    assert result["failed"] is True
    assert said in result["msg"]


@pytest.mark.parametrize("options", [{"enfroce": False}, {"wait": True}, {"contracts": None}])
def test_options_are_judged_by_their_specification(bench: Bench, options: dict[str, Any]) -> None:
    with pytest.raises(AnsibleError):
        bench.run(**options)
