"""Eyes of the tests: contracts as they are written, the host as its own tools show it.

Nothing here goes through the collection's modules. Environment variables for other places:
STACK_PROJECT_DIR (folder of the contracts), STACK_PROJECT (compose project), STACK_BIND_ADDRESS,
STACK_STATE_DIR (folder of the stack on the host).
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
import yaml
from testinfra.host import Host  # type: ignore[import-untyped]

PROJECT_DIR = Path(os.environ.get("STACK_PROJECT_DIR", Path(__file__).parents[1]))
CONTRACTS = [
    yaml.safe_load(path.read_text()) for path in sorted(PROJECT_DIR.glob("*/contract.yml"))
]

STATE_DIR = os.environ.get("STACK_STATE_DIR", "/var/lib/todo-stack")

FETCH = """
import json, sys, urllib.error, urllib.request
try:
    answer = urllib.request.urlopen(sys.argv[1], timeout=10)
except urllib.error.HTTPError as refusal:
    answer = refusal
except OSError as problem:
    print(json.dumps([0, "", str(problem)]))
    sys.exit()
body = answer.read(1048576).decode()
print(json.dumps([answer.status, answer.headers.get("Content-Type", ""), body]))
"""


@dataclass(frozen=True)
class Eyes:
    """Commands on the host, as root: other users' processes are looked at."""

    host: Host
    project: str
    bind_address: str

    def run(self, *args: str) -> str:
        """Return a command's output; the test fails with the command's own message."""
        result = self.host.run(" ".join(["%s"] * len(args)), *args)
        assert result.rc == 0, f"{' '.join(args[:4])}: {result.stderr.strip()}"
        return str(result.stdout)

    def docker_json(self, *args: str) -> Any:
        """Return the parsed output of a docker command."""
        return json.loads(self.run("docker", *args))

    def container(self, service: str) -> Container:
        """Return a service's container, looked at anew."""
        return Container(self, service)

    def running(self) -> list[Container]:
        """Return every running container of the project, with a contract or without."""
        label = "com.docker.compose"
        found = self.run("docker", "ps", f"--filter=label={label}.project={self.project}",
                         f'--format={{{{.Label "{label}.service"}}}}')  # fmt: skip
        return [self.container(service) for service in found.split()]


@dataclass(frozen=True)
class Container:
    """A service's container as the engine and the kernel show it."""

    eyes: Eyes
    service: str

    @cached_property
    def inspect(self) -> dict[str, Any]:
        """Return the engine's description."""
        name = f"{self.eyes.project}-{self.service}-1"
        found: dict[str, Any] = self.eyes.docker_json("container", "inspect", name)[0]
        return found

    @cached_property
    def pids(self) -> list[str]:
        """Return the host's numbers of all processes in the container."""
        top = self.eyes.run("docker", "top", self.inspect["Id"], "-eo", "pid")
        return top.split()[1:]

    def statuses(self) -> list[dict[str, str]]:
        """Return /proc's status of every process that still runs: healthchecks come and go."""
        read = [self.eyes.host.run("cat /proc/%s/status", pid) for pid in self.pids]
        texts = [result.stdout for result in read if result.rc == 0]
        assert texts, f"no process of {self.service} could be looked at"
        return [
            {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}
            for lines in (text.splitlines() for text in texts)
        ]

    def in_network_namespace(self, *args: str) -> str:
        """Return the output of a host's command run in the container's network namespace."""
        pid = str(self.inspect["State"]["Pid"])
        return self.eyes.run("nsenter", "--target", pid, "--net", *args)

    def environ(self) -> dict[str, str]:
        """Return the main process's environment."""
        pid = self.inspect["State"]["Pid"]
        raw = self.eyes.run("base64", "--wrap=0", f"/proc/{pid}/environ")
        return dict(entry.split("=", 1) for entry in _decoded(raw).split("\0") if "=" in entry)


