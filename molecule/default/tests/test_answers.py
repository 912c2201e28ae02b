"""The services answer, from the host and from another container."""

from __future__ import annotations

import json
from typing import Any

import jmespath
import pytest


def from_the_host(eyes: Any, script: str, contract: dict[str, Any], path: str) -> list[Any]:
    """Return status, type and body of a GET from the host."""
    url = f"http://{eyes.bind_address}:{contract['run']['port']}{path}"
    answer: list[Any] = json.loads(eyes.run("python3", "-c", script, url))
    return answer


def from_a_container(eyes: Any, script: str, contract: dict[str, Any], path: str) -> list[Any]:
    """Return status, type and body of a GET from a new container on the stack's network."""
    url = f"http://{contract['service']}:{contract['run']['port']}{path}"
    answer: list[Any] = eyes.docker_json(
        "run", "--rm", "--network", f"{eyes.project}_default", "--entrypoint", "python",
        "--user", "65534:65534", eyes.container("backend").inspect["Image"], "-c", script, url,
    )  # fmt: skip
    return answer


@pytest.mark.parametrize("get", [from_the_host, from_a_container])
def test_the_health_body_is_as_promised(
    eyes: Any, contract: dict[str, Any], fetch_script: str, get: Any
) -> None:
    health = contract["run"].get("health")
    if not health:
        pytest.skip("the contract promises no health path")
    status, _, body = get(eyes, fetch_script, contract, health["path"])
    assert status == 200
    assert jmespath.search(health["expect"], json.loads(body)) is True


def test_it_says_that_it_is_ready(eyes: Any, fetch_script: str, contract: dict[str, Any]) -> None:
    ready = contract["run"].get("ready")
    if not ready:
        pytest.skip("the contract promises no readiness")
    status, _, body = from_the_host(eyes, fetch_script, contract, ready["path"])
    assert (status, jmespath.search(ready["expect"], json.loads(body))) == (200, True)


def test_each_check_of_its_own_is_answered_as_promised(
    eyes: Any, fetch_script: str, contract: dict[str, Any]
) -> None:
    checks = contract["run"].get("checks", {})
    if not checks:
        pytest.skip("the contract has no checks of its own")
    for check in checks.values():
        status, _, body = from_the_host(eyes, fetch_script, contract, check["path"])
        assert status == check.get("status", 200), body
        assert check.get("contains", "") in body
        if "expect" in check:
            assert jmespath.search(check["expect"], json.loads(body)) is True


@pytest.mark.parametrize("get", [from_the_host, from_a_container])
def test_the_page_has_the_promised_content(
    eyes: Any, contract: dict[str, Any], fetch_script: str, get: Any
) -> None:
    page = contract["run"].get("ui")
    if not page:
        pytest.skip("the contract promises no user interface")
    status, kind, body = get(eyes, fetch_script, contract, page["path"])
    assert (status, kind.partition(";")[0]) == (200, "text/html")
    assert page["contains"] in body


def test_every_service_promises_something_to_ask_for(contract: dict[str, Any]) -> None:
    assert contract["run"].get("health") or contract["run"].get("ui")
