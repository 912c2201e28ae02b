"""What compose demands is given by the user or by contracts, or told before anything changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.todo.stack.plugins.plugin_utils.contract.compose_variables import demanded
from ansible_collections.todo.stack.plugins.plugin_utils.contract.stack_spec import read_project

Write = Callable[[str, str], None]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a: ${TAG:?}", {"TAG": 1}),
        ("a: b\nc: x${TAG?must be}y${OTHER:?z}", {"TAG": 2, "OTHER": 2}),
        ("a: ${TAG:?}\nb: ${TAG?}", {"TAG": 1}),
        ("a: $${TAG:?}", {}),
        ("# ${TAG:?}", {}),
        ("a: ${TAG:-x} ${B} $C ${D:+?}", {}),
    ],
)
def test_names_that_are_demanded_are_found(text: str, names: dict[str, int]) -> None:
    assert demanded(text) == names


@pytest.fixture
def demanding(project: Path, write: Write) -> Callable[[str], None]:
    """Have the compose file demand a variable in its last line, the seventh."""

    def demand(name: str) -> None:
        text = (project / "compose.yaml").read_text()
        write("compose.yaml", f"{text}x-demanded: ${{{name}:?}}\n")

    return demand


@pytest.mark.parametrize(
    ("name", "args", "value"),
    [
        ("TAG", {"variables": {"TAG": "7"}}, "7"),
        ("NODE_ENV", {}, "production"),
        ("NODE_ENV", {"env": {"frontend": {"NODE_ENV": "test"}}}, "test"),
        ("NODE_ENV", {"variables": {"NODE_ENV": "mine"}}, "mine"),
    ],
)
def test_what_is_demanded_is_filled(
    project: Path, demanding: Callable[[str], None], name: str, args: dict[str, object], value: str
) -> None:
    demanding(name)
    found = read_project(args, project)
    assert found.problems == []
    assert found.spec.variables[name] == value


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "TAG",
            "$TAG is demanded, and nobody gives it -> give it in stack_variables.TAG, or declar",
        ),
        ("PORT", "$PORT is demanded, and backend and frontend have different values for it"),
        ("DATABASE_URL", "$DATABASE_URL is demanded, and no plain value of backend is known here"),
    ],
)
def test_what_nobody_gives_is_told_by_its_line(
    project: Path, demanding: Callable[[str], None], name: str, told: str
) -> None:
    demanding(name)
    [problem] = read_project({}, project).problems
    assert problem.line().startswith(f"compose.yaml, line 7: {told}")


def test_a_contract_that_cannot_be_read_may_give_it(
    project: Path, write: Write, demanding: Callable[[str], None]
) -> None:
    demanding("NODE_ENV")
    write("frontend/contract.yml", "[]")
    [problem] = read_project({}, project).problems
    assert "frontend/contract.yml: must be a mapping" in problem.line()
