"""What the parts of a look make of the engine's and the services' answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.model import HttpCheck
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.http import Answer
from ansible_collections.todo.stack.plugins.module_utils.look.containers import (
    published,
    read_container,
)
from ansible_collections.todo.stack.plugins.module_utils.look.host import docker_root, free_space
from ansible_collections.todo.stack.plugins.module_utils.look.images import (
    builds_of,
    find_images,
    shown,
)
from ansible_collections.todo.stack.plugins.module_utils.look.observation import ProbeResult
from ansible_collections.todo.stack.plugins.module_utils.look.probes import (
    MAX_JUDGED_BYTES,
    read_answer,
)
from ansible_collections.todo.stack.tests.unit.fakes import FakeDocker
from ansible_collections.todo.stack.tests.unit.module_utils.look.conftest import inspected

JSON = "application/json"


@pytest.mark.parametrize(
    ("changes", "field", "expected"),
    [
        ({}, "number", 1),
        ({"labels": {"com.docker.compose.container-number": "2"}}, "number", 2),
        ({"labels": {"com.docker.compose.oneoff": "True"}}, "one_off", True),
        ({}, "ours", True),
        ({}, "health", "none"),
        ({"state": {"Health": {"Status": "unhealthy"}}}, "health", "unhealthy"),
        ({"state": {"OOMKilled": True}}, "oom_killed", True),
        ({"state": {"Error": "two\n lines " + "x" * 300}}, "error", "two lines " + "x" * 190),
        ({"RestartCount": 7}, "restarts", 7),
        ({"NetworkSettings": {"Networks": {"v6": {"GlobalIPv6Address": "fd00::2"}, "off": {}}}},
         "networks", {"v6": "fd00::2", "off": ""}),
        ({"NetworkSettings": None}, "networks", {}),
        ({"HostConfig": None}, "published", ()),
    ],
)  # fmt: skip
def test_a_container_is_read_from_what_the_engine_tells(
    changes: dict[str, Any], field: str, expected: object
) -> None:
    assert getattr(read_container(inspected("backend", **changes)), field) == expected


def test_a_container_that_says_nothing_of_itself_is_none_of_ours() -> None:
    bare = read_container({"Id": "x"})
    assert (bare.service, bare.ours, bare.state, bare.settings["User"]) == ("", False, "", None)


def test_of_a_healthcheck_s_command_only_its_kind_is_told() -> None:
    check = {"Healthcheck": {"Test": ["CMD", "curl", "-H", "Authorization: hush"]}}
    assert read_container(inspected("a", config=check)).settings["Healthcheck"] == {"Test": ["CMD"]}


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (None, set()),
        ({"8000/tcp": None}, set()),
        ({"8000/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8000"}]}, {"127.0.0.1:8000"}),
        ({"80/tcp": [{"HostIp": "::1", "HostPort": "8080"}]}, {"[::1]:8080->80/tcp"}),
    ],
)
def test_published_ports_read_as_people_write_them(table: Any, expected: set[str]) -> None:
    assert published({"NetworkSettings": {"Ports": table}}) == expected


@pytest.mark.parametrize(
    ("check", "body", "expected"),
    [
        (HttpCheck("health", "/", expect="a"), b'{"a": 1}', ('{"a": 1}', None)),
        (HttpCheck("health", "/"), b'{"a": 1}', ("", None)),
        (HttpCheck("ui", "/", contains="Todo"), b"<b>Todo</b>", ("", True)),
        (HttpCheck("ui", "/", contains="Todo"), b"\xff", ("", False)),
        (HttpCheck("own", "/", expect="a", contains="1"), b'{"a": 1}', ('{"a": 1}', True)),
        (HttpCheck("health", "/", expect="a"), b"x" * (MAX_JUDGED_BYTES + 1), ("", None)),
        (HttpCheck("health", "/", expect="a"), b"\xff", ("\ufffd", None)),
    ],
)
def test_of_an_answer_only_what_is_judged_is_told(
    check: HttpCheck, body: bytes, expected: tuple[str, bool | None]
) -> None:
    found = read_answer(Answer(503, body, JSON, "cut", 0.5), check)
    assert found == ProbeResult(503, JSON, expected[0], expected[1], "cut", 0.5)


IMAGE = {
    "Id": "sha256:a", "RepoTags": ["a:1"], "RepoDigests": [], "Size": 7, "Architecture": "amd64",
    "Config": {"Env": ["KEY=hush"], "Labels": {"todo.stack.content": "c1", "maintainer": "x"}},
}  # fmt: skip
ROWS = {
    "a": [{"digest": "c1", "image_id": "sha256:a", "layers": [1], "largest_layers": [2]},
          {"digest": "c0", "image_id": "sha256:old", "layers": [3]}],
}  # fmt: skip


def test_of_an_image_what_decides_is_told_with_its_build() -> None:
    assert shown(IMAGE, {}) == {
        "Id": "sha256:a", "RepoTags": ["a:1"], "RepoDigests": [], "Size": 7,
        "Architecture": "amd64", "Chain": "", "Config": {"Labels": {"todo.stack.content": "c1"}},
    }  # fmt: skip
    own = {"digest": "c1", "image_id": "sha256:a"}
    assert {key: shown(IMAGE, ROWS)[key] for key in ("Record", "Layers")} == {
        "Record": own, "Layers": [1],
    }  # fmt: skip
    assert builds_of([IMAGE], ROWS) == {"a": (own,)}
    assert builds_of([], ROWS) == {"a": ()}


def test_images_of_ours_and_those_that_run_are_asked_for_once() -> None:
    images = dict.fromkeys(("sha256:a", "a:1"), IMAGE)
    run = FakeDocker({"image ls": "sha256:a\nsha256:a\n"}, images=images)
    assert find_images(DockerCli(run), ["a:1", "absent:1"], ["sha256:a"]) == [IMAGE]
    assert run.commands("image inspect") == ["image inspect sha256:a a:1 absent:1"]


def test_space_is_measured_where_a_folder_will_be(tmp_path: Path) -> None:
    space = free_space(str(tmp_path / "not" / "yet"))
    assert space.path == str(tmp_path / "not" / "yet")
    assert 0 < space.free_bytes <= space.total_bytes


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("/data\n", "/data"), ("\n", "/var/lib/docker"), ((1, "", "no"), "/var/lib/docker")],
)
def test_the_engine_s_folder_is_asked_for(answer: Any, expected: str) -> None:
    assert docker_root(DockerCli(FakeDocker({"info": answer}))) == expected
