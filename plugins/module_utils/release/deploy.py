"""Bring the stack of this host to what is wanted, gated on health, or take it away."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.masking import derived_forms
from ansible_collections.todo.stack.plugins.module_utils.decide.definition import host_definition
from ansible_collections.todo.stack.plugins.module_utils.decide.override import read_back
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import (
    Action,
    Actual,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.preview import Preview
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.files import (
    read_text,
    write_private,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.http import reached_at
from ansible_collections.todo.stack.plugins.module_utils.edge.ports import taken
from ansible_collections.todo.stack.plugins.module_utils.look.contents import remember
from ansible_collections.todo.stack.plugins.module_utils.look.engine import describe_engine
from ansible_collections.todo.stack.plugins.module_utils.release.embedded import (
    change_password,
    due_changes,
)
from ansible_collections.todo.stack.plugins.module_utils.release.gate import (
    Watch,
    evidence,
    health_body,
    watch,
)
from ansible_collections.todo.stack.plugins.module_utils.release.stack import (
    COMPOSE_FILE,
    ENVIRONMENT_FILE,
    Project,
)
from ansible_collections.todo.stack.plugins.module_utils.release.turns import Turn

HIDDEN = "********"


@dataclass(frozen=True)
class Stack:
    """The module's parameters, and what they lead to."""

    docker: DockerCli
    project: Project
    contracts: Sequence[Mapping[str, Any]]
    bind_address: str
    preview: Preview
    rendered: Sequence[str]
    turn: Turn
    waited_seconds: float

    @classmethod
    def read(cls, params: Mapping[str, Any], docker: DockerCli) -> Stack:
        """Return the stack that the parameters describe."""
        variables = {name: str(value) for name, value in params["variables"].items()}
        bind_address = params["bind_address"]
        return cls(
            docker=docker,
            project=Project(
                docker,
                params["project"],
                Path(params["state_dir"]),
                host_definition(
                    params["definition"] or "",
                    [name for c in params["contracts"] for name in c["compose_services"]],
                    params["relaxed"],
                ),
                {**variables, "STACK_BIND_ADDRESS": published_on(bind_address)},
            ),
            contracts=params["contracts"],
            bind_address=bind_address,
            preview=Preview.read(params),
            rendered=params["new_environment"],
            turn=Turn.read(params["play"]),
            waited_seconds=params["waited_seconds"],
        )

    def ensure(self, *, check_mode: bool) -> dict[str, Any]:
        """Return the result after bringing the stack up; raise StackError with the evidence."""
        if check_mode and not describe_engine(self.docker.run, os.environ).running:
            return _result(self._foreseen(), [], [], changed=True)
        with self.turn.taken(self.project.folder, check_mode=check_mode):
            return self._ensure(check_mode=check_mode)

    def _ensure(self, *, check_mode: bool) -> dict[str, Any]:
        path = self.project.folder / COMPOSE_FILE
        rewritten = read_text(path) != self.project.definition
        preview, built = (self.preview, ()) if check_mode else (None, self.preview.images)
        actions, found = self.project.plan(preview, self.rendered, built)
        changed = rewritten or bool(actions)
        if check_mode:
            return _result(actions, found, [], changed=changed)
        if rewritten:
            write_private(path, self.project.definition)
        if actions:
            self._change_passwords()
            self._up(actions)
        # A container that is replaced begins to count anew.
        before = {} if actions else {one.service: one.restarts for one in found}
        begun = time.monotonic() - self.waited_seconds
        address = reached_at(self.bind_address)
        watches, found = watch(
            self.contracts, self.project.containers, address, before, self.waited_seconds
        )
        self._demand(watches)
        waited = {"waited_seconds": round(time.monotonic() - begun, 2)}
        own = {contract["service"] for contract in self.contracts}
        remember(self.project.folder, [(c.image_id, c.pid) for c in found if c.service in own])
        return {**_result(actions, found, watches, changed=changed), **waited}

    def _change_passwords(self) -> None:
        """Let embedded databases have the passwords their clients are about to get."""
        delivered = read_back(read_text(self.project.folder / ENVIRONMENT_FILE) or "") or {}
        containers = self.docker.project_containers(self.project.name)
        for change in due_changes(self.contracts, containers, delivered):
            change_password(self.docker, change)

    def _up(self, actions: Sequence[Action]) -> None:
        try:
            self.project.up(actions)
        except StackError as error:
            containers = self.project.containers()
            found = self._evidence({c.service: "" for c in containers if _bad(c)})
            whys = "; ".join(f"{row['service']}: {row['state']}" for row in found)
            self._remove_unstarted(containers)
            raise StackError(
                f"compose could not start the stack: {self._why(error)}",
                where=whys or error.where,
                remedy="the evidence is in `evidence`; mend the cause and run again",
                evidence=found,
                changed=True,
            ) from None

    def _why(self, error: StackError) -> str:
        """Return who took a port since preflight, else compose's own words."""
        ports = {c["service"]: int(c["run"]["port"]) for c in self.contracts if c["run"]["port"]}
        owners = taken(self.docker, self.project.name, self.bind_address, ports)
        return "; ".join(owners) or self._redact(error.what)

    def _remove_unstarted(self, containers: Sequence[Actual]) -> None:
        """Leave nothing behind that compose has created and could not start."""
        if halves := [c.id for c in containers if c.state == "created"]:
            self.docker.read("rm", "--force", *halves)

    def _demand(self, watches: Sequence[Watch]) -> None:
        unmet = {one.service: one.verdict.why for one in watches if not one.verdict.passed}
        if unmet:
            # It ended with the first whose time was up.
            seconds = min(one.within_seconds for one in watches if one.service in unmet)
            raise StackError(
                "; ".join(f"{service} is not healthy: {why}" for service, why in unmet.items()),
                where=f"within {seconds:g} s",
                remedy="the evidence is in `evidence`; mend the cause and run again",
                evidence=self._evidence(unmet),
                changed=True,
            )

    def _evidence(self, whys: Mapping[str, str]) -> list[dict[str, Any]]:
        containers = [c for c in self.project.containers() if c.service in whys]
        return [evidence(self.docker, c, whys[c.service], self._redact) for c in containers]

    def _redact(self, text: str) -> str:
        return redactor(self.project.folder, self.contracts)(text)

    def _foreseen(self) -> list[Action]:
        """Return the plan for a host without an engine, where nothing of ours can be there."""
        why = "there is no running engine yet"
        declared = [name for c in self.contracts for name in c["compose_services"]]
        off = self.preview.switched_off
        services = sorted({*declared, *self.preview.names} - set(off))
        return [Action(name, "create", why) for name in services]


