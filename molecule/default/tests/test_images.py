"""The images that run are the contract's, and within its budget."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.todo.stack.molecule.eyes import STATE_DIR, Eyes

RELEASES = "ls $0/releases | sed -n 's/[.]json$//p'"


@pytest.fixture
def layers(eyes: Any, container: Any) -> list[int]:
    """Return the uncompressed size of each layer in bytes."""
    image = container.inspect["Image"]
    out = eyes.run("docker", "history", "--human=false", "--format={{.Size}}", image)
    return [int(size) for size in out.split()]


def test_the_image_is_within_its_budget(layers: list[int], contract: dict[str, Any]) -> None:
    assert 0 < sum(layers) <= contract["build"]["budget"]["bytes"]


def test_the_build_was_within_its_time(eyes: Eyes, contract: dict[str, Any]) -> None:
    rows = eyes.state("builds.json")["images"][contract["image"]]
    runs = eyes.container(contract["service"]).inspect["Image"]
    seconds = [row["build_seconds"] for row in rows if row["image_id"] == runs]
    assert seconds
    assert seconds[0] <= contract["build"]["budget"]["seconds"]


def test_the_container_runs_the_image_that_is_pinned_and_that_latest_is(
    eyes: Eyes, image: dict[str, Any], contract: dict[str, Any]
) -> None:
    pinned = eyes.state("environment.json")["services"][contract["service"]]["image"]
    content = image["Config"]["Labels"]["todo.stack.content"].removeprefix("sha256:")
    assert pinned == f"{contract['image']}:{content[:12]}"
    for name in (pinned, f"{contract['image']}:latest"):
        assert eyes.docker_json("image", "inspect", name)[0]["Id"] == image["Id"]


def test_the_image_is_labelled_with_its_service_and_content(
    eyes: Eyes, image: dict[str, Any], contract: dict[str, Any]
) -> None:
    labels = image["Config"]["Labels"]
    assert labels["todo.stack.name"] == eyes.project
    assert labels["todo.stack.service"] == contract["service"]
    assert labels["todo.stack.content"]


def test_the_image_keeps_no_secret(
    eyes: Any, image: dict[str, Any], contract: dict[str, Any]
) -> None:
    secrets = {name for name, entry in contract.get("env", {}).items() if entry.get("secret")}
    names = {entry.split("=", 1)[0] for entry in image["Config"]["Env"]}
    assert not names & secrets
    history = eyes.run("docker", "history", "--no-trunc", "--format={{.CreatedBy}}", image["Id"])
    assert "BEGIN CERTIFICATE" not in history


def test_the_record_names_the_image_that_runs(
    eyes: Eyes, image: dict[str, Any], contract: dict[str, Any]
) -> None:
    numbers = [int(name) for name in eyes.sh(RELEASES, STATE_DIR).split()]
    record = eyes.state(f"releases/{max(numbers)}.json")
    assert record["images"][contract["service"]]["image_id"] == image["Id"]
