"""Controller side of compose_stack: judge the health bodies, wait on while they do not hold."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import Problem, StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.model import from_dict
from ansible_collections.todo.stack.plugins.plugin_utils.contract.arguments import (
    environment_problems,
    judged,
    option_problems,
    refusal,
)
from ansible_collections.todo.stack.plugins.plugin_utils.judge.expectation import meets
from ansible_collections.todo.stack.plugins.plugin_utils.this_play import this_play

MODULE = "todo.stack.compose_stack"
ENVIRONMENT_OPTIONS = ("env", "secrets", "extra_env", "production")
PAUSE_SECONDS = 1.0


class ActionModule(ActionBase):  # type: ignore[misc]
    """Runs the module, which is idempotent, until every body is as its contract expects."""

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the first run's result; fail when a body is wrong to the end of its time."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        contracts = self._task.args.get("contracts") or []
        if problems := judged(lambda: _problems(contracts, self._task.args.get("environment"))):
            return {**result, **refusal(problems)}
        first = found = self._execute(task_vars)
        # A deadline counts from the start of the containers, which the module tells.
        begun = time.monotonic() - found.get("waited_seconds", 0.0)
        while "bodies" in found and not found.get("failed"):
            try:
                wrong = wrong_bodies(contracts, found["bodies"])
            except StackError as error:
                return {**result, **first, "failed": True, "msg": str(error)}
            overdue = [one for one in wrong if time.monotonic() - begun >= one["within_seconds"]]
            if not wrong or overdue:
                return {**result, **first, **failure(overdue)}
            time.sleep(PAUSE_SECONDS)
            found = self._execute(task_vars, time.monotonic() - begun)
        return {**result, **found, "changed": first.get("changed", False)}

    def _execute(self, task_vars: Any, waited_seconds: float = 0.0) -> dict[str, Any]:
        args = {**self._task.args, "play": this_play(), "waited_seconds": waited_seconds}
        found: dict[str, Any] = self._execute_module(
            module_name=MODULE, module_args=args, task_vars=task_vars
        )
        return found


def _problems(contracts: list[dict[str, Any]], environment: object) -> list[Problem]:
    if not environment:
        return []
    if not isinstance(environment, Mapping):
        return [Problem("must be a mapping", "environment")]
    wrong = option_problems(environment, ENVIRONMENT_OPTIONS)
    return wrong or environment_problems([from_dict(raw) for raw in contracts], environment)


def wrong_bodies(
    contracts: list[dict[str, Any]], bodies: dict[str, object]
) -> list[dict[str, Any]]:
    """Return the services whose health answered 200 with another body than the contract's."""
    wrong = []
    for contract in contracts:
        health = contract["run"].get("health")
        service = contract["service"]
        if health and service in bodies and not meets(health["expect"], bodies[service]):
            wrong.append({"service": service, **health})
    return wrong


def failure(wrong: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the result keys of a stack that answers, but not as expected; none when it does."""
    if not wrong:
        return {}
    told = "; ".join(
        f"{one['service']} is not healthy: {one['path']} answered 200, and its body does not meet "
        f"{one['expect']!r} after {one['within_seconds']} s"
        for one in wrong
    )
    return {"failed": True, "msg": f"{told} -> look at the body: curl the path on the host"}
