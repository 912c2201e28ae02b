"""Where no systemd runs, Ansible tells /dev/log what a module is called with: no value either."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import play

LOG = Path("/dev/log")
MARKER = "sQ4vZ8pWk2Rt"
HOSTILE = f"{MARKER}\\\"'\n{MARKER}-$HOME `id` %s {MARKER}"
GIVEN: dict[str, Any] = {
    "stack_secrets": {"backend": {"OPENAI_API_KEY": HOSTILE}},
    "stack_extra_env": {"backend": {"NOTE": HOSTILE}},
}


@pytest.fixture
def told() -> Iterator[list[bytes]]:
    """Return what is told to syslog, by listening in its place."""
    if LOG.exists():
        pytest.skip("a syslog listens here; molecule/environment reads the journal of a host")
    found: list[bytes] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(LOG))
        listener.settimeout(0.2)
        ended = threading.Event()

        def listen() -> None:
            while not ended.is_set():
                try:
                    found.append(listener.recv(1 << 20))
                except TimeoutError:
                    continue

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield found
        finally:
            ended.set()
            thread.join()
            LOG.unlink()


@pytest.mark.usefixtures("stack")
def test_no_value_is_told_to_syslog(told: list[bytes]) -> None:
    try:
        assert play("local.yml", "--tags", "stack", "-vvv", variables=GIVEN).code == 0
        wrong = {**GIVEN, "stack_bind_address": "everywhere"}
        assert play("local.yml", "--tags", "stack", "-vvv", variables=wrong).code != 0
    finally:
        assert play("local.yml", "--tags", "stack").code == 0
    assert any(b"Invoked with" in one for one in told)
    assert [one for one in told if MARKER.encode() in one] == []
