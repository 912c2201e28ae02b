"""Judges what was seen of a host: table, artifacts, verdict; all of it on the controller."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any, TypeVar

from ansible import constants as C  # noqa: N812 - as Ansible itself calls it
from ansible.plugins.action import ActionBase
from ansible.utils.color import stringc
from ansible.utils.display import Display
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import from_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import Action
from ansible_collections.todo.stack.plugins.module_utils.judge.check import Check
from ansible_collections.todo.stack.plugins.module_utils.judge.image import image_rows
from ansible_collections.todo.stack.plugins.module_utils.judge.registry import judge
from ansible_collections.todo.stack.plugins.module_utils.judge.subject import Peer
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Seen
from ansible_collections.todo.stack.plugins.modules.acceptance import ARGUMENT_SPEC
from ansible_collections.todo.stack.plugins.plugin_utils.base_folder import base_folder
from ansible_collections.todo.stack.plugins.plugin_utils.judge.artifacts import (
    artifacts_folder,
    write_artifacts,
)
from ansible_collections.todo.stack.plugins.plugin_utils.judge.check_table import (
    check_table,
    is_prose,
    marks_for,
)
from ansible_collections.todo.stack.plugins.plugin_utils.judge.expectation import meets
from ansible_collections.todo.stack.plugins.plugin_utils.judge.index import (
    INDEX,
    hosts_of,
    write_index,
)
from ansible_collections.todo.stack.plugins.plugin_utils.judge.report import acceptance, why
from ansible_collections.todo.stack.plugins.plugin_utils.judge.verdict import (
    failed_ids,
    failure,
)

LOOK = "todo.stack.look"
RELEASE = "todo.stack.release"
T = TypeVar("T")
COLOURS = {True: "green", False: "red"}


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible ships no types
    """Judges a look at the host, shows and writes the verdict."""

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the verdict on the host."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _, options = self.validate_argument_spec(ARGUMENT_SPEC)
        host = str((task_vars or {}).get("inventory_hostname", "localhost"))
        try:
            contracts = [typed(Contract, one, "contracts") for one in options["contracts"]]
            actions = [typed(Action, one, "actions", RELEASE) for one in options["actions"]]
            seen = typed(Seen, options["seen"], "seen")
            peer = peer_of(options.get("like") or {})
        except StackError as problem:
            return {**result, "failed": True, "changed": False, "msg": str(problem)}
        reasons = options["reasons"]
        address, relaxed = options["bind_address"], options["relaxed"]
        checks = judge(contracts, seen, meets, address, relaxed, peer=peer)
        absent = seen.problem or ("" if seen.containers else "the stack is not on this host")
        if self._task.check_mode and absent:
            said = f"nothing runs that could be judged yet: {absent}"
            self._say(f"{host}: {said}")
            return {**result, "changed": False, "skipped": True, "msg": said}
        content = acceptance(
            host,
            datetime.now(timezone.utc),
            checks,
            image_rows(contracts, seen, reasons),
            seen,
            actions=actions,
            reasons=reasons,
        )
        self._show(host, checks, why(content))
        written = self._written(content, hosts_of(task_vars or {}), options)
        return {**result, **self._verdict(content, checks, written, enforce=options["enforce"])}

    def _show(self, host: str, checks: Sequence[Check], reasons: Sequence[str]) -> None:
        marks = marks_for(getattr(sys.__stdout__, "encoding", None))
        lines = check_table(host, checks, marks, reasons)
        coloured = [
            line.text if line.good is None else stringc(line.text, COLOURS[line.good])
            for line in lines
        ]
        # In one piece: the tables of hosts that end together must not mix.
        self._say("\n".join(coloured))
        Display().display("\n".join(line.text for line in lines), log_only=True)

    def _say(self, text: str) -> None:
        if is_prose(C.DEFAULT_STDOUT_CALLBACK):
            Display().display(text, screen_only=True)

    def _written(
        self, content: Mapping[str, Any], hosts: Sequence[str], options: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Write the artifacts; that they cannot be written changes no verdict."""
        if self._task.check_mode:
            return {"artifacts": []}
        base = place = base_folder(self._loader) / options["artifacts_dir"]
        told: dict[str, Any] = {"artifacts": []}
        try:
            place = artifacts_folder(base, content["host"], content["stack"])
            told["artifacts"] = [str(path) for path in write_artifacts(place, content)]
            place = base.resolve() / INDEX
            told["index"] = str(write_index(place.parent, hosts))
        except Exception as problem:  # whatever it is, the host is as good as it was judged
            reason = getattr(problem, "strerror", None) or type(problem).__name__
            told["warnings"] = [f"{place}: the report cannot be written ({reason})"]
        return told

    def _verdict(
        self,
        content: Mapping[str, Any],
        checks: Sequence[Check],
        written: Mapping[str, Any],
        *,
        enforce: bool,
    ) -> dict[str, Any]:
        failed = failed_ids(checks)
        verdict = {
            "changed": False,
            "passed": content["passed"],
            "failed_checks": failed,
            **written,
        }
        if failed and enforce:
            # The rows would push the message off the screen: they are in the artifact.
            message = failure(content["host"], checks, (written["artifacts"] or [""])[-1])
            return {**verdict, "failed": True, "msg": message}
        return {**verdict, "checks": content["checks"], "images": content["images"]}


def peer_of(like: Mapping[str, Any]) -> Peer | None:
    """Return the host to compare with, None where there is none, or nothing was seen of it."""
    if not like.get("seen"):
        return None
    return Peer(str(like["host"]), typed(Seen, like["seen"], "like.seen"))


def typed(cls: type[T], raw: Any, where: str, giver: str = LOOK) -> T:
    """Return what ``giver`` returned, plain or as JSON text; raise StackError for anything else."""
    try:
        return from_plain(cls, json.loads(raw) if isinstance(raw, str) else raw)
    except (ValueError, TypeError, AttributeError) as problem:
        what = f"is nothing that {giver} has returned ({type(problem).__name__})"
        raise StackError(what, where=where, remedy=f"hand over {where} of {giver}") from None
