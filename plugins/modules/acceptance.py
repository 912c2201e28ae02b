#!/usr/bin/python
# Copyright: The todo.stack maintainers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
"""Checks what runs on a host against the contracts of its services."""

from __future__ import annotations

DOCUMENTATION = r"""
module: acceptance
short_description: Check what runs against the contracts of its services
version_added: 0.1.0
description:
  - Looks at images, containers, processes, listening sockets, environments and HTTP answers on the
    managed host, and returns one row for each criterion of each contract.
  - Changes nothing on the managed host. The action plugin of the same name judges C(expect), writes
    C(acceptance.json) and C(report.html) on the controller, and fails when a check has failed.
options:
  contracts:
    description:
      - The contracts, normalised, as M(todo.stack.preflight) returns them.
    type: list
    elements: dict
    required: true
  project:
    description: Name of the compose project.
    type: str
    default: todo
  state_dir:
    description: Folder of the stack on the managed host, with its environment and build records.
    type: path
    default: /var/lib/todo-stack
  bind_address:
    description: Address on which the services are to be published.
    type: str
    default: 127.0.0.1
  probe_timeout:
    description: Seconds within which an HTTP probe has to be answered completely.
    type: float
    default: 5.0
  artifacts_dir:
    description:
      - Folder on the controller; a folder for each host is made in it.
      - In check mode nothing is written.
    type: path
    required: true
  wait:
    description:
      - Whether C(running), C(health) and C(ui) may be asked again until C(within_seconds) of the
        contract have passed.
    type: bool
    default: false
  enforce:
    description: Whether a failed check fails the task.
    type: bool
    default: true
  drift:
    description:
      - What M(todo.stack.env_contract) in check mode returned as C(services) - how the rendered
        environment differs from what is given. Any difference fails the check C(environment).
    type: dict
    default: {}
  relaxed:
    description: Hardening that compose services do without on purpose, as M(todo.stack.compose_stack) takes it.
    type: dict
    default: {}
  play:
    description: Set by the controller side of this module; not for playbooks.
    type: dict
    default: {}
attributes:
  check_mode:
    description: Runs in check mode exactly as otherwise, without writing the artifacts.
    support: full
  diff_mode:
    description: There is no difference to show.
    support: none
  idempotent:
    description: Changes nothing, however often it runs.
    support: full
notes:
  - Reads other users' processes in C(/proc) and talks to the Docker engine, which takes root.
  - Needs Python and the Docker CLI on the managed host, nothing else.
author:
  - The todo.stack maintainers
"""

EXAMPLES = r"""
- name: Check the running stack
  todo.stack.acceptance:
    contracts: "{{ stack_contracts }}"
    artifacts_dir: "{{ playbook_dir }}/../artifacts"
"""

RETURN = r"""
passed:
  description: Whether every check has passed.
  returned: always
  type: bool
failed_checks:
  description: The ids of the checks that have failed.
  returned: always
  type: list
  elements: str
  sample: [backend.health]
checks:
  description:
    - One row for each criterion.
    - When the task fails it is left out, as it is in the artifact.
  returned: when the task does not fail
  type: list
  elements: dict
  contains:
    id: {description: Service and criterion, type: str, sample: backend.image_size}
    service: {description: The contract's service, type: str, sample: backend}
    criterion: {description: What is checked, type: str, sample: image_size}
    passed: {description: The verdict, type: bool}
    measured: {description: What was found, type: raw, sample: 231000000}
    limit: {description: What is allowed, type: raw, sample: 500000000}
    unit: {description: C(bytes) C(seconds) or empty for text, type: str, sample: bytes}
    message: {description: What is wrong and what to do, type: str, sample: ""}
images:
  description: Size, layers and slowest build of each image's content, as M(todo.stack.image_build) returns them.
  returned: when the task does not fail
  type: list
  elements: dict
artifacts:
  description: The files written on the controller.
  returned: when not in check mode
  type: list
  elements: str
  sample: [artifacts/localhost/acceptance.json, artifacts/localhost/report.html]
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.surroundings import (
    leave_callers_shell,
)
from ansible_collections.todo.stack.plugins.module_utils.judge.answers import (
    health_body,
)
from ansible_collections.todo.stack.plugins.module_utils.judge.judge import (
    image_row,
    judge,
    judge_other,
)
from ansible_collections.todo.stack.plugins.module_utils.judge.private_files import (
    private_files,
)
from ansible_collections.todo.stack.plugins.module_utils.look.observe import (
    Site,
    modes,
    observe,
)
from ansible_collections.todo.stack.plugins.module_utils.release.turns import Turn

ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    "contracts": {"type": "list", "elements": "dict", "required": True},
    "project": {"type": "str", "default": "todo"},
    "state_dir": {"type": "path", "default": "/var/lib/todo-stack"},
    "bind_address": {"type": "str", "default": "127.0.0.1"},
    "probe_timeout": {"type": "float", "default": 5.0},
    "artifacts_dir": {"type": "path", "required": True},
    "wait": {"type": "bool", "default": False},
    "enforce": {"type": "bool", "default": True},
    "drift": {"type": "dict", "default": {}},
    "relaxed": {"type": "dict", "default": {}},
    "play": {"type": "dict", "default": {}},
}


def check_host(params: dict[str, Any], docker: DockerCli) -> dict[str, Any]:
    """Return the checks of every contract, the images, and the bodies whose ``expect`` is open."""
    site = Site(
        project=params["project"],
        state_dir=Path(params["state_dir"]),
        bind_address=params["bind_address"],
        probe_timeout=params["probe_timeout"],
        drift=params["drift"],
        relaxed=params["relaxed"],
    )
    contracts = params["contracts"]
    seen, others = observe(docker, site, contracts)
    checks = [
        check
        for contract in contracts
        for check in judge(contract, seen[contract["service"]], site.bind_address, site.project)
    ]
    networks = {name: one for c in contracts for name, one in c["networks"].items()}
    checks += [
        check
        for name, one in others.items()
        for check in judge_other(name, one, networks.get(name), site.project)
    ]
    checks.append(private_files(params["state_dir"], modes(site.state_dir)))
    rows = [image_row(contract, seen[contract["service"]]) for contract in contracts]
    return {
        "changed": False,
        "passed": all(check.passed for check in checks),
        "checks": [check.as_result() for check in checks],
        "images": [row for row in rows if row],
        "bodies": {service: health_body(one) for service, one in seen.items()},
    }


@dataclass(frozen=True)
class Runner:
    """Runs commands; a program that is not there is an exit code, not the end of the module."""

    module: AnsibleModule

    def __call__(self, args: list[str], /, **options: Any) -> tuple[int, str, str]:
        """Return exit code, standard output and standard error."""
        try:
            code, out, err = self.module.run_command(args, handle_exceptions=False, **options)
        except OSError as problem:
            return 127, "", f"{args[0]}: {problem.strerror}"
        return code, out, err


def main() -> None:
    """Run the module."""
    module = AnsibleModule(ARGUMENT_SPEC, supports_check_mode=True)
    leave_callers_shell()
    try:
        result = check_host(module.params, DockerCli(Runner(module)))
        if not module.check_mode:
            # The play's last step: others need not wait until its turn runs out.
            Turn.read(module.params["play"]).release(Path(module.params["state_dir"]))
    except Exception as problem:
        # The text of an unforeseen exception may quote the environment.
        module.fail_json(msg=f"acceptance stopped unexpectedly: {type(problem).__name__}")
    module.exit_json(**result)


if __name__ == "__main__":
    main()
