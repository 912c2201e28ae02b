"""A stack of four services that runs in its old version, and a release of its new one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import jmespath
import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.masking import redactor
from ansible_collections.todo.stack.plugins.module_utils.contract.model import (
    Budget,
    Build,
    Contract,
    Embedded,
    HttpCheck,
    Run,
    Variable,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.decide.engine_state import EngineState
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import Action
from ansible_collections.todo.stack.plugins.module_utils.decide.resolution import Resolution
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.judge.expectation import expectation
from ansible_collections.todo.stack.plugins.module_utils.look.containers import read_container
from ansible_collections.todo.stack.plugins.module_utils.look.environment import Rendered
from ansible_collections.todo.stack.plugins.module_utils.look.look import Look
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    PortUse,
    Seen,
    Service,
)
from ansible_collections.todo.stack.plugins.module_utils.release import gate, services
from ansible_collections.todo.stack.plugins.module_utils.release.gate import Gate, Trial
from ansible_collections.todo.stack.plugins.module_utils.release.services import Services
from ansible_collections.todo.stack.plugins.module_utils.release.transaction import Transaction
from ansible_collections.todo.stack.tests.unit.module_utils.release.world import (
    DONE,
    HEALTHY,
    Box,
    Clock,
    World,
)

MEETS = expectation(jmespath)
OLD, NEW = "marker-old", "marker-new"
Make = Callable[..., Transaction]


def contract_of(service: str, port: int, **run: Any) -> Contract:
    """Return a contract with a health check of 20 seconds."""
    health = HttpCheck("health", "/health", expect="status == 'ok'", within_seconds=20)
    embedded = Embedded("postgres", "postgresql://todo:{password}@postgres/tasks")
    return Contract(
        service=service,
        file=f"{service}/contract.yml",
        image=f"todo-{service}",
        compose_services=("backend", "migrate") if service == "backend" else (service,),
        build=Build(service, f"todo-{service}", "/c", "Dockerfile", None, {}, Budget()),
        run=Run(port, **{"checks": (health,), **run}),
        env={"DATABASE_URL": Variable("Database", secret=True, embedded=embedded)}
        if service == "backend"
        else {},
    )


SERVICES = (
    Service("postgres", image="postgres:17", keeps_data=True),
    Service("migrate", image="todo-backend", one_shot=True),
    Service("backend", image="todo-backend"),
    Service("frontend", image="todo-frontend"),
)
RUNNING = ("postgres", "migrate", "backend", "frontend")


@pytest.fixture
def spec(tmp_path: Path) -> StackSpec:
    """The stack, its state in a folder of its own."""
    return StackSpec(
        name="todo",
        state_dir=str(tmp_path / "state"),
        definition="name: todo\n",
        services=RUNNING,
        contracts=(contract_of("backend", 8000), contract_of("frontend", 3000)),
    )


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time of the gate."""
    found = Clock()
    monkeypatch.setattr(gate, "time", found)
    return found


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> World:
    """A host on which the old version of every service runs well."""
    assert clock.now
    boxes = [Box(f"todo-{name}-1", name, "old", [DONE if name == "migrate" else HEALTHY])
             for name in RUNNING]  # fmt: skip
    found = World(boxes)
    found.scripts = {("new", "todo-migrate-1"): [DONE], ("old", "todo-migrate-1"): [DONE]}
    monkeypatch.setattr(gate, "probe", found.probe)
    monkeypatch.setattr(gate, "nobody_listens", lambda: False)
    monkeypatch.setattr(services, "use_of", _free)
    return found


def _free(service: str, port: int, *_: Any) -> PortUse:
    return PortUse(service, port)


def look_at(world: World, spec: StackSpec, *, passwords: Sequence[str] = (OLD, OLD)) -> Look:
    """Return what one look at the world sees; ``passwords``: the current one and the wanted one."""
    before, after = passwords

    def values(password: str) -> dict[str, dict[str, str]]:
        url = {"DATABASE_URL": f"postgresql://todo:{password}@postgres/tasks"}
        supplied = {"POSTGRES_PASSWORD": password}
        return {"postgres": supplied, "backend": url, "migrate": url, "frontend": {}}

    containers = tuple(read_container(box.inspect()) for box in world.boxes)
    seen = Seen("todo", EngineState("running"), services=SERVICES, containers=containers)
    resolution = Resolution(kept={"postgres": {"POSTGRES_PASSWORD": after}}, values=values(after))
    kept = {"postgres": {"POSTGRES_PASSWORD": before}}
    current = values(before) if containers else {}
    pins = {name: f"todo-{name}:old" for name in ("backend", "frontend")}
    return Look(seen, Rendered(resolution, values(after), current, pins, kept))


@pytest.fixture
def make(world: World, spec: StackSpec) -> Make:
    """Return a maker of transactions: which services are due, and by which action."""

    def transact(
        due: Mapping[str, str], *, stack: StackSpec | None = None, new: bool = True,
        passwords: Sequence[str] = (OLD, OLD),
        tell: Callable[[Sequence[Trial]], None] = lambda _: None,
    ) -> Transaction:  # fmt: skip
        whole = stack or spec
        current = Path(whole.state.definition)
        current.parent.mkdir(parents=True, exist_ok=True)
        if world.boxes:
            current.write_text("name: todo\n")
        return Transaction(
            Services(DockerCli(world), whole, Gate(MEETS, tell, redactor([OLD, NEW]))),
            looked=look_at(world, whole, passwords=passwords),
            actions=[Action(name, action, "a reason", new=new) for name, action in due.items()],
            new=whole.state.of_release(2),
        )

    return transact


def shown(error: BaseException) -> str:
    """Return everything that an error tells, its details included."""
    return f"{error} {json.dumps(getattr(error, 'details', {}))}"
