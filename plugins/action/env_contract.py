"""Controller side of env_contract: judges the values before they travel to the host."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.module_utils.contract import from_dict
from ansible_collections.todo.stack.plugins.module_utils.environment import (
    Given,
    validate_environment,
)
from ansible_collections.todo.stack.plugins.module_utils.errors import Problem
from ansible_collections.todo.stack.plugins.module_utils.rotation import rotation_problems
from ansible_collections.todo.stack.plugins.plugin_utils.arguments import (
    judged,
    option_problems,
    refusal,
)
from ansible_collections.todo.stack.plugins.plugin_utils.this_play import this_play

MODULE = "todo.stack.env_contract"
OPTIONS = ("contracts", "env", "secrets", "extra_env", "production", "rotate", "state_dir")


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible ships no types
    """Judges the values as YAML gave them: on its way to the host a date would become a text."""

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the module's result, or the problems found here."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        args = self._task.args
        problems = option_problems(args, OPTIONS, ["contracts"]) or judged(lambda: _judge(args))
        if problems:
            return {**result, **refusal(problems)}
        module_args = {**args, "play": this_play()}
        return {**result, **self._execute_module(MODULE, module_args, task_vars=task_vars)}


def _judge(args: Mapping[str, Any]) -> list[Problem]:
    production = boolean(args.get("production", False))
    given = Given(args.get("env"), args.get("secrets"), args.get("extra_env"), production)
    contracts = [from_dict(raw) for raw in args["contracts"]]
    problems = validate_environment(contracts, given)
    return problems + rotation_problems(contracts, given, args.get("rotate") or [])
