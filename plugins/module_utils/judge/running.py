"""Whether a service runs: every replica, of the right image, healthy and here to stay."""

from __future__ import annotations

from functools import partial

from ansible_collections.todo.stack.plugins.module_utils.build.requirements import has_healthcheck
from ansible_collections.todo.stack.plugins.module_utils.judge.check import BUILD_REMEDY, Finding
from ansible_collections.todo.stack.plugins.module_utils.judge.subject import Subject, each
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    SETTLED_SECONDS,
    Container,
    Service,
)

OUT_OF_MEMORY = "killed by its memory limit"
ENDED = "ended, exit code 0"


def running(subject: Subject) -> Finding:
    """Return whether every replica runs the wanted image, is healthy and no longer restarting."""
    if subject.service.one_shot:
        return _one_shot(subject)
    wanted, there = subject.service.replicas, len(subject.containers)
    measured, fault = each(subject, partial(_state, subject))
    if there and there != wanted:
        said = f"replicas: {there} there, {wanted} wanted; {BUILD_REMEDY}"
        fault = f"{fault}; {said}" if fault else said
    limit = f"{wanted} of {wanted} running, healthy" if wanted > 1 else "running, healthy"
    back = [] if fault else [one for one in subject.containers if one.restarts]
    note = "; ".join(f"{_restarts(one)}, last cause: {_cause(one)}" for one in back)
    return Finding(measured, limit, fault, note)


def _one_shot(subject: Subject) -> Finding:
    measured, fault = each(subject, partial(_end, subject))
    return Finding(measured, ENDED, fault)


def _state(subject: Subject, container: Container) -> tuple[str, str]:
    measured, faults = [container.state], []
    if container.state != "running":
        measured.append(_exit(container))
        faults.append(_stopped(container))
    elif container.health != "none" or has_healthcheck(container.settings):
        measured.append(container.health)
        if container.health != "healthy":
            faults.append(f"its healthcheck says: {container.health}")
    else:
        measured.append("no healthcheck")
    if container.restarts:
        measured.append(_restarts(container))
        young = container.inside.uptime_seconds < SETTLED_SECONDS
        if young and container.state in {"running", "restarting"}:
            faults.append(f"crash loop: {_restarts(container)}, last cause: {_cause(container)}")
    if fault := _wrong_image(subject, container):
        measured.append("another image")
        faults.append(fault)
    if fault := _other_configuration(subject.service, container):
        measured.append("another configuration")
        faults.append(fault)
    return ", ".join(part for part in measured if part), "; ".join(faults)


def _end(subject: Subject, container: Container) -> tuple[str, str]:
    if container.state == "running":
        return "running", "it has not ended yet"
    if not container.ended_well:
        return ", ".join(p for p in (container.state, _exit(container)) if p), _stopped(container)
    fault = _wrong_image(subject, container)
    return (f"{ENDED}, another image" if fault else ENDED), fault


def _wrong_image(subject: Subject, container: Container) -> str:
    if subject.image is None:
        return f"there is no image {subject.reference}; {BUILD_REMEDY}"
    if container.image_id != subject.image.get("Id"):
        return f"it does not run {subject.reference}; {BUILD_REMEDY}"
    return ""


def _other_configuration(service: Service, container: Container) -> str:
    hashes = {service.alone_hash, service.config_hash}
    differs = service.alone_hash and container.config_hash not in hashes
    return f"it was not started as compose.yaml says; {BUILD_REMEDY}" if differs else ""


def _stopped(container: Container) -> str:
    if container.state == "paused":
        return f"it is paused, `docker unpause {container.name}` lets it go on"
    said = container.error or f"`docker logs {container.name}` may say why"
    return f"{said}; {BUILD_REMEDY}"


def _exit(container: Container) -> str:
    if container.oom_killed:
        return OUT_OF_MEMORY
    return "" if container.state in {"paused", "created"} else f"exit code {container.exit_code}"


def _restarts(container: Container) -> str:
    return "1 restart" if container.restarts == 1 else f"{container.restarts} restarts"


def _cause(container: Container) -> str:
    if not container.ends:
        return "no longer known to the engine"
    last = container.ends[-1]
    return OUT_OF_MEMORY if last.out_of_memory else f"exit code {last.exit_code}"
