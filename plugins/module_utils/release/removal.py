"""Take the stack off this host: what carries our labels, and nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.build.content import (
    CONTENT_LABEL,
    SERVICE_LABEL,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import ProblemList
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import (
    Action,
    foreign,
    read_actual,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import (
    PROJECT_LABEL,
    DockerCli,
)
from ansible_collections.todo.stack.plugins.module_utils.release.turns import TURNS_FILE, Turn

# They belong to the data: without them the database is locked.
_KEPT_WITH_DATA = {"secrets.json", "environment.json", TURNS_FILE}


def remove_stack(
    docker: DockerCli, params: Mapping[str, Any], *, check_mode: bool
) -> dict[str, Any]:
    """Return the result of removing containers, networks, and what else is asked for."""
    folder = Path(params["state_dir"])
    with Turn.read(params.get("play")).taken(folder, check_mode=check_mode or not folder.is_dir()):
        return _remove(docker, params, folder, check_mode=check_mode)


def _remove(
    docker: DockerCli, params: Mapping[str, Any], folder: Path, *, check_mode: bool
) -> dict[str, Any]:
    project = params["project"]
    actual = [read_actual(one) for one in docker.project_containers(project)]
    if problems := foreign(actual):
        raise ProblemList(problems)
    due: list[tuple[str, ...]] = [("rm", "--force", "--volumes", c.id) for c in actual]
    due += [("network", "rm", name) for name in _labelled(docker, "network", project)]
    due += [("image", "rm", ref) for ref in _images(docker, params["remove_images"])]
    if params["remove_data"]:
        due += [("volume", "rm", name) for name in _labelled(docker, "volume", project)]
    files = _files(folder, everything=params["remove_data"])
    if not check_mode:
        for command in due:
            docker.read(*command)
        _delete(folder, files)
    removed = [Action(c.service, "remove", "the stack is to be absent") for c in actual]
    names = [c.name for c in actual] + [command[-1] for command in due if command[0] != "rm"]
    return {
        "changed": bool(due or files),
        "actions": [action.as_result() for action in removed],
        "services": {},
        "diff": {"prepared": "".join(f"{name}: removed\n" for name in names)},
    }


def _labelled(docker: DockerCli, kind: str, project: str) -> list[str]:
    wanted = f"label={PROJECT_LABEL}={project}"
    return docker.read(kind, "ls", "--filter", wanted, "--format", "{{.Name}}").split()


def _images(docker: DockerCli, services: list[str]) -> list[str]:
    return [
        reference
        for service in services
        for reference in docker.image_names(f"{SERVICE_LABEL}={service}", CONTENT_LABEL)
    ]


def _files(folder: Path, *, everything: bool) -> list[Path]:
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return [path for path in found if everything or path.name not in _KEPT_WITH_DATA]


def _delete(folder: Path, files: list[Path]) -> None:
    for path in files:
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    if files and not any(folder.iterdir()):
        folder.rmdir()
