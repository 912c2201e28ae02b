"""compose.yaml, as far as contracts need it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.plugin_utils.contract.compose_file import (
    COMPOSE_FILES,
    compose_file_of,
    defaults_of,
    definition_of,
    read_services,
    repository,
    stack_name,
    taken_from_shell,
    unread_warnings,
)

COMPOSE = json.loads((Path(__file__).parents[2] / "data/compose.json").read_text())
NAMES: list[tuple[str, str, str | None]] = COMPOSE["names"]
IMAGES: list[tuple[str, dict[str, str]]] = COMPOSE["images"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("todo-backend:latest", "todo-backend:latest"),
        ("${IMAGE:-postgres:17}", "postgres:17"),
        ("${IMAGE-postgres:17}", "postgres:17"),
        ("${REGISTRY:-}todo:${TAG:-latest}", "todo:latest"),
        ("${A:-${B:-inner}}", "inner"),
        ("${IMAGE}", ""),
        ("$IMAGE", ""),
        ("${IMAGE:?give one}", ""),
        ("a$$b", "a$b"),
    ],
)
def test_interpolations_become_their_defaults(text: str, expected: str) -> None:
    assert defaults_of(text) == expected


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("todo", "todo"),
        ("todo:latest", "todo"),
        ("host:5000/team/todo:1", "host:5000/team/todo"),
        ("host:5000/todo", "host:5000/todo"),
        ("todo@sha256:01", "todo"),
        ("todo:1@sha256:01", "todo"),
    ],
)
def test_a_repository_has_neither_tag_nor_digest(reference: str, expected: str) -> None:
    assert repository(reference) == expected


@pytest.mark.parametrize("text", ["", "[]", "services:", "services: []", "services: {}"])
def test_a_file_without_services_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "compose.yaml").write_text(text)
    with pytest.raises(StackError, match="it holds no services"):
        read_services(tmp_path)


def test_a_service_without_an_image_runs_none(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services: {a: {build: .}, b: , c: {image: x:1}}")
    assert {name: one.image for name, one in read_services(tmp_path).items()} == {
        "a": "", "b": "", "c": "x:1",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("folder", "text", "expected"),
    [
        ("shop", "name: todo", "todo"),
        ("shop", "name: ${STACK:-todo}", "todo"),
        ("shop", "name: ${STACK}-x", "x"),
        ("shop", "services: {}", "shop"),
        ("My Shop.2", "services: {}", "myshop2"),
        ("_-a_b-c", "", "a_b-c"),
        ("shop", "[]", "shop"),
        ("shop", "name:", "shop"),
        ("shop", "name: 7", "7"),
    ],
)
def test_a_stack_is_called_as_compose_calls_it(
    tmp_path: Path, folder: str, text: str, expected: str
) -> None:
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "compose.yaml").write_text(text)
    assert stack_name(tmp_path / folder) == expected


def test_a_healthcheck_of_the_compose_file_is_seen(tmp_path: Path) -> None:
    text = "services: {a: {image: x, healthcheck: {test: [CMD, a]}}, b: {image: y}}"
    (tmp_path / "compose.yaml").write_text(text)
    assert {name: one.healthcheck for name, one in read_services(tmp_path).items()} == {
        "a": True, "b": False,
    }  # fmt: skip


@pytest.mark.parametrize("first", range(4))
def test_of_several_files_the_one_that_compose_prefers_is_read(tmp_path: Path, first: int) -> None:
    for name in COMPOSE_FILES[first:]:
        (tmp_path / name).write_text(f"services: {{a: {{image: {name}}}}}\n")
    assert compose_file_of(tmp_path).name == COMPOSE_FILES[first]
    assert read_services(tmp_path)["a"].image == COMPOSE_FILES[first]


def test_where_there_is_none_the_preferred_one_is_missing(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="the file is missing") as missing:
        read_services(tmp_path)
    assert missing.value.where == "compose.yaml"


# As `docker compose config` tells them; tests/integration asks it again.
@pytest.mark.parametrize(("line", "folder", "expected"), NAMES)
def test_the_stack_has_the_name_that_compose_gives_it(
    tmp_path: Path, line: str, folder: str, expected: str | None
) -> None:
    project = tmp_path / folder
    project.mkdir()
    (project / "compose.yaml").write_text(f"{line}\nservices: {{a: {{image: b}}}}\n")
    if expected is None:
        with pytest.raises(StackError, match="name"):
            stack_name(project)
    else:
        assert stack_name(project) == expected


def test_a_link_to_the_project_has_a_name_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Real").mkdir()
    (tmp_path / "Real/compose.yml").write_text("services: {a: {image: b}}\n")
    (tmp_path / "Link").symlink_to("Real")
    monkeypatch.chdir(tmp_path / "Real")
    found = [stack_name(tmp_path / "Link"), stack_name(Path()), stack_name(Path("../Link"))]
    assert found == ["link", "real", "link"]


@pytest.mark.parametrize(("text", "images"), IMAGES)
def test_tags_and_merges_are_read_as_compose_reads_them(
    tmp_path: Path, text: str, images: dict[str, str]
) -> None:
    (tmp_path / "compose.yaml").write_text(text)
    assert {name: one.image for name, one in read_services(tmp_path).items()} == images


@pytest.mark.parametrize("name", COMPOSE_FILES)
@pytest.mark.parametrize(
    "data",
    [
        b"name: x\nservices: {a: {image: b}}\n",
        b"name: x\r\nservices: {a: {image: b}}\r\n",
        b"name: x\r\nservices: {a: {image: b}}\n",
        b"\xef\xbb\xbfname: x\r\nservices: {a: {image: b}}\r\n",
    ],
)
def test_an_editor_s_line_ends_and_mark_are_no_difference(
    tmp_path: Path, name: str, data: bytes
) -> None:
    (tmp_path / name).write_bytes(data)
    assert definition_of(tmp_path) == "name: x\nservices: {a: {image: b}}\n"
    assert (stack_name(tmp_path), read_services(tmp_path)["a"].image) == ("x", "b")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("${A}", ["A"]), ("$A/x", ["A"]), ("a${A:?no}b$B", ["B"]), ("${A?}", []),
        ("${A:-${B}}", ["B"]), ("$$A $${A} $1 $", []), ("${A:-x} ${A-} ${A:+x} ${A+x}", []),
    ],
)  # fmt: skip
def test_what_a_text_takes_from_the_shell(text: str, names: list[str]) -> None:
    assert taken_from_shell(text) == names


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (["compose.yaml"], []),
        (["compose.yaml", "compose.prod.yaml"], []),
        (["compose.yaml", "compose.override.yaml"], ["compose.override.yaml"]),
        (["compose.yaml", "docker-compose.override.yml"], ["docker-compose.override.yml"]),
        (["compose.yml", "compose.override.yml", "compose.override.yaml"],
         ["compose.override.yml"]),
    ],
)  # fmt: skip
def test_the_file_that_compose_by_hand_lays_over_it_is_told(
    tmp_path: Path, files: list[str], said: list[str]
) -> None:
    for name in files:
        (tmp_path / name).touch()
    told = unread_warnings(tmp_path)
    assert [one.partition(" ")[0] for one in told] == said
    assert all(one.endswith(f"stands in {files[0]}") for one in told)


@pytest.mark.parametrize(
    ("build", "dockerfile"),
    [
        (".", "Dockerfile"),
        ("./apps/api/", "apps/api/Dockerfile"),
        ("'${PLACE:-apps}'", "apps/Dockerfile"),
        ("{context: apps, dockerfile: ../docker/D}", "docker/D"),
        ("{dockerfile: docker/D}", "docker/D"),
        ("{dockerfile_inline: FROM a}", ""),
        ("../elsewhere", ""),
        ("/srv/app", ""),
        ("https://example.test/app.git", ""),
        ("", ""),
    ],
)
def test_the_dockerfile_of_a_service_is_found_below_the_project(
    tmp_path: Path, build: str, dockerfile: str
) -> None:
    (tmp_path / "compose.yaml").write_text(f"services: {{a: {{build: {build or 'null'}}}}}\n")
    assert read_services(tmp_path)["a"].dockerfile == dockerfile
