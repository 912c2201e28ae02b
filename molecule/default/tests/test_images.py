"""The images that run are the contract's, and within its budget."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def layers(eyes: Any, container: Any) -> list[int]:
    """Return the uncompressed size of each layer in bytes."""
    image = container.inspect["Image"]
    out = eyes.run("docker", "history", "--human=false", "--format={{.Size}}", image)
    return [int(size) for size in out.split()]


def test_the_image_is_within_its_budget(layers: list[int], contract: dict[str, Any]) -> None:
    assert 0 < sum(layers) <= contract["build"]["budget"]["bytes"]


def test_the_container_runs_the_tagged_image(
    eyes: Any, image: dict[str, Any], contract: dict[str, Any]
) -> None:
    tagged = eyes.docker_json("image", "inspect", f"{contract['image']}:latest")[0]
    assert tagged["Id"] == image["Id"]


def test_the_image_is_labelled_with_its_service_and_content(
    image: dict[str, Any], contract: dict[str, Any]
) -> None:
    labels = image["Config"]["Labels"]
    assert labels["todo.stack.service"] == contract["service"]
    assert labels["todo.stack.content"]


def test_the_image_keeps_no_secret(
    eyes: Any, image: dict[str, Any], contract: dict[str, Any]
) -> None:
    secrets = {name for name, entry in contract["env"].items() if entry.get("secret")}
    names = {entry.split("=", 1)[0] for entry in image["Config"]["Env"]}
    assert not names & secrets
    history = eyes.run("docker", "history", "--no-trunc", "--format={{.CreatedBy}}", image["Id"])
    assert "BEGIN CERTIFICATE" not in history
