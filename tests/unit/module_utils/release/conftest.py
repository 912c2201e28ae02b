"""A stack of four services that runs in its old version, and a release of its new one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
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
    Port,
    Run,
    Variable,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.decide.engine_state import EngineState
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import Action
from ansible_collections.todo.stack.plugins.module_utils.decide.resolution import Resolution
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.state import (
    modes,
)
from ansible_collections.todo.stack.plugins.module_utils.judge.expectation import expectation
from ansible_collections.todo.stack.plugins.module_utils.look.containers import read_container
from ansible_collections.todo.stack.plugins.module_utils.look.environment import Rendered
from ansible_collections.todo.stack.plugins.module_utils.look.look import Look
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    EnvironmentSeen,
    PortUse,
    ProbeResult,
    Seen,
    Service,
)
from ansible_collections.todo.stack.plugins.module_utils.look.releases import (
    current_release,
)
from ansible_collections.todo.stack.plugins.module_utils.release import gate, services
from ansible_collections.todo.stack.plugins.module_utils.release import release as releasing
from ansible_collections.todo.stack.plugins.module_utils.release.data import Untouched
from ansible_collections.todo.stack.plugins.module_utils.release.gate import Gate, Trial
from ansible_collections.todo.stack.plugins.module_utils.release.release import (
    Order,
    Outcome,
    release,
)
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
        run=Run((Port(port, port),), **{"checks": (health,), **run}),
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


PINS = {
    "backend": "todo-backend:new", "migrate": "todo-backend:new", "frontend": "todo-frontend:new",
    "postgres": "postgres:17",
}  # fmt: skip
ROWS = tuple(
    {"service": name, "content_image": f"todo-{name}:new", "image_id": "sha256:new",
     "changed": True, "reason": "app/health.py changed"}
    for name in ("backend", "frontend")
)  # fmt: skip
# What the host has of both versions.
THERE = (
    {"Id": "sha256:old", "RepoTags": ["postgres:17", "todo-backend:old"]},
    {"Id": "sha256:new", "RepoTags": ["todo-backend:new", "todo-frontend:new"]},
)
Start = Callable[..., Outcome]


class Host(World):
    """The world with images of the stack: what is listed, tagged and removed of them."""

    listed: Mapping[str, str] = {}  # repository -> its tags, the newest first

    def _answer(self, args: Any) -> Any:
        if args[1:3] == ["image", "ls"]:
            tags = self.listed.get(args[-1], "").split()
            return 0, "".join(f"{args[-1]}:{tag} sha256:{tag}\n" for tag in tags), ""
        if args[1:3] in (["image", "rm"], ["image", "tag"]):
            self.done.append(" ".join(args[1:]))
        return super()._answer(args)


@pytest.fixture
def host(world: World) -> Host:
    """The world, its images noted."""
    return Host(**vars(world))


@pytest.fixture
def run(host: Host, spec: StackSpec, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Return a function that releases: ``now`` changes what is seen, ``order`` what is asked.

    ``passwords`` and ``kept`` are those of the look at the host, ``see`` takes its place.
    """
    monkeypatch.setattr("ansible_collections.todo.stack.plugins.module_utils.release.gate.probe",
                        host.probe)  # fmt: skip

    def start(
        now: Mapping[str, Any] | None = None, *, see: Callable[..., Look] = seen_of,
        passwords: tuple[str, str] = (OLD, OLD), kept: Any = None, **order: Any,
    ) -> Outcome:  # fmt: skip
        def look(_docker: DockerCli, stack: StackSpec) -> Look:
            found = see(host, stack, now or {}, passwords=passwords)
            before = found.rendered.kept if kept is None else kept
            return replace(found, rendered=replace(found.rendered, kept=before))

        monkeypatch.setattr(releasing, "look", look)
        monkeypatch.setattr(releasing, "data_of", lambda *_: Untouched())
        given = {"rows": ROWS, "since": 0, "by": "ops on laptop", "commit": "0123456789ab"}
        return release(DockerCli(host), Order(**{"spec": spec, **given, **order}), MEETS)

    return start


def seen_of(
    host: Host, stack: StackSpec, now: Mapping[str, Any], *, passwords: tuple[str, str]
) -> Look:
    """Return what is seen: nothing but the images is due of a stack that is as it was."""
    found = look_at(host, stack, passwords=passwords)
    images = {version: {"Id": f"sha256:{version}", "RepoTags": names} for version, names in (
        ("old", ["postgres:17", "todo-backend:old", "todo-backend:latest", "todo-frontend:old",
                 "todo-frontend:latest"]),
        ("new", ["todo-backend:new", "todo-frontend:new"]))}  # fmt: skip
    services = tuple(
        replace(one, container_name=f"todo-{one.name}-1",
                probes={"ready": ProbeResult(200, "", '{"revision": "0004"}')})
        for one in found.seen.services
    )  # fmt: skip
    environment = EnvironmentSeen(pins={**PINS, "backend": "todo-backend:old"})
    seen = replace(
        found.seen, images=tuple(images.values()), services=services, environment=environment,
        release=current_release(stack.state), modes=modes(stack.state), definition_current=True,
        available_memory_bytes=10**10,
    )  # fmt: skip
    parts = {"network default": "todo_default digest"}
    return replace(found, seen=replace(seen, **now), parts=parts)


def of_files(spec: StackSpec) -> set[str]:
    folder = Path(spec.state.folder)
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def record_of(spec: StackSpec, number: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(spec.state.record(number)).read_text())
    return found
