"""A backend and a frontend of our own beside the running stack's, with another environment."""

from __future__ import annotations

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .conftest import docker

PROJECT = os.environ.get("STACK_PROJECT", "todo")
START_WITHIN_SECONDS = 30
ADDRESSES = Path("/proc/net/if_inet6")
TENTATIVE = 0x40


def host_address() -> str:
    """Return the address at which containers reach this host."""
    template = "{{(index .IPAM.Config 0).Gateway}}"
    return docker("network", "inspect", "bridge", "--format", template).strip()


@contextmanager
def own_stack(environment: dict[str, str]) -> Iterator[str]:
    """Start both on the stack's networks and database; give the frontend's address."""
    name = f"todo-test-{uuid.uuid4().hex[:8]}"
    backend, frontend = f"{name}-backend", f"{name}-frontend"
    try:
        _start(backend, _running("backend"), environment)
        address = {"NEXT_PUBLIC_API_URL": f"http://{backend}:8000"}
        _start(frontend, _running("frontend"), address, "--publish", "127.0.0.1::3000")
        site = f"http://{docker('port', frontend, '3000').strip()}"
        _await(f"{site}/api/tasks")
        await_still_network()
        yield site
    finally:
        docker("rm", "--force", "--volumes", backend, frontend)


def await_still_network() -> None:
    """Wait until this host's addresses stand still: Chromium drops what it loads when they change.

    A container's end of its network gets one as it starts, tentative until it is known to be
    nobody else's, about two seconds later.
    """
    deadline = time.monotonic() + START_WITHIN_SECONDS
    while ADDRESSES.exists() and time.monotonic() < deadline:
        lines = ADDRESSES.read_text().splitlines()
        if not any(int(line.split()[4], 16) & TENTATIVE for line in lines):
            return
        time.sleep(0.1)


def _running(service: str) -> dict[str, Any]:
    filters = [
        f"label=com.docker.compose.{key}" for key in (f"project={PROJECT}", f"service={service}")
    ]
    ids = docker("ps", "--quiet", *(word for each in filters for word in ("--filter", each)))
    found: dict[str, Any] = json.loads(docker("inspect", ids.split()[0]))[0]
    return found


def _start(name: str, like: dict[str, Any], environment: dict[str, str], *options: str) -> None:
    values = dict(each.split("=", 1) for each in like["Config"]["Env"]) | environment
    networks = [f"--network={each}" for each in like["NetworkSettings"]["Networks"]]
    # By name alone: values on a command line are seen by every user of this machine.
    names = [f"--env={each}" for each in values if each != "PATH"]
    hardened = ["--init", "--read-only", "--tmpfs=/tmp", "--cap-drop=ALL"]
    subprocess.run(
        ["docker", "run", "--detach", "--name", name, *hardened, *networks, *names, *options,
         like["Image"]],
        env={**values, **{k: v for k, v in os.environ.items() if k in ("PATH", "HOME")}},
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip


def _await(url: str) -> None:
    """Wait until somebody answers, if only that nobody is signed in."""
    deadline = time.monotonic() + START_WITHIN_SECONDS
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=5)  # noqa: S310 - this machine
        except urllib.error.HTTPError as answer:
            if answer.code == 401:
                return
        except OSError:
            pass
        time.sleep(0.3)
    raise AssertionError(f"{url} did not answer in {START_WITHIN_SECONDS} s")
