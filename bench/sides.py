"""The sides of the bench: ours and its peers, all on one copy of the project."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[1]
PLAYBOOK = PROJECT / ".venv/bin/ansible-playbook"
PEER_PLAYBOOK = PROJECT / ".cache/bench/bin/ansible-playbook"
CA_BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
PEER_ADDRESS, HAND_ADDRESS = "127.0.0.5", "127.0.0.6"
HAND_PROJECT = "bench-by-hand"
SERVICES = ("backend", "frontend")


@dataclass(frozen=True)
class Bench:
    """A copy of the project to build from, the images to build on, where output goes."""

    copy: Path
    bases: dict[str, str]
    log: Path
    peaks: dict[str, int] = field(default_factory=dict)

    def run(self, argv: list[str], **environment: str) -> float:
        """Run a command; return its wall seconds; stop the bench when it fails."""
        begun = time.monotonic()
        with self.log.open("a") as log:
            log.write(f"\n$ {' '.join(argv)}\n")
            log.flush()
            process = subprocess.Popen(
                argv,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **environment},
            )
            _pid, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - begun
        process.returncode = code = os.waitstatus_to_exitcode(status)
        if code != 0:
            sys.exit(f"{' '.join(argv[:3])} ... ended with {code}; see {self.log}")
        self.peaks[argv[0]] = max(self.peaks.get(argv[0], 0), usage.ru_maxrss * 1024)
        return seconds

    def ours(self, **environment: str) -> float:
        """`playbooks/local.yml`, whole: look, build, release, acceptance, report."""
        variables = {
            "stack_project_dir": str(self.copy),
            "stack_artifacts_dir": str(self.copy / "artifacts"),
        }
        return self.run(
            [str(PLAYBOOK), str(PROJECT / "playbooks/local.yml"), "-e", json.dumps(variables)],
            ANSIBLE_CONFIG=str(PROJECT / "ansible.cfg"),
            **environment,
        )

    def peak_bytes(self) -> dict[str, int]:
        """Return the most memory that the largest process of a run took, and the backend's own."""
        argv = ["docker", "exec", "todo-backend-1", "grep", "VmHWM", "/proc/1/status"]
        told = subprocess.run(argv, capture_output=True, check=True, text=True).stdout
        return {
            "a process of a run": self.peaks[str(PLAYBOOK)],
            "the backend": int(told.split()[1]) * 1024,
        }

    def task_seconds(self) -> list[dict[str, Any]]:
        """Run ours once more; return where its time went, a row a task."""
        file = self.copy / "task-seconds.json"
        plugins = str(PROJECT / "bench/callback_plugins")
        whole = self.ours(
            ANSIBLE_CALLBACK_PLUGINS=plugins,
            ANSIBLE_CALLBACKS_ENABLED="task_seconds",
            TASK_SECONDS=str(file),
        )
        rows: list[dict[str, Any]] = json.loads(file.read_text())
        rest = round(whole - sum(row["seconds"] for row in rows), 3)
        return [*rows, {"task": "(Ansible's start and end)", "seconds": rest}]

    def community_docker(self) -> float:
        """bench/peer.yml: the same stack by modules of community.docker."""
        variables = {
            "project": str(self.copy),
            "address": PEER_ADDRESS,
            "ca_bundle": str(CA_BUNDLE if CA_BUNDLE.exists() else "/dev/null"),
            "python_image": self.bases["PYTHON_IMAGE"],
            "node_image": self.bases["NODE_IMAGE"],
            "postgres_image": self.bases["POSTGRES_IMAGE"],
        }
        playbook = str(PROJECT / "bench/peer.yml")
        return self.run([str(PEER_PLAYBOOK), playbook, "-e", json.dumps(variables)])

    def compose(self) -> float:
        """`docker compose up` by hand, building with layers from the cache."""
        return self.run(
            [
                "docker", "compose", "--project-name", HAND_PROJECT,
                "--project-directory", str(self.copy), "--file", str(self.copy / "by-hand.yaml"),
                "up", "--detach", "--build", "--wait",
            ],
            STACK_BIND_ADDRESS=HAND_ADDRESS, BUILD_CA_BUNDLE=str(CA_BUNDLE), **self.bases,
        )  # fmt: skip

    def empty(self) -> float:
        """An empty playbook."""
        return self.run([str(PLAYBOOK), str(PROJECT / "bench/empty.yml")])

    def cold_ours(self) -> float:
        """Both images by image_build, no layer from the cache, packages from cache mounts."""
        variables = {"stack_project_dir": str(self.copy), "bases": self.image_bases()}
        return self.run(
            [str(PLAYBOOK), str(PROJECT / "bench/cold.yml"), "-e", json.dumps(variables)],
            ANSIBLE_CONFIG=str(PROJECT / "ansible.cfg"),
        )

    def cold_bake(self) -> float:
        """Both images by `docker buildx bake`."""
        return self.run(
            ["docker", "buildx", "bake", "--file", str(self.copy / "bake.json")],
            BUILDX_BUILDER="default", BUILDX_BAKE_ENTITLEMENTS_FS="0",
        )  # fmt: skip

    def make_cold(self, number: int | None) -> None:
        """Have no layer in the cache: every stage on a base begins anew; None undoes it.

        `--no-cache` would begin the package caches of cache mounts anew as well.
        """
        line = "" if number is None else f"ENV BENCH_COLD={number}\n"
        for service in SERVICES:
            dockerfile = self.copy / service / "Dockerfile"
            text = re.sub(r"(?m)^ENV BENCH_COLD=.*\n", "", dockerfile.read_text())
            text = re.sub(r"(?m)^(FROM \$.*\n)", rf"\1{line}", text)
            dockerfile.write_text(text)

    def image_bases(self) -> dict[str, str]:
        """The bases by the names that the contracts give them."""
        wanted = {"PYTHON_IMAGE": "python:3.12-slim", "NODE_IMAGE": "node:20-slim"}
        return {wanted[name]: ref for name, ref in self.bases.items() if name in wanted}

    def change_a_line(self, number: int) -> None:
        """Change one line of the backend."""
        source = self.copy / "backend/app/main.py"
        text = source.read_text().split("\n# bench", 1)[0].rstrip("\n")
        source.write_text(f"{text}\n# bench {number}\n")


