"""A host seen through a fake docker: what is not there is an observation, never an exception."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.look.observation import End
from ansible_collections.todo.stack.plugins.module_utils.look.observe import (
    Site,
    ends,
    observe,
    rendered,
)

CONTRACT = {
    "service": "backend",
    "image": "todo-backend",
    "run": {"port": 8000, "health": {"path": "/health"}, "ui": None},
}


class FakeRun:
    """Answers docker commands by their first words; notes what was asked."""

    def __init__(self, answers: dict[str, tuple[int, str, str]]) -> None:
        self.answers = answers
        self.asked: list[list[str]] = []

    def __call__(self, args: list[str], /, **_options: Any) -> tuple[int, str, str]:
        self.asked.append(args)
        line = " ".join(args)
        for start, answer in self.answers.items():
            if line.startswith(start):
                return answer
        return 1, "", f"Error: no such object: {args[-1]}"


def container(number: str, status: str, *, one_off: str = "False") -> dict[str, Any]:
    return {
        "Id": number,
        "Name": f"/todo-backend-{number}",
        "Created": "2026-01-18T10:00:00Z",
        "RestartCount": 1,
        "State": {"Status": status, "Pid": 0, "StartedAt": "2026-01-18T10:00:00.123456789Z"},
        "Config": {
            "Labels": {
                "com.docker.compose.service": "backend",
                "com.docker.compose.oneoff": one_off,
            }
        },
    }


def site(tmp_path: Path) -> Site:
    return Site("todo", tmp_path, "127.0.0.1", 0.1)


def test_a_bare_host_is_seen_as_bare(tmp_path: Path) -> None:
    seen, _ = observe(DockerCli(FakeRun({"docker ps": (0, "", "")})), site(tmp_path), [CONTRACT])
    backend = seen["backend"]
    assert (backend.image, backend.container, backend.builds, backend.problem) == (
        None, None, (), "",
    )  # fmt: skip
    assert backend.rendered.problem.endswith("cannot be read (No such file or directory)")


def test_an_engine_that_is_down_is_seen_on_every_service(tmp_path: Path) -> None:
    run = FakeRun({"docker ps": (1, "", "Cannot connect to the Docker daemon\n")})
    seen, _ = observe(DockerCli(run), site(tmp_path), [CONTRACT])
    assert "Cannot connect to the Docker daemon" in seen["backend"].problem


def test_the_services_container_is_found_and_one_off_runs_are_not(tmp_path: Path) -> None:
    rows = [container("x", "running", one_off="True"), container("a", "exited")]
    run = FakeRun(
        {
            "docker ps": (0, "x\na\n", ""),
            "docker container inspect x a": (0, json.dumps(rows), ""),
            "docker events": (0, '{"Action":"die","Actor":{"Attributes":{"exitCode":"3"}}}', ""),
        }
    )
    backend = observe(DockerCli(run), site(tmp_path), [CONTRACT])[0]["backend"]
    assert (backend.container or {})["Id"] == "a"
    assert backend.ends == (End(3, False),)
    assert (backend.uptime_seconds, backend.health) == (0.0, None)


def test_how_long_a_container_runs_is_no_matter_of_a_clock_that_was_set(tmp_path: Path) -> None:
    row = container("a", "running")
    with subprocess.Popen(["sleep", "60"]) as process:
        try:
            row["Image"] = "sha256:aa"
            row["State"] = {**row["State"], "Pid": process.pid, "StartedAt": "2038-01-01T00:00:00Z"}
            run = FakeRun(
                {
                    "docker ps": (0, "a\n", ""),
                    "docker container inspect": (0, json.dumps([row]), ""),
                    "docker events": (0, "", ""),
                }
            )
            time.sleep(0.2)
            backend = observe(DockerCli(run), site(tmp_path), [CONTRACT])[0]["backend"]
        finally:
            process.kill()
    assert 0.15 <= backend.uptime_seconds < 30


def test_only_reading_commands_are_run(tmp_path: Path) -> None:
    run = FakeRun(
        {
            "docker ps": (0, "a\n", ""),
            "docker container inspect": (0, json.dumps([container("a", "exited")]), ""),
            "docker image inspect": (0, '[{"Id": "sha256:aa"}]', ""),
            "docker history": (0, '{"Size":"5","CreatedBy":"RUN x"}\n', ""),
            "docker events": (0, "", ""),
        }
    )
    backend = observe(DockerCli(run), site(tmp_path), [CONTRACT])[0]["backend"]
    assert backend.layers == ({"bytes": 5, "created_by": "RUN x"},)
    verbs = {tuple(args[1:3]) if args[2] == "inspect" else args[1] for args in run.asked}
    assert verbs == {"ps", ("container", "inspect"), ("image", "inspect"), "history", "events"}


def test_an_image_of_a_recorded_build_keeps_the_weights_of_then(tmp_path: Path) -> None:
    layers = [{"bytes": 7, "created_by": "COPY x"}]
    rows = [{"image_id": "sha256:bb", "layers": []}, {"image_id": "sha256:aa", "layers": layers}]
    records = {"version": 1, "images": {CONTRACT["image"]: rows}}
    (tmp_path / "builds.json").write_text(json.dumps(records))
    run = FakeRun(
        {"docker ps": (0, "", ""), "docker image inspect": (0, '[{"Id": "sha256:aa"}]', "")}
    )
    assert observe(DockerCli(run), site(tmp_path), [CONTRACT])[0]["backend"].layers == tuple(layers)


def test_the_events_tell_how_a_container_ended() -> None:
    die = '{"Action":"die","Actor":{"Attributes":{"exitCode":"137"}}}'
    assert ends('{"Action":"oom"}\n' + die + "\n" + die) == [End(137, True), End(137, False)]
    assert ends("") == []


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        ('{"services": {"backend": {"environment": {"A": "$$x"}}}}', 0o600, ""),
        ('{"services": {"backend": {"environment": {"A": "x"}}}}', 0o644, "read by others"),
        ('{"services": {}}', 0o600, "tells nothing of backend"),
        ('{"services"', 0o600, "tells nothing of backend"),
        ("\udcff", 0o600, "not UTF-8"),
    ],
)
def test_the_rendered_environment_is_read_or_its_problem_told(
    tmp_path: Path, text: str, mode: int, said: str
) -> None:
    path = tmp_path / "environment.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    path.chmod(mode)
    found = rendered(tmp_path, "backend")
    assert said in found.problem
    assert dict(found.values) == ({} if said else {"A": "$x"})
