"""A stack on which everything holds: each test breaks one thing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jmespath
import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.model import (
    Budget,
    Build,
    Contract,
    HttpCheck,
    Port,
    Run,
    Variable,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.engine_state import EngineState
from ansible_collections.todo.stack.plugins.module_utils.judge.check import Check
from ansible_collections.todo.stack.plugins.module_utils.judge.expectation import expectation
from ansible_collections.todo.stack.plugins.module_utils.judge.registry import judge
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Container,
    EnvironmentSeen,
    Inside,
    Listener,
    ProbeResult,
    Process,
    ReleaseSeen,
    Seen,
    Service,
    Space,
)

EVERYWHERE = "0.0.0.0"  # noqa: S104 - looked at, not bound to
MEETS = expectation(jmespath)
GIGABYTE = 1_000_000_000
CHECKS = (
    HttpCheck("health", "/health", expect="status == 'ok'"),
    HttpCheck("ready", "/ready", expect="status == 'ok'"),
    HttpCheck("ui", "/", contains="Todo", html=True),
    HttpCheck("api", "/api/tasks", status=401),
)
SETTINGS: dict[str, Any] = {
    "ReadonlyRootfs": True,
    "CapDrop": ["ALL"],
    "CapAdd": None,
    "SecurityOpt": ["no-new-privileges:true"],
    "Memory": 536870912,
    "NanoCpus": 1000000000,
    "PidsLimit": 100,
    "Init": True,
    "LogConfig": {"Type": "json-file", "Config": {"max-size": "10m"}},
    "RestartPolicy": {"Name": "unless-stopped"},
    "Privileged": False,
    "NetworkMode": "todo_default",
    "PidMode": "",
    "IpcMode": "private",
    "CgroupnsMode": "private",
    "Mounts": [],
    "User": "10001:10001",
    "Healthcheck": {"Test": ["CMD"]},
}
OK_BODY = '{"status":"ok"}'
PROBES = {
    "health": ProbeResult(200, "application/json", OK_BODY, None, "", 0.01),
    "ready": ProbeResult(200, "application/json", OK_BODY, None, "", 0.01),
    "ui": ProbeResult(200, "text/html; charset=utf-8", "", True, "", 0.02),
    "api": ProbeResult(401, "application/json", "", None, "", 0.01),
}
IMAGES = (
    {
        "Id": "sha256:aa",
        "RepoTags": ["todo-backend:cc", "todo-backend:latest"],
        "Config": {"Labels": {"todo.stack.content": "sha256:cc"}},
        "Record": {"digest": "sha256:cc", "image_id": "sha256:aa"},
        "Layers": [{"bytes": 130_000_000, "created_by": ""}, {"bytes": 70_000_000}],
    },
    {"Id": "sha256:dd", "RepoTags": ["postgres:17"], "Config": {"Labels": {}}},
)


def container(service: str, **changes: Any) -> Container:
    """Return a healthy, hardened container of a service."""
    uids = (10001, 10001, 10001)
    good = Container(
        id=service,
        name=f"todo-{service}-1",
        service=service,
        image_id="sha256:aa",
        state="running",
        health="healthy",
        pid=42,
        networks={"todo_default": "172.18.0.2", "todo_database": "172.19.0.2"},
        settings=SETTINGS,
        inside=Inside(
            processes=(
                Process(42, "docker-init", uids, 0, True),
                Process(43, "uvicorn", uids, 0, True),
            ),
            uptime_seconds=3600.0,
        ),
    )
    return replace(good, **changes)


def contract_of_backend(**changes: Any) -> Contract:
    """Return the backend's contract, with an answer of each kind."""
    budget = Budget(300, 500_000_000)
    whole = Contract(
        service="backend",
        file="backend/contract.yml",
        image="todo-backend",
        compose_services=("backend", "migrate"),
        build=Build("backend", "todo-backend", "/b", "Dockerfile", None, {}, budget),
        run=Run((Port(8000, 8000),), CHECKS),
        env={
            "PORT": Variable("Port"),
            "DATABASE_URL": Variable("Database", secret=True, required=True),
        },
    )
    return replace(whole, **changes)


def backend() -> Container:
    """Return the backend's container, as its contract wants it."""
    good = container("backend", published=("127.0.0.1:8000",))
    listeners = (Listener(EVERYWHERE, 8000), Listener("127.0.0.11", 40123))
    return replace(good, inside=replace(good.inside, listeners=listeners))


def postgres() -> Container:
    """Return the database's container, with its volume."""
    good = container("postgres", image_id="sha256:dd", networks={"todo_database": "172.19.0.3"})
    space = Space("/data", 60 * GIGABYTE, 5_000_000, 100 * GIGABYTE, 6_000_000)
    return replace(good, inside=replace(good.inside, volumes=(space,)))


def migrate() -> Container:
    """Return the one-shot's container, ended well."""
    settings = {**SETTINGS, "RestartPolicy": {"Name": "no"}, "Healthcheck": {"Test": ["NONE"]}}
    ended = {"state": "exited", "health": "none", "pid": 0, "inside": Inside()}
    return container("migrate", settings=settings, **ended)


@pytest.fixture
def contract() -> Contract:
    """Return the backend's contract."""
    return contract_of_backend()


@pytest.fixture
def seen() -> Seen:
    """Return what is seen of a stack that keeps its whole contract."""
    both = ("todo_database", "todo_default")
    return Seen(
        stack="todo",
        engine=EngineState("running"),
        images=IMAGES,
        builds={
            "todo-backend": ({"digest": "sha256:cc", "build_seconds": 20.5, "cached_steps": 0},)
        },
        services=(
            Service("postgres", image="postgres:17", keeps_data=True, networks=("todo_database",)),
            Service("migrate", "", "h1", "todo-backend:latest", one_shot=True, networks=both),
            Service("backend", image="todo-backend:old", networks=both, probes=PROBES),
        ),
        containers=(postgres(), migrate(), backend()),
        environment=EnvironmentSeen(
            names={"backend": ("DATABASE_URL", "PORT"), "postgres": ("POSTGRES_PASSWORD",)},
            pins={"backend": "todo-backend:cc", "migrate": "todo-backend:cc"},
        ),
        release=ReleaseSeen(3, "2026-01-18T10:00:00Z", "ops"),
        modes={"": 0o700, "environment.json": 0o600},
    )


@pytest.fixture
def judged(contract: Contract, seen: Seen) -> Callable[..., dict[str, Check]]:
    """Return a function that judges the good stack with changes, and gives its checks by id."""

    def judge_it(
        look: Seen | None = None, promise: Contract | None = None, **options: Any
    ) -> dict[str, Check]:
        checks = judge([promise or contract], look or seen, MEETS, **options)
        return {check.id: check for check in checks}

    return judge_it


@pytest.fixture
def changed(seen: Seen) -> Callable[..., Seen]:
    """Return a function that changes one service's containers, or takes them away."""

    def change(service: str, *containers: Container, **changes: Any) -> Seen:
        found = seen.of_service(service)
        new = containers or tuple(replace(one, **changes) for one in found if changes)
        others = tuple(one for one in seen.containers if one.service != service)
        return replace(seen, containers=(*others, *new))

    return change


@pytest.fixture
def served(seen: Seen) -> Callable[..., Seen]:
    """Return a function that changes one service, as compose tells it."""

    def change(service: str, **changes: Any) -> Seen:
        new = [replace(one, **changes) if one.name == service else one for one in seen.services]
        return replace(seen, services=tuple(new))

    return change