def local_bases() -> dict[str, str]:
    """Return the base images of this host: bootstrapped ones where there are no others."""
    wanted = {
        "PYTHON_IMAGE": "python:3.12-slim",
        "NODE_IMAGE": "node:20-slim",
        "POSTGRES_IMAGE": "postgres:17",
    }
    return {name: _local(ref) for name, ref in wanted.items()}


def _local(reference: str) -> str:
    stand_in = f"localhost/todo-stack/{reference}"
    found = subprocess.run(
        ["docker", "image", "inspect", stand_in], capture_output=True, check=False
    )
    return stand_in if found.returncode == 0 else reference


@contextmanager
def bench() -> Iterator[Bench]:
    """Yield a bench on a copy of the project's commit; take the peers' leavings away after."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "project"
        _copy_project(copy)
        bases = local_bases()
        _write_definitions(copy, bases)
        one = Bench(copy, bases, PROJECT / "artifacts" / "bench.log")
        one.log.parent.mkdir(exist_ok=True)
        one.log.write_text("")
        try:
            yield one
        finally:
            _clean(one)


def _copy_project(copy: Path) -> None:
    files = subprocess.run(
        ["git", "ls-files", "-z", "backend", "frontend", "compose.yaml"],
        cwd=PROJECT, capture_output=True, check=True, text=True,
    ).stdout.split("\0")  # fmt: skip
    for name in filter(None, files):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(PROJECT / name, copy / name)


def _write_definitions(copy: Path, bases: dict[str, str]) -> None:
    # By hand the images would take the names of the stack under test.
    text = (copy / "compose.yaml").read_text().replace("image: todo-", "image: bench-by-hand-")
    (copy / "by-hand.yaml").write_text(text)
    arguments = {"backend": "PYTHON_IMAGE", "frontend": "NODE_IMAGE"}
    secret = [f"id=ca,src={CA_BUNDLE}"] if CA_BUNDLE.exists() else []
    targets = {
        service: {
            "context": str(copy / service),
            "args": {arguments[service]: bases[arguments[service]]},
            "secret": secret,
            "tags": [f"bench-bake-{service}"],
            "output": ["type=docker"],
        }
        for service in SERVICES
    }
    group = {"default": {"targets": list(targets)}}
    (copy / "bake.json").write_text(json.dumps({"group": group, "target": targets}))


def _clean(one: Bench) -> None:
    by_hand = ["--project-name", HAND_PROJECT, "--project-directory", str(one.copy)]
    peers = [f"bench-peer-{name}" for name in ("frontend", "backend", "postgres")]
    listing = ["docker", "image", "ls", "--format", "{{.Repository}}:{{.Tag}}", "bench-*"]
    images = subprocess.run(listing, capture_output=True, check=False, text=True).stdout.split()
    for argv in (
        ["compose", *by_hand, "down", "--volumes"],
        ["rm", "--force", *peers],
        ["network", "rm", "bench-peer"],
        ["volume", "rm", "bench-peer-data"],
        ["image", "rm", "--force", *images],
    ):
        subprocess.run(["docker", *argv], capture_output=True, check=False)
