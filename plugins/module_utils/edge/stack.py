"""A compose project on this host: looked at, brought to what is wanted, watched until healthy."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.errors import ProblemList
from ansible_collections.todo.stack.plugins.module_utils.stack.plan import (
    Action,
    Actual,
    Desired,
    foreign,
    is_one_off,
    plan,
    read_actual,
    read_desired,
)

COMPOSE_FILE = "compose.yaml"
ENVIRONMENT_FILE = "environment.json"


@dataclass(frozen=True)
class Project:
    """A compose project: ``definition`` is the text of its compose.yaml, kept in ``folder``."""

    docker: DockerCli
    name: str
    folder: Path
    definition: str
    variables: Mapping[str, str]

    def plan(self, new_environment: Sequence[str]) -> list[Action]:
        """Return what must happen; raise ProblemList for containers that are not ours."""
        desired = self._desired()
        actual = self.containers()
        if problems := foreign(actual):
            raise ProblemList(problems)
        references = list(dict.fromkeys(one.image for one in desired))
        found = self.docker.inspect_images(references)
        ids = {reference: str(image["Id"]) for reference, image in found.items()}
        return plan(desired, actual, ids, new_environment)

    def containers(self) -> list[Actual]:
        """Return the project's containers as they are, without those of `docker compose run`."""
        found = self.docker.project_containers(self.name)
        return [read_actual(one) for one in found if not is_one_off(one)]

    def up(self, actions: Sequence[Action]) -> None:
        """Carry out a plan; compose waits for what services depend on."""
        orphans = {action.service for action in actions if action.action == "remove"}
        stale = [c.id for c in self.containers() if c.service in orphans]
        if stale:
            self.docker.read("rm", "--force", *stale)
        self._compose(["up", "--detach", "--no-build", "--pull", "never", "--quiet-pull"])

    def down(self, *, volumes: bool) -> None:
        """Remove containers and networks, and the data only when asked to."""
        args = ["down", "--remove-orphans", *(["--volumes"] if volumes else [])]
        self.docker.compose(
            args, files=[], project=self.name, variables={}, directory=str(self.folder)
        )

    def _desired(self) -> list[Desired]:
        hashes = self._compose(["config", "--hash", "*"], preview=True)
        config = json.loads(self._compose(["config", "--format", "json"], preview=True))
        return read_desired(config, hashes)

    def _compose(self, args: Sequence[str], *, preview: bool = False) -> str:
        """Run compose on the files in the folder, or on the definition as it would be written."""
        environment = self.folder / ENVIRONMENT_FILE
        override = [str(environment)] if environment.is_file() else []
        return self.docker.compose(
            args,
            files=["-" if preview else str(self.folder / COMPOSE_FILE), *override],
            project=self.name,
            variables=self.variables,
            stdin=self.definition if preview else None,
            directory=str(self.folder),
        )
