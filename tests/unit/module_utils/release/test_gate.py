"""The wait for health: how it ends, when it ends, and the evidence it leaves."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import read_actual
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.look.observation import ProbeResult
from ansible_collections.todo.stack.plugins.module_utils.release import gate
from ansible_collections.todo.stack.plugins.module_utils.release.gate import (
    Watch,
    evidence,
    health_body,
    watch,
)
from ansible_collections.todo.stack.tests.unit.fakes import FakeDocker, container

HEALTH = {"path": "/health", "expect": "status == 'ok'", "within_seconds": 10}


def contract(service: str, health: object = HEALTH, ui: object = None) -> dict[str, Any]:
    return {"service": service, "run": {"port": 8000, "health": health, "ui": ui}}


def answer(status: int, body: bytes = b'{"status": "ok"}') -> ProbeResult:
    return ProbeResult(status, body, "application/json", "", 0.01)


class Host:
    """Containers and answers that change with time; sleeping is what lets time pass."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self.services: dict[str, dict[str, Any]] = {"backend": {}}
        self.ready_at = 0.0
        self.probed: list[tuple[object, ...]] = []
        self.silent = False
        clock = SimpleNamespace(monotonic=lambda: self.now, sleep=self.sleep)
        monkeypatch.setattr(gate, "time", clock)
        monkeypatch.setattr(gate, "probe", self.probe)

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def probe(self, *target: Any) -> ProbeResult:
        self.probed.append(target[:3])
        if self.silent:
            self.now += target[3]
            return ProbeResult(0, b"", "", "no answer", target[3])
        return answer(200 if self.now >= self.ready_at else 503)

    def watch(
        self,
        *contracts: dict[str, Any],
        before: dict[str, int] | None = None,
        waited_seconds: float = 0.0,
    ) -> list[Watch]:
        def containers() -> list[Any]:
            return [read_actual(container(name, **how)) for name, how in self.services.items()]

        wanted = contracts or [contract("backend")]
        return watch(wanted, containers, "127.0.0.9", before or {}, waited_seconds)[0]


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Host:
    """Return a host with a healthy backend."""
    return Host(monkeypatch)


def test_a_healthy_service_passes_at_once(host: Host) -> None:
    [one] = host.watch()
    assert (one.verdict.passed, host.now) == (True, 0.0)
    assert host.probed == [("127.0.0.9", 8000, "/health")]
    assert health_body(one) == {"status": "ok"}


def test_a_service_that_becomes_healthy_is_waited_for(host: Host) -> None:
    host.ready_at = 4.0
    [one] = host.watch()
    assert one.verdict.passed
    assert 4.0 <= host.now < 4.5


def test_a_service_that_never_answers_well_fails_at_its_deadline(host: Host) -> None:
    host.ready_at = 1e9
    [one] = host.watch()
    assert (one.verdict.passed, one.verdict.why) == (False, "/health answered 503")
    assert 10.0 <= host.now < 10.5


def test_services_that_never_answer_fail_at_their_deadline_too(host: Host) -> None:
    host.silent = True
    host.services["frontend"] = {}
    ui = {"path": "/", "within_seconds": 10}
    watches = host.watch(contract("backend"), contract("frontend", ui=ui))
    assert [w.verdict.why for w in watches] == ["/health: no answer"] * 2
    assert 10.0 <= host.now < 12.5


def test_what_was_waited_before_counts(host: Host) -> None:
    host.ready_at = 1e9
    assert not host.watch(waited_seconds=8.0)[0].verdict.passed
    assert 2.0 <= host.now < 2.5


def test_the_patience_with_one_service_is_not_anothers(host: Host) -> None:
    host.services = {"backend": {}, "slow": {"state": {"Health": {"Status": "starting"}}}}
    host.ready_at = 1e9
    slow = contract("slow", {**HEALTH, "within_seconds": 300})
    watches = host.watch(contract("backend"), slow)
    assert [w.verdict.passed for w in watches] == [False, False]
    assert host.now < 10.5


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"state": {"Status": "exited", "ExitCode": 2}}, "it ended with code 2"),
        ({"RestartCount": 3}, "crash loop: 3 restarts, last exit code 0"),
    ],
)
def test_what_failed_for_good_is_not_waited_for(
    host: Host, changes: dict[str, Any], why: str
) -> None:
    host.services = {"backend": changes}
    [one] = host.watch()
    assert (one.verdict.why, host.now, host.probed) == (why, 0.0, [])


def test_restarts_from_before_the_wait_do_not_count(host: Host) -> None:
    host.services = {"backend": {"RestartCount": 3}}
    assert host.watch(before={"backend": 3})[0].verdict.passed


@pytest.mark.parametrize(
    ("health", "ui", "paths", "seconds"),
    [
        (HEALTH, None, ["/health"], 10.0),
        (None, {"path": "/", "within_seconds": 30}, ["/"], 30.0),
        (HEALTH, {"path": "/", "within_seconds": 30}, ["/health", "/"], 30.0),
        (None, None, [], 60.0),
    ],
)
def test_a_contract_says_what_is_asked_and_how_long(
    host: Host, health: object, ui: object, paths: list[str], seconds: float
) -> None:
    [one] = host.watch(contract("backend", health, ui))
    assert [target[2] for target in host.probed] == paths
    assert one.within_seconds == seconds


@pytest.mark.parametrize(
    ("body", "found"), [(b'{"a": 1}', {"a": 1}), (b"<html>", None), (b"", None), (b"\xff", None)]
)
def test_the_body_is_json_or_nothing(body: bytes, found: object) -> None:
    assert health_body(Watch(contract("b"), 0, answers={"/health": answer(200, body)})) == found
    assert health_body(Watch(contract("b", None), 0)) is None
    assert health_body(Watch(contract("b"), 0)) is None


def test_the_evidence_is_the_state_the_last_check_and_the_end_of_the_log() -> None:
    checks = [{"Output": "first"}, {"Output": "refused: marker\n"}]
    shown = container(
        "backend",
        RestartCount=2,
        state={"Status": "running", "Health": {"Status": "unhealthy", "Log": checks}},
    )
    log = "".join(f"line {n} marker\n" for n in range(30))
    run = FakeDocker({"logs": (0, "", log)}, containers=[shown])
    found = evidence(
        DockerCli(run), read_actual(shown), "it fell", lambda text: text.replace("marker", "***")
    )
    assert found == {
        "service": "backend", "container": "todo-backend-1", "why": "it fell",
        "oom_killed": False, "state": "running", "health": "unhealthy", "exit_code": 0,
        "restarts": 2, "image_id": "sha256:backend", "last_healthcheck": "refused: ***",
        "log": [f"line {n} ***" for n in range(10, 30)],
    }  # fmt: skip
    assert run.commands("logs") == ["logs --tail 20 todo-backend-1"]
