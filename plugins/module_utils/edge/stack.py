"""A compose project on this host: looked at, brought to what is wanted, watched until healthy."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.errors import ProblemList
from ansible_collections.todo.stack.plugins.module_utils.stack.plan import (
    COMPOSE_SERVICE,
    Action,
    Actual,
    Desired,
    foreign,
    is_one_off,
    plan,
    read_actual,
    read_desired,
)
from ansible_collections.todo.stack.plugins.module_utils.stack.preview import Preview

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

    def plan(self, preview: Preview | None = None) -> list[Action]:
        """Return what must happen; raise ProblemList for containers that are not ours.

        A ``preview`` goes by what earlier tasks would have changed by then.
        """
        inspected = self.docker.project_containers(self.name)
        actual = [read_actual(one) for one in inspected if not is_one_off(one)]
        if problems := foreign(actual):
            raise ProblemList(problems)
        override = preview.override(_environments(inspected)) if preview else None
        desired = self._desired(override)
        references = list(dict.fromkeys(one.image for one in desired))
        found = self.docker.inspect_images(references)
        ids = {reference: str(image["Id"]) for reference, image in found.items()}
        new_images = preview.new_images(found) if preview else ()
        return plan(desired, actual, ids, preview.stale if preview else (), new_images)

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

    def _desired(self, override: str | None) -> list[Desired]:
        text = self.definition if override is None else f"{self.definition}---\n{override}"
        files = ["-", *(self._override() if override is None else [])]
        hashes = self._compose(["config", "--hash", "*"], files, text)
        config = json.loads(self._compose(["config", "--format", "json"], files, text))
        return read_desired(config, hashes)

    def _override(self) -> list[str]:
        environment = self.folder / ENVIRONMENT_FILE
        return [str(environment)] if environment.is_file() else []

    def _compose(
        self, args: Sequence[str], files: Sequence[str] = (), stdin: str | None = None
    ) -> str:
        """Run compose on the files in the folder, or on ``files``, of which "-" is ``stdin``."""
        return self.docker.compose(
            args,
            files=files or [str(self.folder / COMPOSE_FILE), *self._override()],
            project=self.name,
            variables=self.variables,
            stdin=stdin,
            directory=str(self.folder),
        )


def _environments(inspected: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Return the environment of each compose service's container."""
    found = {}
    for one in inspected:
        service = (one["Config"].get("Labels") or {}).get(COMPOSE_SERVICE, "")
        pairs = (entry.partition("=") for entry in one["Config"].get("Env") or [])
        found[service] = {name: value for name, _, value in pairs}
    return found
