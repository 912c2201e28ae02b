"""Containers that nothing accounts for: of services no longer wanted, of trials cut off."""

from __future__ import annotations

from ansible_collections.todo.stack.plugins.module_utils.judge.check import BUILD_REMEDY, Finding
from ansible_collections.todo.stack.plugins.module_utils.judge.subject import Subject
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Container, Seen


def leftovers(subject: Subject) -> Finding:
    """Return whether every container of the stack's project belongs to a service.

    People's own `docker compose run` is no fault; a candidate of ours that stayed is one.
    """
    strays = [one for one in subject.seen.containers if _is_stray(subject.seen, one)]
    names = ", ".join(f"{one.name} ({one.state})" for one in strays)
    return Finding(names or "none", "none", "; ".join(map(_fault, strays)))


def _is_stray(seen: Seen, container: Container) -> bool:
    if container.one_off:
        return container.is_candidate(seen.stack)
    return container.service not in {service.name for service in seen.services}


def _fault(container: Container) -> str:
    if container.one_off:
        return f"{container.name} is left over by a run that was ended; {BUILD_REMEDY}"
    remedy = (
        BUILD_REMEDY if container.ours else f"`docker rm --force {container.name}` takes it away"
    )
    return f"{container.name} is of no service that compose.yaml has; {remedy}"
