"""A stack that is as wanted: each test changes one thing, and says the whole plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.model import (
    Budget,
    Build,
    Contract,
    Embedded,
    HttpCheck,
    Port,
    Run,
    Variable,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.engine_state import EngineState
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import WantedImage
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Container,
    EnvironmentSeen,
    Inside,
    Seen,
    Service,
)

ENGINE = EngineState(
    "running", server_version="26.1.5", buildx_version="0.13.1", compose_version="2.26.1"
)
BACKEND = WantedImage("todo-backend:cc", "sha256:b")
IMAGES = {
    "postgres": WantedImage("postgres:17", "sha256:p"),
    "migrate": BACKEND,
    "backend": BACKEND,
    "frontend": WantedImage("todo-frontend:dd", "sha256:f"),
}


def container(service: str, number: int = 1, **changes: Any) -> Container:
    """Return a container that is what its service is to run."""
    good = Container(
        id=f"{service}-{number}",
        name=f"todo-{service}-{number}",
        service=service,
        number=number,
        config_hash=f"alone-{service}",
        image_id=IMAGES[service].id if service in IMAGES else "",
        state="running",
        health="healthy",
        pid=42,
        networks={"todo_default": "172.18.0.2"},
        inside=Inside(uptime_seconds=3600.0),
    )
    return replace(good, **changes)


def ended(**changes: Any) -> Container:
    """Return the one-shot's container as it is after a good end."""
    after: dict[str, Any] = {"state": "exited", "health": "none", "pid": 0, "inside": Inside()}
    return container("migrate", **{**after, **changes})


def service(name: str, **changes: Any) -> Service:
    """Return a service as compose would start it."""
    wanted = Service(
        name,
        config_hash=f"together-{name}",
        alone_hash=f"alone-{name}",
        image=f"todo-{name}:latest",
        container_name=f"todo-{name}-1",
        networks=("todo_default",),
    )
    return replace(wanted, **changes)


def contract_of(name: str, port: int, **run: Any) -> Contract:
    """Return a contract; the backend's has a database that comes with the stack."""
    build = Build(name, f"todo-{name}", "/c", "Dockerfile", None, {}, Budget())
    others = ("migrate",) if name == "backend" else ()
    embedded = Embedded("postgres", "postgresql://todo:{password}@postgres/todo")
    url = Variable("Database", "postgres_url", secret=True, required=True, embedded=embedded)
    env = {"DATABASE_URL": url} if name == "backend" else {}
    file = f"{name}/contract.yml"
    return Contract(
        name, file, f"todo-{name}", (name, *others), build, Run((Port(port, port),), **run), env
    )


@pytest.fixture
def both() -> list[Contract]:
    """Return the contracts of backend and frontend."""
    ready = HttpCheck("ready", "/ready", expect="status == 'ready'")
    return [contract_of("backend", 8000, checks=(ready,)), contract_of("frontend", 3000)]


@pytest.fixture
def seen() -> Seen:
    """Return what is seen of a stack that needs nothing."""
    names = {"backend": ("DATABASE_URL",), "postgres": ("POSTGRES_PASSWORD",)}
    return Seen(
        stack="todo",
        engine=ENGINE,
        images=tuple(
            {"Id": f"sha256:{n[0]}", "RepoTags": [f"todo-{n}:latest"], "Config": {"Labels": {}}}
            for n in ("backend", "frontend")
        ),
        services=(
            service("postgres", keeps_data=True),
            service("migrate", one_shot=True, needs={"postgres": "service_healthy"}),
            service("backend", needs={"migrate": "service_completed_successfully"}),
            service("frontend"),
        ),
        containers=(container("postgres"), ended(), container("backend"), container("frontend")),
        environment=EnvironmentSeen(
            names=names, pins={name: one.reference for name, one in IMAGES.items()}
        ),
        modes={"": 0o700, "environment.json": 0o600},
        definition_current=True,
    )


@pytest.fixture
def having(seen: Seen) -> Callable[..., Seen]:
    """Return a function that has other containers of a service, or changes those it has."""

    def change(name: str, /, *containers: Container, **changes: Any) -> Seen:
        new = containers or tuple(
            replace(one, **changes) for one in seen.of_service(name) if changes
        )
        others = tuple(one for one in seen.containers if one.service != name)
        return replace(seen, containers=(*others, *new))

    return change


@pytest.fixture
def wanting(seen: Seen) -> Callable[..., Seen]:
    """Return a function that has a service wanted otherwise."""

    def change(name: str, /, **changes: Any) -> Seen:
        services = [replace(o, **changes) if o.name == name else o for o in seen.services]
        return replace(seen, services=tuple(services))

    return change
