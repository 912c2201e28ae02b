"""A host as it may be found: its files, its /proc, its engine, and what its services answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.environment import Given
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.decide.override import as_json, override
from ansible_collections.todo.stack.plugins.module_utils.edge import ports
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.http import Answer
from ansible_collections.todo.stack.plugins.module_utils.edge.procfs import look_inside
from ansible_collections.todo.stack.plugins.module_utils.look import containers, probes
from ansible_collections.todo.stack.plugins.module_utils.look.contents import contents_of
from ansible_collections.todo.stack.plugins.module_utils.look.environment import render
from ansible_collections.todo.stack.plugins.module_utils.look.look import Look, look
from ansible_collections.todo.stack.tests.unit.fakes import FakeDocker

SERVER = json.dumps({"Server": {"Version": "26.1.5", "Os": "linux", "Arch": "amd64"}})
SERVICES = ("postgres", "migrate", "backend", "frontend")
IMAGES = {
    "postgres": "postgres:17",
    "migrate": "todo-backend:cc",
    "backend": "todo-backend:cc",
    "frontend": "todo-frontend:cc",
}
HASHES = "".join(f"{name} alone-{name}\n" for name in SERVICES)
STATUS = "Name:\tserver\nUid:\t{uid}\t{uid}\t{uid}\t{uid}\nCapEff:\t0\nNoNewPrivs:\t1\n"
CONFIG: dict[str, Any] = {
    "name": "todo",
    "networks": {"default": {"name": "todo_default"}},
    "services": {
        "frontend": {"image": "todo-frontend:latest", "networks": {"default": None}},
        "backend": {
            "image": "todo-backend:latest",
            "networks": {"default": None},
            "depends_on": {"migrate": {"condition": "service_completed_successfully"}},
        },
        "migrate": {"image": "todo-backend:latest", "networks": {"default": None}},
        "postgres": {"image": "postgres:17", "networks": {"default": None}},
    },
}


def image_id(service: str) -> str:
    """Return the ID of the image that a service runs."""
    return f"sha256:{IMAGES.get(service, service).partition(':')[0]}"


def inspected(service: str, **changes: Any) -> dict[str, Any]:
    """Return ``docker container inspect`` of a container that runs; parts of it changed."""
    labels = {
        "com.docker.compose.project": "todo",
        "com.docker.compose.service": service,
        "com.docker.compose.container-number": "1",
        "com.docker.compose.config-hash": f"alone-{service}",
        "com.docker.compose.oneoff": "False",
        "todo.stack.service": service,
        **changes.pop("labels", {}),
    }
    config = {
        "Labels": labels,
        "Env": [],
        "Image": IMAGES.get(service, "x"),
        **changes.pop("config", {}),
    }
    state = {"Status": "running", "Running": True, "Pid": 0, **changes.pop("state", {})}
    return {
        "Id": f"id-{service}",
        "Name": f"/todo-{service}-1",
        "Created": "2026-01-18T10:00:00Z",
        "Image": image_id(service),
        "RestartCount": 0,
        "Config": config,
        "State": state,
        "HostConfig": {"ReadonlyRootfs": True, "PortBindings": {}},
        "NetworkSettings": {"Networks": {"todo_default": {"IPAddress": "172.18.0.2"}}},
        "Mounts": [],
        **changes,
    }


@dataclass
class Host:
    """A host whose parts a test changes before it is looked at."""

    spec: StackSpec
    docker: FakeDocker
    proc: Path
    answers: dict[str, Answer] = field(default_factory=dict)
    asked_at: dict[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """The stack's folder, made when it is asked for."""
        folder = Path(self.spec.state.folder)
        folder.mkdir(exist_ok=True, mode=0o700)
        return folder

    def look(self, **changes: Any) -> Look:
        """Look at the host, the stack wanted otherwise by ``changes``."""
        return look(DockerCli(self.docker), replace(self.spec, **changes))

    def write(self, name: str, text: str) -> None:
        """Write a file of the stack, as private as it has to be."""
        (self.folder / name).write_text(text, errors="surrogateescape")
        (self.folder / name).chmod(0o600)

    def deploy(self, given: Given | None = None) -> Mapping[str, Mapping[str, str]]:
        """Have the stack run as a release leaves it; return the values of every service."""
        made = iter(f"kept-secret-number-{number}-of-this-host" for number in range(9))
        spec = replace(self.spec, given=given or self.spec.given)
        rendered = render(spec, spec.state, (), make=lambda: next(made))
        self.write("environment.json", override(rendered.values, IMAGES, ()))
        self.write("secrets.json", as_json(rendered.resolution.kept))
        self.write("compose.yaml", spec.definition)
        self.docker.containers = [
            self.run(name, pid, rendered.values.get(name, {}))
            for pid, name in enumerate(SERVICES, 41)
        ]
        ended = {"Status": "exited", "Running": False, "ExitCode": 0, "Pid": 0}
        self.docker.containers[1]["State"] = ended
        for name, pin in IMAGES.items():
            tags = [pin, f"{pin.partition(':')[0]}:latest"]
            image = {"Id": image_id(name), "RepoTags": tags, "Config": {}}
            self.docker.images[image_id(name)] = image
        return rendered.values

    def run(self, service: str, pid: int, values: Mapping[str, str]) -> dict[str, Any]:
        """Return a running container with these values, its process in /proc."""
        pairs = [f"{name}={value}" for name, value in values.items()]
        entry = self.proc / str(pid)
        for folder in ("ns", "net", "root"):
            (entry / folder).mkdir(parents=True)
        (entry / "ns" / "pid").symlink_to(f"pid:[{pid}]")
        (entry / "status").write_text(STATUS.format(uid=10001))
        (entry / "uid_map").write_text("0 0 4294967295\n")
        (entry / "environ").write_bytes("\0".join(pairs).encode(errors="surrogateescape"))
        return inspected(service, state={"Pid": pid}, config={"Env": pairs})


def answering(host: Host, address: str, port: int, path: str, _seconds: float) -> Answer:
    """Stand in for a GET of the host."""
    host.asked_at[f"{port}{path}"] = address
    return host.answers.get(f"{port}{path}", Answer(0, b"", "", "connection refused", 0.0))


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, contracts: Sequence[Contract]) -> Host:
    """A host with an engine, and nothing of the stack."""
    proc = tmp_path / "proc"
    for folder in (proc, tmp_path / "state", tmp_path / "bin"):
        folder.mkdir()
    (tmp_path / "bin" / "docker").touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    spec = StackSpec(
        name="todo",
        state_dir=str(tmp_path / "state"),
        definition="services: {}\n",
        services=SERVICES,
        contracts=tuple(contracts),
        looked_for=("todo-backend:latest", "postgres:17"),
    )
    docker = FakeDocker(
        {
            "version --format": SERVER,
            "buildx version": "github.com/docker/buildx v0.13.1 abc",
            "compose version": "2.26.1",
            "info --format": f"{tmp_path}\n",
            "config --format json": json.dumps(CONFIG),
            "config --hash": HASHES,
        }
    )
    made = Host(spec, docker, proc)
    monkeypatch.setattr(ports, "bind_refusal", lambda *_: 0)
    monkeypatch.setattr(probes, "get", partial(answering, made))
    monkeypatch.setattr(containers, "look_inside", partial(look_inside, proc=proc))
    monkeypatch.setattr(containers, "contents_of", partial(contents_of, proc=proc))
    return made
