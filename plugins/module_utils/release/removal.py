"""Take a stack off this host: what bears its name, and nothing else."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

from ansible_collections.todo.stack.plugins.module_utils.contract.audit import AuditEntry
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import ProblemList
from ansible_collections.todo.stack.plugins.module_utils.contract.labels import (
    COMPOSE_PROJECT,
    CONTENT_LABEL,
    STACK_LABEL,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.decide.problems import unlabelled_problems
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.files import exclusive
from ansible_collections.todo.stack.plugins.module_utils.edge.state import (
    adopt,
    numbers,
    to_adopt,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.systemd import remove_timer
from ansible_collections.todo.stack.plugins.module_utils.look.containers import read_container
from ansible_collections.todo.stack.plugins.module_utils.release.audit import Audit, audited

# They belong to the data: without them the database is locked.
_KEPT_WITH_DATA = {"secrets.json", "environment.json", "secrets_since.json"}
# To outlive the stack is what they are for.
_KEPT = {"backups", "audit.jsonl"}


def remove_stack(
    docker: DockerCli, state: StateDir, *, data: bool, check_mode: bool, by: str
) -> list[str]:
    """Return the names of what was removed; raise ProblemList for what is not the stack's.

    ``by``: who asks, for the audit log.
    """
    if check_mode or not (to_adopt(state) or Path(state.folder).is_dir()):
        return _remove(docker, state, data=data, check_mode=check_mode)
    Path(state.folder).mkdir(mode=0o700, exist_ok=True)
    with exclusive(Path(state.folder)):
        adopt(state)
        with audited(state, AuditEntry("removal", by)) as audit:
            return _remove(docker, state, data=data, check_mode=False, audit=audit)


def _remove(
    docker: DockerCli,
    state: StateDir,
    *,
    data: bool,
    check_mode: bool,
    audit: Audit | None = None,
) -> list[str]:
    containers = [read_container(one) for one in docker.project_containers(state.name)]
    if problems := list(unlabelled_problems(state.name, containers)):
        raise ProblemList(problems)
    names = [one.name for one in containers]
    due = [("network", "rm", name) for name in _labelled(docker, "network", state.name)]
    due += [("image", "rm", name) for name in _images(docker, state.name)]
    if data:
        due += [("volume", "rm", name) for name in _labelled(docker, "volume", state.name)]
    files = _files(state, everything=data)
    found = [*names, *(command[-1] for command in due), *(str(path) for path in files)]
    if audit and found:
        audit.begins(max(numbers(state), default=0), "with its data" if data else "its data stays")
    if not check_mode:
        remove_timer(docker.run, state.name)
        docker.remove_containers(names)
        for command in due:
            docker.read(*command)
        _delete(state, files)
    return found


def _labelled(docker: DockerCli, kind: str, project: str) -> list[str]:
    wanted = f"label={COMPOSE_PROJECT}={project}"
    return docker.read(kind, "ls", "--filter", wanted, "--format", "{{.Name}}").split()


def _images(docker: DockerCli, stack: str) -> list[str]:
    return docker.image_names(CONTENT_LABEL, f"{STACK_LABEL}={stack}")


def _files(state: StateDir, *, everything: bool) -> list[Path]:
    """Return the files that go; those of the layout before, where they are adopted first."""
    folder = Path(state.folder)
    found = {*(folder.iterdir() if folder.is_dir() else ()), *(folder / n for n in to_adopt(state))}
    kept = _KEPT if everything else {*_KEPT, *_KEPT_WITH_DATA}
    return [path for path in sorted(found) if path.name not in kept]


def _delete(state: StateDir, files: list[Path]) -> None:
    for path in files:
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    with suppress(OSError):  # other stacks' folders, or what is kept, may be in them
        Path(state.folder).rmdir()
        Path(state.root).rmdir()
