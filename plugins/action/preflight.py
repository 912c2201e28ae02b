"""Controller side of preflight: judges contracts and environment, the module judges the host."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.module_utils.build.base_image import candidates
from ansible_collections.todo.stack.plugins.module_utils.contract.environment import (
    Given,
    validate_bind_address,
    validate_environment,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import (
    Problem,
    ProblemList,
    StackError,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.module_utils.contract.relaxed import relaxed_problems
from ansible_collections.todo.stack.plugins.plugin_utils.build.build_inputs import read_inputs
from ansible_collections.todo.stack.plugins.plugin_utils.contract.arguments import (
    judged,
    option_problems,
    refusal,
)
from ansible_collections.todo.stack.plugins.plugin_utils.contract.compose_file import (
    read_services,
    repository,
)
from ansible_collections.todo.stack.plugins.plugin_utils.contract.contracts import read_contracts
from ansible_collections.todo.stack.plugins.plugin_utils.judge.report import (
    artifacts_folder,
    set_aside,
)
from ansible_collections.todo.stack.plugins.plugin_utils.unreached import explained

MODULE = "todo.stack.preflight"
HOST_OPTIONS = ("project_dir", "bind_address", "state_dir", "min_free_bytes", "engine_managed")
CONTROLLER_OPTIONS = (
    "services",
    "env",
    "secrets",
    "extra_env",
    "production",
    "relaxed",
    "artifacts_dir",
)
DEFAULT_SERVICES = ("backend", "frontend")


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible ships no types
    """Judges what the controller knows, then has the host judged, and returns one list."""

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the module's result; secrets stay on the controller."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        args = self._task.args
        base = Path(self._loader.get_basedir())
        if args.get("artifacts_dir") and not self._task.check_mode:
            host = str((task_vars or {}).get("inventory_hostname", "localhost"))
            set_aside(artifacts_folder(base / args["artifacts_dir"], host))
        wrong = option_problems(args, [*HOST_OPTIONS, *CONTROLLER_OPTIONS], ["project_dir"])
        if wrong:
            return {**result, **refusal(wrong)}
        project = base / str(args["project_dir"])
        contracts: list[Contract] = []
        problems = judged(lambda: _judge(args, project, contracts))
        images: list[str] = []
        problems += judged(lambda: _find_images(project, contracts, images))
        module_args = {name: args[name] for name in HOST_OPTIONS if name in args}
        module_args["contracts"] = [contract.as_result() for contract in contracts]
        module_args["images"] = images
        module_args["problems"] = [asdict(problem) for problem in problems]
        seen = self._execute_module(MODULE, module_args, task_vars=task_vars)
        return {**result, **explained(seen)}


def _judge(args: Mapping[str, Any], project: Path, usable: list[Contract]) -> list[Problem]:
    """Return every problem, and add the contracts that can be used to ``usable``."""
    services = args.get("services", DEFAULT_SERVICES)
    contracts, problems = read_contracts(project, services)
    usable += contracts
    production = boolean(args.get("production", False))
    given = Given(args.get("env"), args.get("secrets"), args.get("extra_env"), production)
    problems += validate_environment(contracts, given, unjudged=services)
    running = [name for contract in contracts for name in contract.running_services()]
    problems += relaxed_problems(args.get("relaxed") or {}, [*running, *services])
    return problems + validate_bind_address(args.get("bind_address", "127.0.0.1"))


def _find_images(project: Path, contracts: Sequence[Contract], names: list[str]) -> list[Problem]:
    """Return what keeps images from being built, and add all that the stack is made of."""
    builds = [contract.as_result()["build"] for contract in contracts]
    try:
        inputs = read_inputs(builds)
        references = [one.image for one in read_services(project).values()]
    except ProblemList as found:
        return list(found.problems)
    except StackError:
        return []  # of compose.yaml, and told already
    own = {contract.image: f"{contract.image}:latest" for contract in contracts}
    bases = [ref for one, build in zip(inputs, builds) for ref in one.bases(build)]
    others = [ref for ref in references if ref and repository(ref) not in own]
    upstream = [name for ref in [*bases, *others] for name in candidates(ref, "auto")]
    names += dict.fromkeys([*own.values(), *upstream])
    return []
