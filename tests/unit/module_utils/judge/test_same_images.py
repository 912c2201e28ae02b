"""Two hosts that ought to run the same images do, or the check is red and names what differs."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.decide.engine_state import EngineState
from ansible_collections.todo.stack.plugins.module_utils.judge.check import Check
from ansible_collections.todo.stack.plugins.module_utils.judge.registry import judge
from ansible_collections.todo.stack.plugins.module_utils.judge.subject import Peer
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Container, Seen

ONE = {"Id": "sha256:one", "Chain": "sha256:chain"}
LABELS = {"Labels": {"todo.stack.content": "sha256:content"}}
# As an engine with containerd's image store has it.
TWIN: dict[str, Any] = {**ONE, "Id": "sha256:manifest"}


def never(_expression: str, _body: object) -> bool:
    return False


def host(service: str = "backend", one_off: bool = False, **image: Any) -> Seen:
    row = {**ONE, "Config": LABELS, **image}
    running = Container("c", "c", service, one_off=one_off, image_id=row["Id"])
    return Seen("todo", EngineState("running"), containers=(running,), images=(row,))


def checked(mine: Seen, theirs: Seen) -> Check:
    checks = judge([], mine, never, peer=Peer("dev1", theirs))
    [found] = [one for one in checks if one.id == "fleet.same_images"]
    return found


@pytest.mark.parametrize(
    ("mine", "theirs", "passed", "measured"),
    [
        (host(), host(), True, "1 of 1 images"),
        (host(), host(**TWIN), True, "1 of 1 images"),
        (host(), host(Id="sha256:two", Chain="sha256:other"), False, "0 of 1 images"),
        (host(), host(**TWIN, Config={"Labels": None}), False, "0 of 1 images"),
        (host(Chain=""), host(Id="sha256:two", Chain=""), False, "0 of 1 images"),
        (host("frontend"), host(Id="sha256:two", Chain="b"), True, "0 of 0 images"),
        (host(one_off=True), host(Id="sha256:two", Chain="b"), True, "0 of 0 images"),
    ],
)
def test_what_two_hosts_run(mine: Seen, theirs: Seen, passed: bool, measured: str) -> None:
    found = checked(mine, theirs)
    assert (found.passed, found.measured, found.limit) == (passed, measured, "those of dev1")


def test_what_differs_is_named() -> None:
    said = checked(host(), host(Id="sha256:two", Chain="sha256:other")).message
    assert said.startswith("backend runs one, on dev1 two; a run of playbooks/site.yml")


def test_a_host_that_is_compared_with_none_has_no_such_check() -> None:
    assert "fleet" not in {one.service for one in judge([], host(), never)}
