"""The edge to Docker Compose: which commands go out, with which files, input and environment."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateFiles
from ansible_collections.todo.stack.plugins.module_utils.edge.compose import Compose, read_hashes
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.tests.unit.fakes import FakeDocker

FILES = StateFiles("/s/releases/1/compose.yaml", "/s/releases/1/environment.json")
START = "compose --ansi never --progress plain --project-name shop --project-directory /s"
ON_FILES = f"{START} --file {FILES.definition} --file {FILES.environment}"
UP = f"{ON_FILES} up --detach --no-build --pull never --quiet-pull --no-deps"


def compose(run: FakeDocker) -> Compose:
    return Compose(DockerCli(run), "shop", "/s", {"STACK_BIND_ADDRESS": "::1"})


Act = Callable[[Compose], object]


@pytest.mark.parametrize(
    ("act", "command"),
    [
        (lambda one: one.up(FILES, ["a", "b"], anew=False), f"{UP} a b"),
        (lambda one: one.up(FILES, ["a"], anew=True), f"{UP} --force-recreate a"),
        (
            lambda one: one.start_candidate(FILES, "web"),
            f"{ON_FILES} run --detach --no-deps --no-TTY --name shop-web-candidate web",
        ),
        (
            lambda one: one.check(FILES, "web", ["python", "-m", "app.check"]),
            f"{ON_FILES} run --no-deps --no-TTY --interactive=false"
            " --name shop-web-candidate web python -m app.check",
        ),
        (lambda one: one.hashes("text"), f"{START} --file - config --hash *"),
    ],
)
def test_a_command_names_project_folder_and_files(act: Act, command: str) -> None:
    run = FakeDocker()
    act(compose(run))
    assert run.asked == [command]


@pytest.mark.parametrize(
    "act", [lambda one: one.hashes("x"), lambda one: one.check(FILES, "web", ["true"])]
)
def test_the_caller_s_shell_does_not_say_what_compose_does(act: Act) -> None:
    run = FakeDocker()
    act(compose(run))
    given = run.options[0]["environ_update"]
    assert given["STACK_BIND_ADDRESS"] == "::1"
    assert {name for name, value in given.items() if value == ""} >= {
        "COMPOSE_PROFILES", "COMPOSE_ENV_FILES", "COMPOSE_REMOVE_ORPHANS",
    }  # fmt: skip


def test_a_project_is_read_from_texts_and_no_file_is_written() -> None:
    run = FakeDocker({"--format json": '{"services": {}}', "--hash": "web 0123\ndb 4567\n\n"})
    assert compose(run).read("definition", "alone") == (
        {"services": {}}, {"web": "0123", "db": "4567"},
    )  # fmt: skip
    assert {one["data"] for one in run.options} == {"definition", "alone"}
    assert read_hashes("") == {}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [((0, "ok\n", "noise"), (0, "ok\n")), ((2, "", "no module\n"), (2, "no module\n"))],
)
def test_a_check_returns_its_code_and_what_it_says(
    answer: tuple[int, str, str], expected: tuple[int, str]
) -> None:
    assert compose(FakeDocker({"run --no-deps": answer})).check(FILES, "web", ["x"]) == expected
