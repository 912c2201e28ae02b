"""What the tests on throwaway hosts are given: eyes on the host, contracts, plays, copies.

Nothing here goes through the collection's modules. Environment variables for other places:
STACK_PROJECT_DIR (folder of the contracts), STACK_PROJECT (compose project), STACK_BIND_ADDRESS,
STACK_STATE_DIR (folder of the stack on the host).
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.todo.stack.molecule.eyes import FETCH, PROJECT, Container, Eyes
from ansible_collections.todo.stack.molecule.plays import PROJECT_DIR, Run, play, start
from ansible_collections.todo.stack.molecule.polling import Polls, polled
from ansible_collections.todo.stack.molecule.projects import copy_project
from testinfra.host import Host  # type: ignore[import-untyped]

CONTRACTS = [
    yaml.safe_load(path.read_text()) for path in sorted(PROJECT_DIR.glob("*/contract.yml"))
]
SERVICES = yaml.safe_load((PROJECT_DIR / "compose.yaml").read_text())["services"]


@pytest.fixture
def eyes(host: Host) -> Iterator[Eyes]:
    """Return the eyes on the tested host."""
    address = os.environ.get("STACK_BIND_ADDRESS", "127.0.0.1")
    if host.user().name == "root":
        yield Eyes(host, PROJECT, address)
        return
    with host.sudo():
        yield Eyes(host, PROJECT, address)


@pytest.fixture
def contracts() -> list[dict[str, Any]]:
    """Return all contracts."""
    return CONTRACTS


@pytest.fixture(params=CONTRACTS, ids=lambda contract: contract["service"])
def contract(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return each contract in turn."""
    found: dict[str, Any] = request.param
    return found


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    """Return each compose service in turn, with what compose.yaml says of it."""
    return request.param, SERVICES[request.param]


@pytest.fixture
def container(eyes: Eyes, contract: dict[str, Any]) -> Container:
    """Return the container of the contract's service."""
    return eyes.container(contract["service"])


@pytest.fixture
def image(eyes: Eyes, container: Container) -> dict[str, Any]:
    """Return the image that really runs."""
    found: dict[str, Any] = eyes.docker_json("image", "inspect", container.inspect["Image"])[0]
    return found


@pytest.fixture
def fetch_script() -> str:
    """Return a Python program that prints status, type and body of an address as JSON.

    Where nothing answers, the status is 0 and the body the reason.
    """
    return FETCH


@pytest.fixture(scope="session")
def run_play() -> Callable[..., Run]:
    """Return the function that runs a playbook on the scenario's hosts."""
    return play


@pytest.fixture(scope="session")
def start_play() -> Callable[..., subprocess.Popen[str]]:
    """Return the function that starts a playbook and does not wait for it."""
    return start


@pytest.fixture(scope="session")
def within() -> Callable[[float, Callable[[], bool]], bool]:
    """Return a function that asks until it holds or the seconds are over."""

    def ask(seconds: float, question: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if question():
                return True
            time.sleep(0.5)
        return False

    return ask


@pytest.fixture
def polling(eyes: Eyes) -> Callable[[], AbstractContextManager[Polls]]:
    """Return a context in which the host asks page, API and backend without a pause."""
    return lambda: polled(eyes)


@pytest.fixture
def make_snapshot(eyes: Eyes) -> Callable[[], str]:
    """Return the function that tells what the host is like now."""
    return eyes.everything


@pytest.fixture
def unchanged(eyes: Eyes) -> Callable[[], bool]:
    """Return a question: is the host as it was when the test began?"""
    before = eyes.everything()
    return lambda: eyes.everything() == before


@pytest.fixture
def project_copy(tmp_path: Path) -> Path:
    """Return a copy of the project to be changed."""
    return copy_project(tmp_path)
