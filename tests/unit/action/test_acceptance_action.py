"""The action plugin: writes first, fails after, waits only when asked, changes nothing."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.action import acceptance as plugin

CONTRACT = {
    "service": "backend",
    "run": {"health": {"path": "/health", "expect": "status == 'ok'", "within_seconds": 30}},
}


def observed(body: object, *, passed: bool = True) -> dict[str, Any]:
    row = {
        "id": "backend.health",
        "service": "backend",
        "criterion": "health",
        "passed": passed,
        "measured": "HTTP 200 in 0.01 s",
        "limit": "HTTP 200, status == 'ok'",
        "unit": "",
        "message": "" if passed else "connection refused",
    }
    return {"changed": False, "checks": [row], "images": [], "bodies": {"backend": {"json": body}}}


class Bench:
    """An action plugin on a bench: a scripted module, a clock that sleeping advances."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self.runs = 0
        self.folder = folder
        self.check_mode = False
        self.shown: list[str] = []
        display = SimpleNamespace(display=lambda text, **_: self.shown.append(text))
        clock = SimpleNamespace(monotonic=lambda: self.now, sleep=self._sleep)
        monkeypatch.setattr(plugin, "Display", lambda: display)
        monkeypatch.setattr(plugin, "time", clock)
        monkeypatch.setattr(ActionBase, "run", lambda *_: {})

    def _sleep(self, seconds: float) -> None:
        self.now += seconds

    def run(self, *answers: dict[str, Any], **options: Any) -> dict[str, Any]:
        """Run the plugin; the last answer of the module is repeated."""
        action = plugin.ActionModule.__new__(plugin.ActionModule)
        args = {"contracts": [CONTRACT], "artifacts_dir": "artifacts", **options}
        action._task = SimpleNamespace(args=args, check_mode=self.check_mode)
        action._loader = SimpleNamespace(get_basedir=lambda: str(self.folder))

        def execute(*_: object, **__: object) -> dict[str, Any]:
            self.runs += 1
            return deepcopy(answers[min(self.runs, len(answers)) - 1])

        action._execute_module = execute
        result: dict[str, Any] = action.run(task_vars={"inventory_hostname": "vm1"})
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


def test_a_good_host_passes_and_its_bodies_stay_out_of_the_result(bench: Bench) -> None:
    result = bench.run(observed({"status": "ok"}))
    assert (result["changed"], result["passed"], result["failed_checks"]) == (False, True, [])
    assert "failed" not in result
    assert "bodies" not in result
    assert bench.artifact()["passed"] is True
    assert len(bench.shown) == 2
    assert all("vm1: 1 of 1 checks passed" in table for table in bench.shown)


def test_a_wrong_body_fails_after_the_artifacts_were_written(bench: Bench) -> None:
    result = bench.run(observed({"status": "down"}))
    assert (result["changed"], result["failed"]) == (False, True)
    assert result["failed_checks"] == ["backend.health"]
    assert "backend.health" in result["msg"]
    assert bench.artifact()["checks"][0]["passed"] is False


def test_without_enforcement_the_failure_is_only_told(bench: Bench) -> None:
    result = bench.run(observed({"status": "down"}), enforce=False)
    assert "failed" not in result
    assert (result["passed"], result["checks"][0]["passed"]) == (False, False)


def test_check_mode_looks_and_writes_nothing(bench: Bench) -> None:
    bench.check_mode = True
    assert bench.run(observed({"status": "ok"}))["artifacts"] == []
    assert list(bench.folder.iterdir()) == []


def test_it_looks_once_unless_asked_to_wait(bench: Bench) -> None:
    bench.run(observed(None, passed=False))
    assert (bench.runs, bench.now) == (1, 0.0)


def test_waiting_ends_with_the_first_success(bench: Bench) -> None:
    late, good = observed(None, passed=False), observed({"status": "ok"})
    assert bench.run(late, observed({"status": "starting"}), good, wait=True)["passed"] is True
    assert bench.runs == 3


def test_waiting_ends_at_the_contracts_deadline(bench: Bench) -> None:
    assert bench.run(observed(None, passed=False), wait=True)["failed"] is True
    assert bench.now == 30.0


def test_a_module_that_failed_is_passed_on_and_writes_nothing(bench: Bench) -> None:
    failed = {"failed": True, "msg": "acceptance stopped unexpectedly: KeyError"}
    assert bench.run(failed)["msg"] == failed["msg"]
    assert list(bench.folder.iterdir()) == []
