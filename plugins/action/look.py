"""Controller side of look: judges what lies here, has the host looked at once, returns one list."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ansible import constants as C  # noqa: N812 - as Ansible's own code calls it
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.todo.stack.plugins.module_utils.build.base_image import recipe_of
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import from_plain, to_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import Problem
from ansible_collections.todo.stack.plugins.module_utils.contract.model import WITHIN_SECONDS
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.decide.absence import (
    absence_problems,
    absence_warnings,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.expiry import expiry_warnings
from ansible_collections.todo.stack.plugins.module_utils.decide.going_back import (
    going_back_problems,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.problems import (
    engine_problems,
    host_problems,
)
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Seen
from ansible_collections.todo.stack.plugins.plugin_utils.base_folder import base_folder
from ansible_collections.todo.stack.plugins.plugin_utils.contract.arguments import (
    judged,
    option_problems,
    refusal,
)
from ansible_collections.todo.stack.plugins.plugin_utils.contract.stack_spec import (
    OPTIONS,
    Project,
    named_stack,
    read_bases,
    read_project,
)
from ansible_collections.todo.stack.plugins.plugin_utils.judge.check_table import is_prose
from ansible_collections.todo.stack.plugins.plugin_utils.judge.index import retire_report
from ansible_collections.todo.stack.plugins.plugin_utils.unreached import explained

MODULE = "todo.stack.look"
OWN_OPTIONS = (
    "artifacts_dir", "min_free_bytes", "engine_managed", "secret_max_age", "host_only",
)  # fmt: skip
SECRET_MAX_AGE_DAYS = 365
PAUSE_SECONDS = 1.0
TOLD_SECONDS = 10.0


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible ships no types
    """Reads the project, has the host looked at, and refuses with everything that is wrong."""

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return what was seen; secrets travel as one argument that nothing logs."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        args, base = self._task.args, base_folder(self._loader)
        found: list[Project] = []
        folder = base / str(args.get("project_dir", ""))
        problems = option_problems(args, [*OPTIONS, *OWN_OPTIONS], ["project_dir"])
        problems = problems or judged(lambda: [*_read(args, folder, found), *_age_problems(args)])
        if args.get("artifacts_dir") and not self._task.check_mode:
            stack = found[0].spec.name if found else ""
            retire_report(base / args["artifacts_dir"], stack, task_vars or {})
        if not found:
            return {**result, **refusal(problems)}
        project = found[0]
        # What YAML made a date of is refused below; the host is looked at all the same.
        sent = json.dumps(to_plain(project.spec), default=str)
        told = self._look({"project_dir": str(folder), "spec": sent}, project, task_vars)
        if "seen" not in told:
            return {**result, **explained(told)}
        if "kept" in told:
            project = Project(from_plain(StackSpec, json.loads(told["kept"])))
        return {**result, **_result(args, project, told, problems)}

    def _look(
        self, args: dict[str, Any], project: Project, task_vars: dict[str, Any] | None
    ) -> dict[str, Any]:
        """Return the module's answer once no service is starting, or its time to start is over.

        What is starting is neither well nor at fault yet: nothing can be decided from it.
        """
        limits = [contract.run.within_seconds for contract in project.spec.contracts]
        limit = max(limits, default=WITHIN_SECONDS)
        begun = told = time.monotonic()
        while True:
            answer: dict[str, Any] = self._execute_module(MODULE, args, task_vars=task_vars)
            now, starting = time.monotonic(), _starting(answer)
            if not starting or now - begun >= limit:
                return answer
            if now - told >= TOLD_SECONDS and is_prose(C.DEFAULT_STDOUT_CALLBACK):
                told = now
                host = (task_vars or {}).get("inventory_hostname", "localhost")
                what = f"waiting for {', '.join(starting)} to start"
                Display().display(f"{host}: {what}, {now - begun:.0f} of {limit:.0f} s")
            time.sleep(PAUSE_SECONDS)


def _read(args: dict[str, Any], folder: Path, found: list[Project]) -> list[Problem]:
    if args.get("release"):
        found.append(Project(named_stack(args, folder)))
    elif _host_only(args):
        found.append(read_bases(args, folder))
    else:
        found.append(read_project(args, folder))
    return found[0].problems


def _max_age(args: Mapping[str, Any]) -> str:
    return str(args.get("secret_max_age", SECRET_MAX_AGE_DAYS))


def _age_problems(args: Mapping[str, Any]) -> Iterator[Problem]:
    if not _max_age(args).isdecimal():
        yield Problem("must be a number of days; 0 is no limit", "stack_secret_max_age")


def _host_only(args: dict[str, Any]) -> bool:
    return bool(boolean(args.get("host_only", False)))


def _starting(answer: dict[str, Any]) -> list[str]:
    if '"starting"' not in answer.get("seen", ""):
        return []
    containers = from_plain(Seen, json.loads(answer["seen"])).containers
    return sorted({c.service for c in containers if c.pid and c.health == "starting"})


def _result(
    args: dict[str, Any], project: Project, told: dict[str, Any], problems: list[Problem]
) -> dict[str, Any]:
    seen = from_plain(Seen, json.loads(told["seen"]))
    problems = [*problems, *_problems_of_host(args, project, seen)]
    if problems:
        return refusal(problems)
    return {
        "changed": False,
        "stack": project.spec.name,
        "contracts": [to_plain(contract) for contract in project.spec.contracts],
        "bases": [recipe_of(reference) for reference in project.bases],
        "engine": seen.engine.as_result(),
        "images": list(seen.images),
        "seen": told["seen"],
        "release": seen.wanted,
        "bind_address": project.spec.bind_address,
        "relaxed": dict(project.spec.relaxed),
        "warnings": [
            *project.warnings,
            *seen.warnings,
            *absence_warnings(seen, project.spec),
            *expiry_warnings(
                seen, project.spec.contracts, datetime.now(timezone.utc), int(_max_age(args))
            ),
        ],
    }


def _problems_of_host(args: dict[str, Any], project: Project, seen: Seen) -> list[Problem]:
    free = int(args.get("min_free_bytes", 3_000_000_000))
    managed = boolean(args.get("engine_managed", False))
    if _host_only(args):
        return engine_problems(seen, min_free_bytes=free, engine_managed=managed)
    address = project.spec.bind_address
    return [
        *absence_problems(seen, project.spec),
        *host_problems(seen, address, min_free_bytes=free, engine_managed=managed),
        *going_back_problems(seen, project.spec.contracts),
    ]
