"""What the Docker client's answers mean."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import ProblemList
from ansible_collections.todo.stack.plugins.module_utils.decide.engine_state import (
    MINIMUM,
    Answer,
    EngineState,
    HostFacts,
    buildx_version,
    compose_version,
    decide,
    judge_answer,
    least_versions,
    numbers,
    shortfalls,
)

RUNNING = Answer(
    0,
    json.dumps(
        {"Client": {}, "Server": {"Version": "26.1.5+dfsg1", "Os": "linux", "Arch": "amd64"}}
    ),
    "",
)
NO_SERVER = json.dumps({"Client": {"Version": "28.2.2"}, "Server": None})
NOBODY = "Cannot connect to the Docker daemon at {}. Is the docker daemon running?"
DEFAULT = NOBODY.format("unix:///var/run/docker.sock")
DENIED = (
    "permission denied while trying to connect to the Docker daemon socket at "
    "unix:///var/run/docker.sock: Get ...: connect: permission denied"
)
COMPLETE = EngineState("running", "", "", "26.1.5", "0.13.1", "2.26.1", "linux", "amd64")


def test_an_answering_engine_is_running() -> None:
    state = judge_answer(RUNNING, HostFacts())
    assert state.running
    assert (state.server_version, state.server_arch) == ("26.1.5+dfsg1", "amd64")


@pytest.mark.parametrize(
    ("err", "facts", "state", "said"),
    [
        (DEFAULT, HostFacts(), "stopped", "is stopped"),
        (DEFAULT, HostFacts(socket=False), "absent", "installed but not started"),
        (DEFAULT, HostFacts(socket=False, daemon=False), "absent", "is not installed"),
        ("", HostFacts(client=False, socket=False, daemon=False), "absent", "no docker command"),
        (DENIED, HostFacts(user="ann"), "permission_denied", "user ann may not"),
        (
            NOBODY.format("tcp://127.0.0.1:1"),
            HostFacts(docker_host="tcp://127.0.0.1:1"),
            "wrong_docker_host",
            "DOCKER_HOST=tcp://127.0.0.1:1 leads to no engine",
        ),
        (
            'error during connect: Get "http://nohost.invalid:2375/v1.50/version": no such host',
            HostFacts(docker_host="tcp://nohost.invalid:2375"),
            "wrong_docker_host",
            "nohost.invalid",
        ),
        (
            NOBODY.format("tcp://10.0.0.9:2375"),
            HostFacts(),
            "wrong_docker_host",
            "the docker command leads to no engine (tcp://10.0.0.9:2375)",
        ),
        (DEFAULT, HostFacts(docker_host="unix:///var/run/docker.sock"), "stopped", "is stopped"),
    ],
)
def test_each_cause_has_a_state_a_message_and_a_remedy(
    err: str, facts: HostFacts, state: str, said: str
) -> None:
    found = judge_answer(Answer(1, NO_SERVER, err), facts)
    assert found.state == state
    assert said in found.message
    assert found.remedy
    assert not found.running


SAYINGS = yaml.safe_load((Path(__file__).parents[2] / "data/engine_sayings.yml").read_text())


@pytest.mark.parametrize("saying", SAYINGS)
def test_every_generation_of_clients_is_understood(saying: str) -> None:
    state, err = SAYINGS[saying]["state"], SAYINGS[saying]["said"]
    elsewhere = "tcp://10.0.0.9:2375" if state == "wrong_docker_host" else ""
    facts = HostFacts(docker_host=elsewhere, socket=state != "absent", user="ann")
    found = judge_answer(Answer(1, NO_SERVER, f"{err}\n"), facts)
    assert found.state == state, found.message
    assert found.remedy


def test_a_client_that_is_too_old_for_its_engine_is_brought_up_to_date() -> None:
    found = judge_answer(Answer(1, NO_SERVER, SAYINGS["20.10 at a 29"]["said"]), HostFacts())
    action, why = decide(found, MINIMUM, True)
    assert action == "install"
    assert "it speaks API 1.41, the engine 1.44 and later" in why


def answer_of(*components: str) -> Answer:
    server = {"Version": "26.1.5", "Components": [{"Name": name} for name in components]}
    return Answer(0, json.dumps({"Server": server}), "")


EMULATED = "Emulate Docker CLI using podman. Create /etc/containers/nodocker to quiet msg.\n"


@pytest.mark.parametrize(
    ("answer", "facts", "said"),
    [
        (answer_of("Podman Engine", "Conmon"), HostFacts(), "leads to Podman"),
        (Answer(0, '{"Client": {"Version": "4.3.1"}}', EMULATED), HostFacts(), "leads to Podman"),
        (Answer(125, "", ""), HostFacts(client_kind="podman"), "leads to Podman"),
        (Answer(0, RUNNING.out, ""), HostFacts(client_kind="snap"), "installed as a snap"),
        (Answer(0, '{"Server": {"Components": [{"Name": "containerd"}]}}', ""),
         HostFacts(client_kind="nerdctl"), "is nerdctl"),
        (Answer(1, NO_SERVER, DENIED), HostFacts(client_kind="snap"), "installed as a snap"),
        (answer_of("Engine", "containerd", "rootlesskit", "slirp4netns"),
         HostFacts(docker_host="unix:///run/user/1000/docker.sock"), "the engine is rootless"),
    ],
)  # fmt: skip
def test_an_engine_of_another_kind_is_refused_by_name(
    answer: Answer, facts: HostFacts, said: str
) -> None:
    found = judge_answer(answer, facts)
    assert (found.state, found.running) == ("unsupported", False)
    action, why = decide(found, MINIMUM, True)
    assert action == "access"
    assert said in why
    assert " -> " in why


def test_the_parts_of_an_ordinary_engine_are_no_other_kind() -> None:
    assert judge_answer(
        answer_of("Engine", "containerd", "runc", "docker-init"), HostFacts()
    ).running


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        (HostFacts(), "stopped"),
        (HostFacts(docker_host="tcp://192.0.2.1:2375"), "wrong_docker_host"),
    ],
)
def test_an_engine_that_hangs_is_told_apart_by_its_address(facts: HostFacts, state: str) -> None:
    found = judge_answer(Answer(124, "", ""), facts)
    assert found.state == state
    assert "in time" in found.message


def test_the_causes_have_different_messages() -> None:
    answer = Answer(1, NO_SERVER, DEFAULT)
    messages = {
        judge_answer(answer, HostFacts()).message,
        judge_answer(answer, HostFacts(socket=False)).message,
        judge_answer(Answer(1, NO_SERVER, DENIED), HostFacts()).message,
        judge_answer(Answer(1, NO_SERVER, ""), HostFacts(docker_host="tcp://x:1")).message,
    }
    assert len(messages) == 4


@pytest.mark.parametrize("out", ["", "garbage", "null", "[]", '{"Server": "text"}'])
def test_an_answer_that_makes_no_sense_is_no_running_engine(out: str) -> None:
    assert not judge_answer(Answer(0, out, ""), HostFacts()).running


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("26.1.5+dfsg1", (26, 1, 5)),
        ("v0.13.1", (0, 13, 1)),
        ("2.26.1-4", (2, 26, 1)),
        ("27.0.0-rc.1", (27, 0, 0)),
        ("", (0, 0, 0)),
        ("24", (24, 0, 0)),
    ],
)
def test_versions_compare_by_their_numbers(text: str, expected: tuple[int, int, int]) -> None:
    assert numbers(text) == expected


@pytest.mark.parametrize(
    ("out", "expected"),
    [
        ("github.com/docker/buildx 0.13.1+ds1 0.13.1+ds1-3\n", "0.13.1+ds1"),
        ("github.com/docker/buildx v0.20.0 8e30c46\n", "0.20.0"),
        ("docker: 'buildx' is not a docker command.", ""),
        ("", ""),
    ],
)
def test_buildx_names_its_version(out: str, expected: str) -> None:
    assert buildx_version(out) == expected


@pytest.mark.parametrize(
    ("out", "expected"),
    [("2.26.1-4\n", "2.26.1-4"), ("v2.24.0\n", "2.24.0"), ("Usage:\n 1.2 docker\n", ""), ("", "")],
)
def test_compose_names_its_version(out: str, expected: str) -> None:
    assert compose_version(out) == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        ({"server_version": "20.10.24"}, ["Docker Engine 20.10.24 is too old"]),
        ({"buildx_version": ""}, ["buildx is missing"]),
        ({"compose_version": "2.3.3"}, ["Docker Compose 2.3.3 is too old"]),
        (
            {"buildx_version": "0.9.1", "compose_version": ""},
            ["buildx 0.9.1 is too old", "Docker Compose is missing"],
        ),
    ],
)
def test_every_shortfall_is_named(changed: dict[str, str], expected: list[str]) -> None:
    found = shortfalls(replace(COMPLETE, **changed), MINIMUM)
    assert [line.split(" (")[0] for line in found] == expected


@pytest.mark.parametrize(
    ("least", "lacks"), [("26.1.5", []), ("26.1.6", ["Docker Engine 26.1.5 is too old"])]
)
def test_the_third_number_counts_where_it_is_named(least: str, lacks: list[str]) -> None:
    found = shortfalls(COMPLETE, {**MINIMUM, "server": least})
    assert [line.split(" (")[0] for line in found] == lacks


@pytest.mark.parametrize(
    ("given", "changed"),
    [({}, {}), ({"server": None, "compose": "2.40"}, {"compose": "2.40"}),
     ({"buildx": "0.20.1"}, {"buildx": "0.20.1"}), ({"server": 24}, {"server": "24"})],
)  # fmt: skip
def test_least_versions_that_are_not_given_stay(
    given: dict[str, Any], changed: dict[str, str]
) -> None:
    assert least_versions(given) == {**MINIMUM, **changed}


@pytest.mark.parametrize(
    "given", ["latest", "v24", "", "24.x", ">=24", "24.0.0.1", " 24", "\u0662"]
)
def test_what_is_no_version_is_refused_by_its_name(given: str) -> None:
    with pytest.raises(ProblemList) as found:
        least_versions({"compose": given})
    assert "docker_engine_minimum.compose: is no version -> such as 26.1" in str(found.value)


@pytest.mark.parametrize(
    ("state", "daemon", "action"),
    [
        (COMPLETE, True, "none"),
        (COMPLETE, False, "none"),
        (replace(COMPLETE, buildx_version=""), True, "install"),
        (EngineState("absent", "missing", "install"), False, "install"),
        (EngineState("stopped", "stopped", "start"), False, "install"),
        (replace(COMPLETE, state="stopped", message="off", server_version=""), True, "start"),
        (replace(COMPLETE, state="absent", message="off", server_version=""), True, "start"),
        (replace(COMPLETE, state="stopped", compose_version="2.3.0"), True, "install"),
        (EngineState("permission_denied", "denied", "become"), True, "access"),
        (EngineState("wrong_docker_host", "nowhere", "unset"), True, "access"),
    ],
)
def test_the_least_that_helps_is_done(state: EngineState, daemon: bool, action: str) -> None:
    found, reason = decide(state, MINIMUM, daemon)
    assert found == action
    assert bool(reason) == (action != "none")
