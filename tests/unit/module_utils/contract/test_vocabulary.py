"""Where a stack's files lie, what its contracts tell of services, and what may be relaxed."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import (
    Problem,
    ProblemList,
    StackError,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.labels import candidate_name
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.module_utils.contract.relaxed import (
    SETTINGS,
    relaxed_problems,
    relaxing_lines,
    rules_relaxed,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.contract.state import (
    StateDir,
    StateFiles,
)
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Container


def test_every_file_of_a_stack_lies_in_its_own_folder() -> None:
    state = StateDir("/var/lib/todo-stack", "shop")
    folder = "/var/lib/todo-stack/shop"
    assert state.folder == folder
    paths = (state.definition, state.environment, state.secrets, state.builds, state.contents,
             state.fingerprint_key, state.record(7))  # fmt: skip
    assert [path.removeprefix(f"{folder}/") for path in paths] == [
        "compose.yaml", "environment.json", "secrets.json", "builds.json", "contents.json",
        "fingerprint.key", "releases/7.json",
    ]  # fmt: skip
    assert state.current == StateFiles(f"{folder}/compose.yaml", f"{folder}/environment.json")
    kept = f"{folder}/releases/7"
    assert state.of_release(7) == StateFiles(f"{kept}/compose.yaml", f"{kept}/environment.json")


@pytest.mark.parametrize(
    ("service", "own"), [("backend", "backend"), ("migrate", None), ("postgres", None)]
)
def test_only_the_service_itself_has_its_contract(
    contracts: list[Contract], service: str, own: str | None
) -> None:
    its = StackSpec("todo", "/s", contracts=tuple(contracts)).own_contract(service)
    assert (its and its.service) == own


def test_an_embedded_service_is_told_once_however_many_ask_it(contracts: list[Contract]) -> None:
    assert [one.service for one in contracts[0].embedded] == ["postgres"]
    assert contracts[1].embedded == []


@pytest.mark.parametrize(
    ("name", "one_off", "expected"),
    [
        (candidate_name("shop", "web"), True, True),
        (candidate_name("shop", "web"), False, False),
        (candidate_name("todo", "web"), True, False),
        ("shop-web-run-1", True, False),
    ],
)
def test_a_candidate_is_known_by_its_name_and_kind(
    name: str, one_off: bool, expected: bool
) -> None:
    assert Container("1", name, "web", one_off=one_off).is_candidate("shop") is expected


@pytest.mark.parametrize(
    ("relaxed", "line"),
    [
        ([], "stack_relaxed: must map services to lists of settings"),
        ({"webs": []}, "stack_relaxed.webs: there is no such service -> did you mean web?"),
        ({"x": []}, "stack_relaxed.x: there is no such service -> services: web"),
        ({"web": "init"}, "stack_relaxed.web: must be a list of settings"),
        ({"web": ["memroy"]}, "stack_relaxed.web: 'memroy' is no setting that can be relaxed"),
    ],
)
def test_what_cannot_be_relaxed_is_told(relaxed: Any, line: str) -> None:
    [problem] = relaxed_problems(relaxed, ["web"])
    assert problem.line().startswith(line)


def test_every_setting_can_be_relaxed_and_is_called_by_its_rule() -> None:
    assert relaxed_problems({"web": list(SETTINGS)}, ["web"]) == []
    lines = relaxing_lines(list(SETTINGS))
    assert len(lines) == 6
    assert relaxing_lines([]) == []
    assert rules_relaxed(["init", "none"]) == {"init": "init"}


def test_an_error_says_what_where_and_what_to_do() -> None:
    assert str(StackError("it is", where="there", remedy="mend")) == "there: it is -> mend"
    assert str(StackError("it is")) == "it is"
    both = ProblemList([Problem("a", "b"), Problem("c", "", "d")])
    assert str(both) == "2 problems found, nothing was changed:\n  - b: a\n  - c -> d"
    assert both.what == "2 problems found, nothing was changed"
    assert str(ProblemList([Problem("a", "b")])).startswith("1 problem found")
