"""Controller side of env_contract: judges the values before they travel to the host."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import Problem
from ansible_collections.todo.stack.plugins.module_utils.contract.model import from_dict
from ansible_collections.todo.stack.plugins.plugin_utils.contract.arguments import (
    environment_problems,
    judged,
    option_problems,
    refusal,
)
from ansible_collections.todo.stack.plugins.plugin_utils.this_play import this_play

MODULE = "todo.stack.env_contract"
OPTIONS = ("contracts", "env", "secrets", "extra_env", "production", "rotate", "state_dir")


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible ships no types
    """Judges what is given, then runs the module."""

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the module's result, or the problems found here."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        args = self._task.args

        def judge() -> list[Problem]:
            return environment_problems([from_dict(raw) for raw in args["contracts"]], args)

        problems = option_problems(args, OPTIONS, ["contracts"]) or judged(judge)
        if problems:
            return {**result, **refusal(problems)}
        module_args = {**args, "play": this_play()}
        return {**result, **self._execute_module(MODULE, module_args, task_vars=task_vars)}
