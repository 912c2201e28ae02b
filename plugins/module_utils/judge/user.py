"""Who the processes of a service are: never root, and always the same number."""

from __future__ import annotations

from ansible_collections.todo.stack.plugins.module_utils.build.requirements import is_fixed_user
from ansible_collections.todo.stack.plugins.module_utils.judge.check import Finding
from ansible_collections.todo.stack.plugins.module_utils.judge.subject import Subject, each
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Container


def user(subject: Subject) -> Finding:
    """Return whether every process in each container runs under fixed uids other than 0."""
    measured, fault = each(subject, _uids, inside=True)
    return Finding(measured, "fixed uid, not 0", fault)


def _uids(container: Container) -> tuple[str, str]:
    processes = container.inside.processes
    uids = sorted({uid for process in processes for uid in process.uids})
    count = f"{len(processes)} process{'es' * (len(processes) > 1)}"
    return f"uid {', '.join(map(str, uids))} ({count})", _fault(container)


def _fault(container: Container) -> str:
    processes = container.inside.processes
    if not processes:
        return "no process was seen"
    if roots := sorted({process.name for process in processes if 0 in process.uids}):
        return f"runs as root: {', '.join(roots)}; give the image a numeric USER"
    configured = str(container.settings.get("User") or "")
    if not is_fixed_user(configured):
        return f"the user {configured!r} is no fixed number: its uid is the image's to change"
    return ""
