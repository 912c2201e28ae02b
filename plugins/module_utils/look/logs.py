"""The logs of a stack's containers since a time or a release, secrets hidden."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import (
    Problem,
    ProblemList,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.masking import (
    Redact,
    derived_forms,
    redactor,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.contract.suggest import did_you_mean
from ansible_collections.todo.stack.plugins.module_utils.decide.override import read_back
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli, at_once
from ansible_collections.todo.stack.plugins.module_utils.edge.files import read_text
from ansible_collections.todo.stack.plugins.module_utils.edge.state import as_it_is, numbers
from ansible_collections.todo.stack.plugins.module_utils.look.containers import read_container
from ansible_collections.todo.stack.plugins.module_utils.look.environment import (
    hidden_values,
    read_kept,
)
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Container
from ansible_collections.todo.stack.plugins.module_utils.look.releases import (
    kept_releases,
    spec_or_none,
)

RELEASE = "release:"


@dataclass(frozen=True)
class Asked:
    """Which logs: of all services or one, ``since`` a time as docker takes it or ``release:12``."""

    service: str = ""
    since: str = ""
    lines: int = 200


@dataclass(frozen=True)
class LogLine:
    """A line of a service's log; ``at`` is the engine's time of it, ISO 8601 in UTC."""

    at: str
    service: str
    text: str


def read_logs(docker: DockerCli, spec: StackSpec, asked: Asked) -> list[LogLine]:
    """Return the last ``lines`` of each service since then, by time; raise ProblemList."""
    state = as_it_is(spec.state)
    found = [read_container(one) for one in docker.project_containers(spec.name)]
    containers = [one for one in found if asked.service in {"", one.service}]
    problems = [*_unknown(asked, found, containers)]
    since = asked.since
    if since.startswith(RELEASE):
        since = _begin(state, since, problems)
    if problems:
        raise ProblemList(problems)
    if not containers:
        return []
    redact = _redactor(spec, state)
    told = at_once(*(partial(docker.timed_logs, one.id, asked.lines, since) for one in containers))
    lines = [
        line
        for container, several in zip(containers, told)
        for line in _split(container, redact("\n".join(several)))
    ]
    return sorted(lines, key=lambda one: one.at)


def _unknown(
    asked: Asked, found: Sequence[Container], chosen: Sequence[Container]
) -> Iterator[Problem]:
    if asked.service and not chosen:
        names = sorted({one.service for one in found})
        close = did_you_mean(asked.service, names)
        remedy = close or f"there are: {', '.join(names) or 'none'}"
        yield Problem("has no container on this host", "stack_service", remedy)


def _begin(state: StateDir, since: str, problems: list[Problem]) -> str:
    """Return when a kept release began; a problem is added where it is not known."""
    number, releases = since.removeprefix(RELEASE), kept_releases(state)
    for one in releases:
        if str(one.number) == number and one.began:
            return one.began
    kept = ", ".join(str(one.number) for one in releases) or "none"
    problems.append(Problem(f"release {number} is not kept", "stack_since", f"kept: {kept}"))
    return ""


def _redactor(spec: StackSpec, state: StateDir) -> Redact:
    """Return what hides every secret that the stack has, and had in the releases that are kept."""
    contracts = spec_or_none(spec).contracts
    files = [state.environment, *(state.of_release(n).environment for n in numbers(state))]
    values = [read_back(read_text(Path(path)) or "") or {} for path in files]
    kept = read_kept(Path(state.secrets)) or {}
    return redactor(derived_forms(hidden_values(contracts, [*values, kept])))


def _split(container: Container, text: str) -> Iterator[LogLine]:
    for line in text.splitlines():
        at, _, said = line.partition(" ")
        yield LogLine(at, container.service, said)
