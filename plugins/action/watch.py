"""Controller side of watch: packs what verifies, and the stack without any value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import to_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.environment import Given
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import Problem
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.release.watch import Settings
from ansible_collections.todo.stack.plugins.plugin_utils.contract.arguments import (
    judged,
    option_problems,
    refusal,
)
from ansible_collections.todo.stack.plugins.plugin_utils.contract.stack_spec import (
    stack_spec,
    typed_contracts,
)
from ansible_collections.todo.stack.plugins.plugin_utils.judge.watcher import packed_watcher

MODULE = "todo.stack.watch"
OPTIONS = (
    "project_dir", "contracts", "relaxed", "bind_address", "variables", "state_dir", "minutes",
    "command", "url", "state",
)  # fmt: skip


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible ships no types
    """Sends the host what it needs to verify its stack by itself."""

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return whether anything changed."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        args = self._task.args
        problems = option_problems(args, OPTIONS, ["project_dir", "contracts"])
        if problems := problems or judged(lambda: _problems(args)):
            return {**result, **refusal(problems)}
        folder = Path(self._loader.get_basedir()) / str(args["project_dir"])
        spec = stack_spec(args, folder, typed_contracts(args["contracts"]))
        order = {
            "project_dir": str(folder),
            "contracts": [],
            "state_dir": spec.state_dir,
            "stack": spec.name,
            **{name: args[name] for name in ("minutes", "state") if name in args},
        }
        if args.get("state") != "absent":
            order["settings"] = json.dumps(to_plain(_settings(args, spec)), sort_keys=True)
            order["archive"] = packed_watcher()
        return {**result, **self._execute_module(MODULE, order, task_vars=task_vars)}


def _settings(args: Mapping[str, Any], spec: StackSpec) -> Settings:
    return Settings(
        spec=replace(spec, given=Given(), rotate=()),
        relaxed={name: tuple(one) for name, one in (args.get("relaxed") or {}).items()},
        command=tuple(map(str, args.get("command") or ())),
        url=str(args.get("url") or ""),
    )


def _problems(args: Mapping[str, Any]) -> list[Problem]:
    problems = []
    url = str(args.get("url") or "")
    if url and not url.startswith(("http://", "https://")):
        problems.append(Problem("is no address of http or https", "stack_watch_url"))
    if not isinstance(args.get("command") or [], list):
        remedy = "give the program and its arguments as a list"
        problems.append(Problem("is no list", "stack_watch_command", remedy))
    minutes = str(args.get("minutes", 5))
    if not minutes.isdigit() or int(minutes) < 1:
        problems.append(Problem("must be 1 or more", "stack_watch_minutes"))
    return problems