@dataclass(frozen=True)
class Run:
    """One finished playbook run."""

    code: int
    output: str
    seconds: float

    def recap(self, host: str) -> dict[str, int]:
        """Return the counts of the recap's line of a host."""
        line = re.search(rf"^{re.escape(host)}\s+: (.*)$", self.output, re.MULTILINE)
        assert line, self.output
        return {key: int(count) for key, count in re.findall(r"(\w+)=(\d+)", line[1])}


def start(
    playbook: str, *options: str, variables: dict[str, Any] | None = None
) -> subprocess.Popen[str]:
    """Start a playbook on the scenario's hosts as a user would, over SSH, in its own session."""
    folder = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"])
    extra = ["--extra-vars", json.dumps(variables)] if variables else []
    return subprocess.Popen(
        [
            str(Path(sys.executable).with_name("ansible-playbook")),
            f"--inventory={folder / 'inventory'}",
            str(PROJECT_DIR / "playbooks" / playbook),
            *options,
            *extra,
        ],
        env={**os.environ, "ANSIBLE_FORCE_COLOR": "0", "ANSIBLE_NOCOLOR": "1"},
        # Together: a failure goes to the one, the recap to the other.
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def play(playbook: str, *options: str, variables: dict[str, Any] | None = None) -> Run:
    """Return a playbook's run once it has ended."""
    begun = time.monotonic()
    started = start(playbook, *options, variables=variables)
    try:
        output, _ = started.communicate(timeout=600)
    except subprocess.TimeoutExpired:
        os.killpg(started.pid, signal.SIGKILL)
        raise
    return Run(started.returncode, output, time.monotonic() - begun)


def copy_project(place: Path) -> Path:
    """Return a copy of what is deployed, to be changed."""
    ignored = shutil.ignore_patterns("node_modules", ".next", "__pycache__", ".env")
    for name in ("backend", "frontend"):
        shutil.copytree(PROJECT_DIR / name, place / name, ignore=ignored)
    shutil.copy(PROJECT_DIR / "compose.yaml", place)
    return place


def snapshot(eyes: Eyes) -> str:
    """Return what a run that is refused must leave as it is: containers, images, files."""
    return eyes.run(
        "sh", "-c",
        "docker ps -aq --no-trunc | sort"
        " | xargs -r docker inspect -f '{{.Id}} {{.State.StartedAt}}';"
        " docker image ls --no-trunc --format '{{.Repository}}:{{.Tag}} {{.ID}}' | sort;"
        " cd \"$0\"; stat -c '%n %a' *; sha256sum [!t]*", STATE_DIR,
    )  # fmt: skip


def _decoded(raw: str) -> str:
    return base64.b64decode(raw).decode("utf-8", "surrogateescape")


@pytest.fixture
def eyes(host: Host) -> Any:
    """Return the eyes on the tested host."""
    project = os.environ.get("STACK_PROJECT", "todo")
    address = os.environ.get("STACK_BIND_ADDRESS", "127.0.0.1")
    if host.user().name == "root":
        yield Eyes(host, project, address)
        return
    with host.sudo():
        yield Eyes(host, project, address)


@pytest.fixture
def contracts() -> list[dict[str, Any]]:
    """Return all contracts."""
    return CONTRACTS


@pytest.fixture(params=CONTRACTS, ids=lambda contract: contract["service"])
def contract(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return each contract in turn."""
    found: dict[str, Any] = request.param
    return found


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


@pytest.fixture
def make_snapshot(eyes: Eyes) -> Callable[[], str]:
    """Return the function that tells what the host is like now."""
    return lambda: snapshot(eyes)


@pytest.fixture
def unchanged(eyes: Eyes) -> Callable[[], bool]:
    """Return a question: is the host as it was when the test began?"""
    before = snapshot(eyes)
    return lambda: snapshot(eyes) == before


@pytest.fixture
def project_copy(tmp_path: Path) -> Path:
    """Return a copy of the project to be changed."""
    return copy_project(tmp_path)
