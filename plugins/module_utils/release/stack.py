"""A compose project on this host: looked at, brought to what is wanted, watched until healthy."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import (
    ProblemList,
    StackError,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import (
    COMPOSE_SERVICE,
    Action,
    Actual,
    Desired,
    foreign,
    is_one_off,
    plan,
    read_actual,
    read_desired,
    start_order,
    unmet,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.preview import Preview, content_of
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli, at_once

COMPOSE_FILE = "compose.yaml"
ENVIRONMENT_FILE = "environment.json"


_UP = ["up", "--detach", "--no-build", "--pull", "never", "--quiet-pull"]
_WAIT_SECONDS = 120.0
_EVERY_SECONDS = 0.1


@dataclass(frozen=True)
class Project:
    """A compose project: ``definition`` is the text of its compose.yaml, kept in ``folder``."""

    docker: DockerCli
    name: str
    folder: Path
    definition: str
    variables: Mapping[str, str]

    def plan(
        self,
        preview: Preview | None = None,
        rendered: Sequence[str] = (),
        built: Sequence[Mapping[str, Any]] = (),
    ) -> tuple[list[Action], list[Actual]]:
        """Return what must happen, and what is there; raise ProblemList for what is not ours.

        A ``preview`` goes by what earlier tasks would have changed by then. ``built``: the rows of
        the images that this play has seen to; StackError where one is another by now.
        """
        inspected = self.docker.project_containers(self.name)
        actual = _standing(inspected)
        if problems := foreign(actual):
            raise ProblemList(problems)
        override = preview.override(_environments(inspected)) if preview else None
        desired = self._desired(actual, override)
        references = list(dict.fromkeys(one.image for one in desired))
        found = self.docker.inspect_images(references)
        known = [row for row in built if row["image"] in found]
        if moved := [row["image"] for row in known if content_of(found, row) != row["digest"]]:
            raise StackError(
                f"another play has changed this host in the meantime: {', '.join(moved)}",
                remedy="nothing more was changed; run again if this play is to win",
            )
        ids = {reference: str(image["Id"]) for reference, image in found.items()}
        new_images = preview.new_images(found) if preview else ()
        stale = preview.stale if preview else ()
        return plan(desired, actual, ids, stale, new_images, rendered), actual

    def containers(self) -> list[Actual]:
        """Return the project's containers as they are, without those of `docker compose run`."""
        return _standing(self.docker.project_containers(self.name))

    def up(self, actions: Sequence[Action]) -> None:
        """Carry out a plan, without a restart of what it does not name.

        By itself compose runs one-shots again and may restart what depends on a replaced service:
        it is left to itself only where everything is new.
        """
        definition = partial(self._compose, ["config", "--format", "json"])
        found: Any = at_once(self.containers, definition)
        containers, config = found
        orphans = {action.service for action in actions if action.action == "remove"}
        if stale := [c.id for c in containers if c.service in orphans]:
            self.docker.read("rm", "--force", *stale)
        # The engine refuses to start what is frozen.
        if frozen := [c.id for c in containers if c.state == "paused"]:
            self.docker.read("unpause", *frozen)
        due = {action.service for action in actions} - orphans
        order = start_order(json.loads(config))
        if due >= order.keys():
            self._compose(_UP)
            return
        for service, needs in order.items():
            if service in due:
                self._await(needs)
                self._start(service, [a.action for a in actions if a.service == service])

    def _start(self, service: str, how: Sequence[str]) -> None:
        if "start" in how:
            # Compose would replace one that carries the hash of another way to start it.
            ids = [c.id for c in self.containers() if c.service == service]
            self.docker.read("start", *ids)
        else:
            # Compose sees no need where only a network was taken away.
            force = ["--force-recreate"] if "recreate" in how else []
            self._compose([*_UP, *force, "--no-deps", service])

    def _await(self, needs: Mapping[str, str]) -> None:
        """Return once what a service waits for is there; raise StackError when it fails."""
        deadline = time.monotonic() + _WAIT_SECONDS
        while True:
            found = {container.service: container for container in self.containers()}
            why = [w for s, how in needs.items() if (w := unmet(s, found.get(s), how))]
            failed = [s for s in needs if s in found and found[s].failed]
            if not why:
                return
            if failed or time.monotonic() >= deadline:
                raise StackError("; ".join(why), where="docker compose up")
            time.sleep(_EVERY_SECONDS)

    def down(self, *, volumes: bool) -> None:
        """Remove containers and networks, and the data only when asked to."""
        args = ["down", "--remove-orphans", *(["--volumes"] if volumes else [])]
        self.docker.compose(
            args, files=[], project=self.name, variables={}, directory=str(self.folder)
        )

    def _desired(self, actual: Sequence[Actual], override: str | None) -> list[Desired]:
        text = self.definition if override is None else f"{self.definition}---\n{override}"
        files = ["-", *(self._override() if override is None else [])]
        ask = partial(self._compose, files=files, stdin=text)
        hashes, resolved = at_once(
            partial(ask, ["config", "--hash", "*"]), partial(ask, ["config", "--format", "json"])
        )
        config = json.loads(resolved)
        desired = read_desired(config, hashes)
        written = {container.service: container.config_hash for container in actual}
        if all(one.config_hash == written.get(one.service) for one in desired):
            return desired
        # One started by itself carries another hash: compose leaves out what it depends on.
        alone = self._compose(["config", "--hash", "*"], files, text + independent(desired))
        hashed = {one.service: one.config_hash for one in read_desired(config, alone)}
        return [replace(one, alone_hash=hashed[one.service]) for one in desired]

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


def independent(desired: Sequence[Desired]) -> str:
    """Return a document for the end of a definition: services that depend on nothing."""
    lines = [f"  {one.service}: {{depends_on: !reset {{}}}}\n" for one in desired]
    return "---\nservices:\n" + "".join(lines)


def _standing(inspected: Sequence[Mapping[str, Any]]) -> list[Actual]:
    return [read_actual(one) for one in inspected if not is_one_off(one)]


def _environments(inspected: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Return the environment of each compose service's container."""
    found = {}
    for one in inspected:
        service = (one["Config"].get("Labels") or {}).get(COMPOSE_SERVICE, "")
        pairs = (entry.partition("=") for entry in one["Config"].get("Env") or [])
        found[service] = {name: value for name, _, value in pairs}
    return found
