"""The one registry of criteria: report, table, verdict and tests read it.

A new criterion is one file and one row here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.module_utils.contract.relaxed import WHERE
from ansible_collections.todo.stack.plugins.module_utils.judge.answers import answer, asked
from ansible_collections.todo.stack.plugins.module_utils.judge.check import Check, Finding, made
from ansible_collections.todo.stack.plugins.module_utils.judge.contents import contents
from ansible_collections.todo.stack.plugins.module_utils.judge.environment import environment
from ansible_collections.todo.stack.plugins.module_utils.judge.fault import Expect
from ansible_collections.todo.stack.plugins.module_utils.judge.hardening import hardening
from ansible_collections.todo.stack.plugins.module_utils.judge.image import (
    budget_of,
    build_time,
    image_size,
)
from ansible_collections.todo.stack.plugins.module_utils.judge.leftovers import leftovers
from ansible_collections.todo.stack.plugins.module_utils.judge.networks import networks
from ansible_collections.todo.stack.plugins.module_utils.judge.ports import ports
from ansible_collections.todo.stack.plugins.module_utils.judge.private_files import private_files
from ansible_collections.todo.stack.plugins.module_utils.judge.running import running
from ansible_collections.todo.stack.plugins.module_utils.judge.same_images import same_images
from ansible_collections.todo.stack.plugins.module_utils.judge.subject import (
    FLEET,
    HOST,
    Peer,
    Subject,
)
from ansible_collections.todo.stack.plugins.module_utils.judge.user import user
from ansible_collections.todo.stack.plugins.module_utils.judge.volumes import volumes
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Seen, Service


@dataclass(frozen=True)
class Criterion:
    """A criterion: its title in the report, whom it is ``of``, and the function that judges."""

    id: str
    title: str
    of: Callable[[Subject], bool]
    judge: Callable[[Subject], Finding]


def _host(subject: Subject) -> bool:
    return subject.is_host and subject.peer is None


def _fleet(subject: Subject) -> bool:
    return subject.peer is not None


def _service(subject: Subject) -> bool:
    return not subject.is_host


def _lasting(subject: Subject) -> bool:
    return not subject.is_host and not subject.service.one_shot


def _contract(subject: Subject) -> bool:
    return subject.contract is not None


def _limited_bytes(subject: Subject) -> bool:
    return budget_of(subject).bytes is not None


def _limited_seconds(subject: Subject) -> bool:
    return budget_of(subject).seconds is not None


def _writer(subject: Subject) -> bool:
    keeps = subject.service.keeps_data or any(one.inside.volumes for one in subject.containers)
    return _lasting(subject) and keeps


def _answered(name: str, title: str) -> Criterion:
    return Criterion(
        name,
        title,
        lambda subject: asked(subject, name) is not None,
        partial(answer, name=name),
    )


_FIRST = (
    Criterion("image_size", "Image size", _limited_bytes, image_size),
    Criterion("build_time", "Build time", _limited_seconds, build_time),
    Criterion("running", "Container state", _service, running),
    Criterion("user", "Non-root user", _lasting, user),
    Criterion("ports", "Open ports", _contract, ports),
)
_ANSWERS = (
    _answered("health", "Health answer"),
    _answered("ready", "Readiness"),
    _answered("ui", "User interface"),
)
_LAST = (
    Criterion("networks", "Networks", _service, networks),
    Criterion("volumes", "Volumes", _writer, volumes),
    Criterion("environment", "Environment", _service, environment),
    Criterion("hardening", "Hardening", _service, hardening),
    Criterion("contents", "Image contents", _contract, contents),
    Criterion("private_files", "Private files", _host, private_files),
    Criterion("leftovers", "Leftovers", _host, leftovers),
    Criterion("same_images", "Same images", _fleet, same_images),
)
REGISTRY = (*_FIRST, *_ANSWERS, *_LAST)
_BY_ID = {one.id: one for one in REGISTRY}


def criterion_of(name: str) -> Criterion:
    """Return the criterion of this id; one that has no row is a check of some contract."""
    return _BY_ID.get(name) or _answered(name, name)


def judge(
    contracts: Sequence[Contract],
    seen: Seen,
    expect: Expect,
    bind_address: str = "127.0.0.1",
    relaxed: Mapping[str, Sequence[str]] | None = None,
    *,
    peer: Peer | None = None,
) -> list[Check]:
    """Return one check for each criterion of each service and of the host, in the report's order.

    ``relaxed``: hardening settings that services do without, by service. ``peer``: another host
    that ought to run the same images.
    """
    subjects = list(_subjects(contracts, seen, expect, bind_address, relaxed or {}))
    if peer is not None:
        subjects.append(Subject(seen, Service(FLEET), expect, is_host=True, peer=peer))
    return [
        made(subject.name, row.id, _found(row, subject))
        for subject in subjects
        for row in _rows(subject)
        if row.of(subject)
    ]


def _found(row: Criterion, subject: Subject) -> Finding:
    found, problem = row.judge(subject), subject.seen.problem
    if not problem and row.id in subject.relaxed:
        told = f"relaxed ({subject.relaxed[row.id]})"
        note = "; ".join(text for text in (told, found.fault, found.note) if text)
        return replace(found, fault="", note=note, relaxed=1)
    if not problem:
        return found
    # Nothing could be seen: whatever a criterion makes of that is no verdict.
    return replace(found, measured=None if found.unit else "unknown", fault=problem, note="")


def _rows(subject: Subject) -> Iterator[Criterion]:
    checks = subject.contract.run.all_checks if subject.contract else ()
    own = [criterion_of(one.name) for one in checks if one.name not in _BY_ID]
    yield from (*_FIRST, *_ANSWERS, *own, *_LAST)


def _subjects(
    contracts: Sequence[Contract],
    seen: Seen,
    expect: Expect,
    bind_address: str,
    relaxed: Mapping[str, Sequence[str]],
) -> Iterator[Subject]:
    known = {one.name: one for one in seen.services}
    own = {one.service: one for one in contracts}
    for name in dict.fromkeys([*own, *known]):
        subject = Subject(
            seen,
            known.get(name) or Service(name),
            expect,
            contract=own.get(name),
            containers=tuple(seen.of_service(name)),
            relaxed=_relaxed(own.get(name), relaxed.get(name) or ()),
            bind_address=bind_address,
        )
        if subject.contract or subject.many:  # Else compose.yaml asks for no replica of it.
            yield subject
    yield Subject(seen, Service(HOST), expect, is_host=True)


def _relaxed(contract: Contract | None, settings: Sequence[str]) -> dict[str, str]:
    """Return what is not demanded of a service, with the contract's reason if it gives one."""
    return {**dict.fromkeys(settings, WHERE), **(contract.relaxed if contract else {})}
