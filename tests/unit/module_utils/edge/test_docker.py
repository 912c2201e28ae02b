"""The edge to the Docker CLI: which argument lists go out, what comes back, what raises."""

from __future__ import annotations

import re

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import (
    DockerCli,
    compose_argv,
    last_line,
)
from ansible_collections.todo.stack.tests.unit.fakes import FakeDocker, container

IMAGES = {"a:1": {"Id": "sha256:a"}, "b:1": {"Id": "sha256:b"}}


@pytest.mark.parametrize(
    ("refs", "found", "calls"),
    [([], [], 0), (["a:1", "b:1"], ["a:1", "b:1"], 1), (["b:1", "x", "a:1"], ["b:1", "a:1"], 4),
     (["x"], [], 2)],
)  # fmt: skip
def test_images_are_found_by_their_references(
    refs: list[str], found: list[str], calls: int
) -> None:
    run = FakeDocker(images=IMAGES)
    assert DockerCli(run).inspect_images(refs) == {ref: IMAGES[ref] for ref in found}
    assert len(run.asked) == calls


@pytest.mark.parametrize("kind", ["image", "container"])
@pytest.mark.parametrize(
    ("code", "said"),
    [
        (1, "x\nCannot connect to the Docker daemon\n"),
        (1, "failed to connect: dial unix /run/docker.sock: connect: no such file or directory"),
        (1, "failed to connect to the docker API at tcp://x:2375: lookup x: no such host"),
        (127, "docker: No such file or directory"),
    ],
)
def test_an_engine_that_does_not_answer_is_nothing_missing(kind: str, code: int, said: str) -> None:
    docker = DockerCli(FakeDocker({f"{kind} inspect": (code, "", said)}))
    with pytest.raises(StackError, match=re.escape(said.splitlines()[-1])):
        docker.inspect_each(["a:1"]) if kind == "image" else docker.inspect_containers(["a"])


@pytest.mark.parametrize(
    ("answer", "said"),
    [((1, "out\n", "warn\nwhy\n\n"), "why"), ((1, "only out\n", ""), "only out"),
     ((125, "", ""), "exit code 125")],
)  # fmt: skip
def test_a_failed_command_is_told_by_its_last_line(answer: tuple[int, str, str], said: str) -> None:
    with pytest.raises(StackError) as failed:
        DockerCli(FakeDocker({"network": answer})).read("network", "ls", "--x")
    assert (failed.value.what, failed.value.where) == (said, "docker network ls")


def test_layers_come_from_the_base_on_and_add_up() -> None:
    docker = DockerCli(FakeDocker(layers=[(5, "COPY"), (0, "CMD"), (100, "base")]))
    assert [layer["created_by"] for layer in docker.history("a:1")] == ["base", "CMD", "COPY"]
    assert docker.size_bytes("a:1") == 105


def test_a_projects_containers_are_found_by_its_label() -> None:
    run = FakeDocker(containers=[container("backend")])
    assert [c["Id"] for c in DockerCli(run).project_containers("todo")] == ["id-backend"]
    assert "--filter label=com.docker.compose.project=todo" in run.asked[0]
    assert "--all" in run.asked[0]
    assert DockerCli(FakeDocker()).project_containers("todo") == []


def test_images_are_listed_by_labels_and_repository() -> None:
    run = FakeDocker({"image ls": "a:2 sha256:2\n<none>:<none> sha256:0\na:1 sha256:1\n"})
    names = DockerCli(run).image_names("l1", "l2=x", repository="a")
    assert names == ["a:2", "sha256:0", "a:1"]
    assert run.asked == [
        "image ls --no-trunc --format {{.Repository}}:{{.Tag}} {{.ID}}"
        " --filter label=l1 --filter label=l2=x a"
    ]


def test_removing_what_is_gone_or_in_use_is_no_failure() -> None:
    run = FakeDocker({"image rm": (1, "", "conflict")})
    DockerCli(run).remove_images(["a", "b"])
    assert run.asked == ["image rm a b"]


def test_logs_are_both_streams() -> None:
    run = FakeDocker({"logs": (0, "out\n", "err\n")})
    assert DockerCli(run).logs("c", 20) == "out\nerr\n"
    assert run.asked == ["logs --tail 20 c"]


@pytest.mark.parametrize(
    ("directory", "placed"), [(None, []), ("/state dir", ["--project-directory", "/state dir"])]
)
def test_compose_is_asked_for_its_project_and_files_in_order(
    directory: str | None, placed: list[str]
) -> None:
    assert compose_argv(["up"], files=["-", "/e.json"], project="todo", directory=directory) == [
        "compose", "--ansi", "never", "--progress", "plain", "--project-name", "todo",
        *placed, "--file", "-", "--file", "/e.json", "up",
    ]  # fmt: skip


def test_compose_gets_its_variables_and_its_input() -> None:
    run = FakeDocker()
    DockerCli(run).compose(["ps"], files=[], project="p", variables={"A": "1"}, stdin="text")
    assert run.options == [{"environ_update": {"A": "1"}, "data": "text"}]


@pytest.mark.parametrize(("text", "line"), [("", ""), ("a\n b \n\n", "b"), ("a", "a")])
def test_the_last_line_is_the_last_that_says_something(text: str, line: str) -> None:
    assert last_line(text) == line
