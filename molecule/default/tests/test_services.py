"""Every service of compose.yaml, with a contract or without: all of it runs, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible_collections.todo.stack.molecule.eyes import STATE_DIR, Container, Eyes
from ansible_collections.todo.stack.molecule.plays import PROJECT_DIR

SERVICES = yaml.safe_load((PROJECT_DIR / "compose.yaml").read_text())["services"]
Described = tuple[str, dict[str, Any]]


def is_one_shot(name: str) -> bool:
    """Tell whether others wait for the service to end."""
    needs = [one.get("depends_on") for one in SERVICES.values()]
    told = [one.get(name, {}) for one in needs if isinstance(one, dict)]
    return any(one.get("condition") == "service_completed_successfully" for one in told)


def replicas(service: Described) -> int:
    """Return how many containers of a service there are to be."""
    return int((service[1].get("deploy") or {}).get("replicas", 1))


@pytest.fixture
def containers(eyes: Eyes, service: Described) -> list[Container]:
    """Return all containers that a lasting service is to have."""
    name, _ = service
    if is_one_shot(name):
        pytest.skip("it ends")
    return [eyes.container(name, number + 1) for number in range(replicas(service))]


def test_each_replica_runs_and_is_healthy(containers: list[Container]) -> None:
    for one in containers:
        state = one.inspect["State"]
        assert (state["Status"], state["Health"]["Status"]) == ("running", "healthy")


def test_a_one_shot_has_ended_well(eyes: Eyes, service: Described) -> None:
    name, _ = service
    if not is_one_shot(name):
        pytest.skip("it lasts")
    if f"{eyes.project}-{name}-1" not in eyes.names():
        pytest.skip("it was pruned: its record counts")
    state = eyes.container(name).inspect["State"]
    assert (state["Status"], state["ExitCode"]) == ("exited", 0)


def test_it_is_on_its_networks_alone_with_an_address(
    containers: list[Container], service: Described
) -> None:
    wanted = {
        f"{containers[0].eyes.project}_{one}" for one in service[1].get("networks", ["default"])
    }
    for one in containers:
        networks = one.inspect["NetworkSettings"]["Networks"]
        assert {name for name, told in networks.items() if told["IPAddress"]} == wanted
        assert set(networks) == wanted


def test_there_is_room_on_its_volumes(containers: list[Container], eyes: Eyes) -> None:
    for one in containers:
        for mount in one.inspect["Mounts"]:
            if mount["Type"] != "volume" or not mount["RW"]:
                continue
            out = eyes.run("stat", "-f", "-c", "%a %b %S", mount["Source"])
            free, total, size = (int(part) for part in out.split())
            assert free >= 0.05 * total or free * size >= 10**9, f"{mount['Name']} is full"


def test_it_is_labelled_as_the_stacks_own(containers: list[Container]) -> None:
    for one in containers:
        assert one.inspect["Config"]["Labels"].get("todo.stack.service")


def test_nothing_else_is_there(eyes: Eyes) -> None:
    wanted = {
        f"{eyes.project}-{name}-{number + 1}"
        for name, told in SERVICES.items()
        for number in range(replicas((name, told)))
    }
    assert set(eyes.names()) - wanted == set()


def test_no_release_is_half_there(eyes: Eyes) -> None:
    found = set(eyes.sh("cd $0/releases; ls", STATE_DIR).split())
    records = {name.removesuffix(".json") for name in found if name.endswith(".json")}
    assert found == {f"{number}.json" for number in records} | records
    assert 0 < len(records) <= 5