def redactor(folder: Path, contracts: Sequence[Mapping[str, Any]]) -> Callable[[str], str]:
    """Return a function that hides what the stack was given, in all its shapes.

    Open is only what a contract declares to be no secret.
    """
    delivered = read_back(read_text(folder / ENVIRONMENT_FILE) or "") or {}
    plain = {
        (service, name)
        for contract in contracts
        for service in contract["compose_services"]
        for name, variable in contract["env"].items()
        if not variable.get("secret")
    }
    forms = derived_forms(
        value
        for service, values in delivered.items()
        for name, value in values.items()
        if (service, name) not in plain
    )

    def redact(text: str) -> str:
        for form in sorted(forms, key=len, reverse=True):
            text = text.replace(form, HIDDEN)
        return text

    return redact


def published_on(bind_address: str) -> str:
    """Return an address as a port mapping writes it: IPv6 in brackets."""
    return f"[{bind_address}]" if ":" in bind_address else bind_address


def _bad(container: Actual) -> bool:
    # A one-shot that ended with 0 is well.
    ended = container.state not in {"running", "exited"}
    return container.failed or ended or container.health == "unhealthy"


def _result(
    actions: Sequence[Action],
    containers: Sequence[Actual],
    watches: Sequence[Watch],
    *,
    changed: bool,
) -> dict[str, Any]:
    lines = [f"{a.service}: {a.action}, {a.why}\n" for a in actions]
    return {
        "changed": changed,
        "actions": [action.as_result() for action in actions],
        "services": {c.service: c.as_result() for c in containers},
        "bodies": {one.service: health_body(one) for one in watches},
        "diff": {"prepared": "".join(lines)} if lines else {},
    }
