"""What a container tells of its end, and what it may not tell."""

from __future__ import annotations

from ansible_collections.todo.stack.plugins.module_utils.contract.masking import (
    derived_forms,
    redactor,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.look.containers import read_container
from ansible_collections.todo.stack.plugins.module_utils.release.evidence import evidence
from ansible_collections.todo.stack.tests.unit.fakes import FakeDocker, container

SECRET = "s3cr&t/of'the\"stack\\"  # of all kinds of characters
LOG = "".join(f"line {number}\n" for number in range(30)) + f"password {SECRET}\n"


def test_a_row_tells_the_state_the_last_healthcheck_and_the_end_of_the_log() -> None:
    health = {"Status": "unhealthy", "Log": [{"Output": "first"}, {"Output": f" no {SECRET} \n"}]}
    state = {"Status": "running", "ExitCode": 0, "OOMKilled": False, "Health": health}
    inspected = container("backend", state=state, RestartCount=2)
    docker = DockerCli(FakeDocker({"logs": LOG}, containers=[inspected]))
    redact = redactor(derived_forms([SECRET]))
    row = evidence(docker, read_container(inspected), "/health answered 500", redact)
    assert len(row["log"]) == 20
    assert row["log"][-1] == "password ********"
    assert row["last_healthcheck"] == "no ********"
    assert {key: row[key] for key in ("service", "container", "why", "state", "health",
                                      "exit_code", "oom_killed", "restarts")} == {
        "service": "backend", "container": "todo-backend-1", "why": "/health answered 500",
        "state": "running", "health": "unhealthy", "exit_code": 0, "oom_killed": False,
        "restarts": 2,
    }  # fmt: skip


def test_a_secret_where_a_long_healthcheck_is_cut_shows_no_half_of_itself() -> None:
    said = "x" * 20 + SECRET + "x" * (500 - len(SECRET) // 2)
    health = {"Status": "unhealthy", "Log": [{"Output": said}]}
    inspected = container("backend", state={"Health": health})
    docker = DockerCli(FakeDocker({"logs": ""}, containers=[inspected]))
    row = evidence(docker, read_container(inspected), "it ended", redactor([SECRET]))
    assert len(row["last_healthcheck"]) == 500
    assert set(row["last_healthcheck"]) <= set("*x")


def test_a_longer_secret_hides_before_one_that_is_part_of_it() -> None:
    assert redactor(["abc", "abcdef"])("abcdef abc abd") == "******** ******** abd"


def test_a_container_without_a_healthcheck_tells_none() -> None:
    inspected = container("backend", state={"Health": None})
    docker = DockerCli(FakeDocker({"logs": (1, "", "no such container")}, containers=[inspected]))
    row = evidence(docker, read_container(inspected), "it ended", redactor([]))
    assert (row["health"], row["last_healthcheck"]) == ("none", "")
