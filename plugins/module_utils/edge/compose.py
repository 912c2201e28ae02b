"""The one edge to Docker Compose: a project's files read, one-offs and services started."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.labels import candidate_name
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateFiles
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import (
    DockerCli,
    at_once,
    compose_argv,
)

# What the caller's shell has compose do would make what is compared another than what runs.
_UNHEARD = {
    "COMPOSE_PROFILES": "",
    "COMPOSE_ENV_FILES": "",
    "COMPOSE_REMOVE_ORPHANS": "",
    "COMPOSE_COMPATIBILITY": "",
}
_UP = ("up", "--detach", "--no-build", "--pull", "never", "--quiet-pull", "--no-deps")


@dataclass(frozen=True)
class Compose:
    """A compose project whose paths are relative to ``folder``."""

    docker: DockerCli
    project: str
    folder: str
    variables: Mapping[str, str]

    def read(self, definition: str, alone: str) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the resolved ``definition``, and each service's hash by the text ``alone``.

        They are texts of one or more YAML documents; ``alone`` has its services depend on nothing,
        as compose hashes one that it starts by itself.
        """
        ask = partial(self._compose, ["-"])
        config, hashes = at_once(
            partial(ask, ["config", "--format", "json"], stdin=definition),
            partial(ask, ["config", "--hash", "*"], stdin=alone),
        )
        found: dict[str, Any] = json.loads(config)
        return found, read_hashes(hashes)

    def hashes(self, definition: str) -> dict[str, str]:
        """Return each service's hash as compose writes it where it starts all of them."""
        return read_hashes(self._compose(["-"], ["config", "--hash", "*"], stdin=definition))

    def up(self, files: StateFiles, services: Sequence[str], *, anew: bool) -> None:
        """Start services, and nothing they depend on; ``anew`` replaces also what looks alike."""
        force = ["--force-recreate"] if anew else []
        self._compose(_paths(files), [*_UP, *force, *services])

    def create(self, files: StateFiles, services: Sequence[str]) -> None:
        """Replace services' containers, and start none of them."""
        self._compose(_paths(files), [*_UP, "--no-start", "--force-recreate", *services])

    def start_candidate(self, files: StateFiles, service: str) -> None:
        """Start a service's new version beside the running one.

        It is on the same networks with the same values, but no port of it is published, and no
        name that others look up leads to it.
        """
        name = candidate_name(self.project, service)
        argv = ["run", "--detach", "--no-deps", "--no-TTY", "--name", name, service]
        self._compose(_paths(files), argv)

    def check(self, files: StateFiles, service: str, command: Sequence[str]) -> tuple[int, str]:
        """Return exit code and output of a command of the service's image, with its new values."""
        name = candidate_name(self.project, service)
        argv = compose_argv(
            ["run", "--no-deps", "--no-TTY", "--interactive=false", "--name", name,
             service, *command],
            files=_paths(files), project=self.project, directory=self.folder,
        )  # fmt: skip
        code, out, err = self.docker.run(["docker", *argv], environ_update=self._environment)
        return code, out or err

    @property
    def _environment(self) -> dict[str, str]:
        return {**_UNHEARD, **self.variables}

    def _compose(self, files: Sequence[str], args: Sequence[str], stdin: str | None = None) -> str:
        return self.docker.compose(
            args,
            files=files,
            project=self.project,
            variables=self._environment,
            stdin=stdin,
            directory=self.folder,
        )


def read_hashes(lines: str) -> dict[str, str]:
    """Return service -> hash of ``compose config --hash`` lines."""
    return dict(line.split() for line in lines.splitlines() if line.strip())


def _paths(files: StateFiles) -> list[str]:
    return [files.definition, files.environment]
