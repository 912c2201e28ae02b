#!/usr/bin/python
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
"""Module preflight: see DOCUMENTATION."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: preflight
short_description: Find everything that stands in the way of a stack, before the first change
version_added: 0.1.0
author: The todo.stack maintainers
description:
  - Reads the contracts of a project on the controller, and judges the environment that was given.
  - Then looks at the host, for its engine, ports, disk, memory, name clashes and network.
  - Fails with one list of all problems of both, without any value. Returns the normalised contracts otherwise.
options:
  project_dir:
    description: The folder of C(compose.yaml) and of the services' folders, on the controller. A relative one starts at the playbook.
    type: str
    required: true
  services:
    description: The services of the stack. Each has a folder with a C(contract.yml).
    type: list
    elements: str
    default: [backend, frontend]
  env:
    description: Plain values, by service and name.
    type: dict
    default: {}
  secrets:
    description: Secret values, by service and name. They are judged on the controller and not sent to the host.
    type: dict
    default: {}
  extra_env:
    description: Values of names that no contract declares, by service and name.
    type: dict
    default: {}
  production:
    description: Whether every required value must be given, so that nothing is generated or embedded.
    type: bool
    default: false
  relaxed:
    description: Hardening that compose services do without, as M(todo.stack.compose_stack) takes it.
    type: dict
    default: {}
  artifacts_dir:
    description:
      - Where M(todo.stack.acceptance) writes its report, on the controller. A report of an earlier
        run is renamed there to C(previous-...), so that it is not taken for this run's.
      - Left out, and in check mode, nothing is renamed.
    type: path
  bind_address:
    description: The address the stack is published on.
    type: str
    default: 127.0.0.1
  state_dir:
    description: The folder of the stack's files on the managed host.
    type: path
    default: /var/lib/todo-stack
  min_free_bytes:
    description: The free space needed where the engine and O(state_dir) keep their files, in bytes.
    type: int
    default: 3000000000
  engine_managed:
    description: Whether a later step installs, updates or starts the engine, so that its absence is no problem.
    type: bool
    default: false
  contracts:
    description: Set by the controller side of this module; not for playbooks.
    type: list
    elements: dict
    default: []
  images:
    description: Set by the controller side of this module; not for playbooks.
    type: list
    elements: str
    default: []
  problems:
    description: Set by the controller side of this module; not for playbooks.
    type: list
    elements: dict
    default: []
attributes:
  check_mode:
    description: Reads only, and does so in check mode too.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
  idempotent:
    description: Changes nothing.
    support: full
notes:
  - Ports held by containers of the stack itself are no problem.
seealso:
  - module: todo.stack.env_contract
"""

EXAMPLES = r"""
- name: Check everything before the first change
  todo.stack.preflight:
    project_dir: "{{ playbook_dir }}/.."
    secrets: "{{ stack_secrets }}"
    engine_managed: true
  register: preflight

- name: Check a host whose engine others look after
  todo.stack.preflight:
    project_dir: /srv/shop
    services: [backend, frontend, worker]
    env: {worker: {QUEUE: mail}}
    min_free_bytes: 10000000000
"""

RETURN = r"""
contracts:
  description: The normalised contracts, as the other modules of this collection take them.
  returned: success
  type: list
  elements: dict
  sample: [{service: backend, file: backend/contract.yml, image: todo-backend, compose_services: [backend, migrate]}]
engine:
  description: The engine's C(state), versions, and whether it is C(running).
  returned: success
  type: dict
  sample: {state: running, running: true, server_version: "26.1.5", buildx_version: "0.13.1", compose_version: "2.26.1"}
space:
  description: Free bytes and inodes where the engine and the stack keep their files.
  returned: success
  type: list
  elements: dict
  sample: [{path: /var/lib/docker, free_bytes: 48000000000, free_inodes: 3100000}]
available_memory_bytes:
  description: The memory that programs could still take, in bytes.
  returned: success
  type: int
  sample: 8123400000
images:
  description:
    - The images of the stack, and those they are built from, that are on the host, as C(docker image inspect) tells.
    - C(Record) is what M(todo.stack.image_build) has kept of the build.
  returned: success
  type: list
  elements: dict
  sample: [{Id: "sha256:0f6d", RepoTags: ["todo-backend:latest"], RepoDigests: [], Size: 182000000, Config: {Labels: {todo.stack.service: backend}}}]
ip_forward:
  description: Whether the host forwards IPv4. The engine switches it on when it starts.
  returned: success
  type: bool
  sample: true
"""

import os
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import (
    Problem,
    ProblemList,
    StackError,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.model import from_dict
from ansible_collections.todo.stack.plugins.module_utils.decide.host_checks import (
    Expected,
    judge_host,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.surroundings import (
    leave_callers_shell,
)
from ansible_collections.todo.stack.plugins.module_utils.look.host import measure

ARGUMENT_SPEC: dict[str, Any] = {
    "project_dir": {"type": "str", "required": True},
    "services": {"type": "list", "elements": "str", "default": ["backend", "frontend"]},
    "env": {"type": "dict", "default": {}},
    "secrets": {"type": "dict", "default": {}, "no_log": True},
    "extra_env": {"type": "dict", "default": {}},
    "production": {"type": "bool", "default": False},
    "relaxed": {"type": "dict", "default": {}},
    "artifacts_dir": {"type": "path"},
    "bind_address": {"type": "str", "default": "127.0.0.1"},
    "state_dir": {"type": "path", "default": "/var/lib/todo-stack"},
    "min_free_bytes": {"type": "int", "default": 3_000_000_000},
    "engine_managed": {"type": "bool", "default": False},
    "contracts": {"type": "list", "elements": "dict", "default": []},
    "images": {"type": "list", "elements": "str", "default": []},
    "problems": {"type": "list", "elements": "dict", "default": []},
}
PROJECT = "todo"


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    leave_callers_shell()
    params = module.params
    contracts = [from_dict(raw) for raw in params["contracts"]]
    expected = Expected(
        project=PROJECT,
        compose_services={name for c in contracts for name in c.running_services()},
        bind_address=params["bind_address"],
        min_free_bytes=params["min_free_bytes"],
        engine_managed=params["engine_managed"],
        images=params["images"],
    )
    problems = [Problem(**raw) for raw in params["problems"]]
    try:
        host = measure(module.run_command, os.environ, contracts, expected, params["state_dir"])
        problems += judge_host(host, expected)
        if host.engine.slow:
            module.warn(host.engine.slow)
    except StackError as error:
        problems.append(Problem(error.what, error.where, error.remedy))
    if problems:
        module.fail_json(msg=str(ProblemList(problems)))
    module.exit_json(changed=False, contracts=params["contracts"], **host.as_result())


if __name__ == "__main__":
    main()
