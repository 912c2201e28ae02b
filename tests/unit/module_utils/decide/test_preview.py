"""A preview goes by what earlier tasks would have changed; a plan by both ways of being started."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.relaxed import (
    SETTINGS,
    relaxed_problems,
    relaxing_lines,
    rules_relaxed,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import (
    COMPLETED,
    HEALTHY,
    Desired,
    plan,
    read_actual,
    start_order,
    unmet,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.preview import Preview
from ansible_collections.todo.stack.tests.unit.fakes import container

TOLD = {
    "preview": {"stale": ["backend"], "names": {"backend": ["A", "B"]}, "switched_off": ["db"]},
    "images": [
        {"image": "i:latest", "changed": True, "digest": "sha256:new"},
        {"image": "j:latest", "changed": False, "digest": "sha256:new"},
    ],
}


def labelled(digest: str) -> dict[str, Any]:
    return {"Config": {"Labels": {"todo.stack.content": digest}}}


def test_the_override_is_made_of_names_and_what_containers_hold() -> None:
    override = Preview.read(TOLD).override({"backend": {"A": "1$x", "PATH": "/bin"}})
    assert json.loads(override or "")["services"] == {
        "db": {"profiles": ["unused"]},
        "backend": {"environment": {"A": "1$$x", "B": ""}},
    }
    assert Preview.read({}).override({}) is None


def test_an_image_is_new_when_its_content_is_another() -> None:
    preview = Preview.read(TOLD)
    assert preview.new_images({"i:latest": labelled("sha256:old")}) == ["i:latest"]
    assert preview.new_images({}) == ["i:latest"]
    assert preview.new_images({"i:latest": labelled("sha256:new")}) == []


@pytest.mark.parametrize(("alone", "actions"), [("hash-backend", []), ("other", ["recreate"])])
def test_a_service_that_was_started_by_itself_is_as_wanted(alone: str, actions: list[str]) -> None:
    desired = Desired("backend", "hash-of-all", "i", one_shot=False, alone_hash=alone)
    one = container("backend")
    made = plan([desired], [read_actual(one)], {"i": one["Image"]}, rendered=["backend"])
    assert [action.action for action in made] == actions
    assert all(action.why == "its environment changed" for action in made)


def test_services_start_after_those_they_wait_for() -> None:
    waits = {"backend": {"migrate": COMPLETED}, "migrate": {"db": HEALTHY, "off": HEALTHY}}
    services = {
        name: {"depends_on": {n: {"condition": c} for n, c in waits.get(name, {}).items()}}
        for name in ("backend", "migrate", "db")
    }
    order = start_order({"services": services})
    assert list(order) == ["db", "migrate", "backend"]
    assert order["migrate"] == {"db": HEALTHY}


@pytest.mark.parametrize(
    ("condition", "state", "met"),
    [
        (HEALTHY, {"Health": {"Status": "healthy"}}, True),
        (HEALTHY, {"Health": {"Status": "starting"}}, False),
        (COMPLETED, {"Status": "exited", "ExitCode": 0}, True),
        (COMPLETED, {"Status": "exited", "ExitCode": 1}, False),
        (COMPLETED, {"Status": "running"}, False),
        ("service_started", {"Status": "running"}, True),
    ],
)
def test_a_condition_holds_or_says_why_not(condition: str, state: Any, met: bool) -> None:
    why = unmet("db", read_actual(container("db", state=state)), condition)
    assert (why == "") is met
    assert unmet("db", None, condition) == "db has no container"


def test_every_setting_has_a_line_and_a_rule() -> None:
    lines = "\n".join(relaxing_lines(list(SETTINGS)))
    assert "read_only: false" in lines
    assert "{memory: !reset null, cpus: !reset null, pids: !reset null}" in lines
    assert len(rules_relaxed(list(SETTINGS))) == len(SETTINGS)
    assert relaxing_lines([]) == []


@pytest.mark.parametrize(
    ("relaxed", "said"),
    [
        ({"beckend": []}, "did you mean backend"),
        ({"backend": "read_only"}, "must be a list"),
        ({"backend": ["readonly"]}, "did you mean read_only"),
        ([], "must map services"),
    ],
)
def test_what_cannot_be_relaxed_is_refused(relaxed: Any, said: str) -> None:
    [problem] = relaxed_problems(relaxed, ["backend"])
    assert said in problem.line()
