#!/usr/bin/python
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)

"""Bring a compose project to what is wanted, gated on health."""

from __future__ import annotations

DOCUMENTATION = r"""
module: compose_stack
short_description: Bring a compose project up, gated on health, or take it away
version_added: 0.1.0
description:
  - Compares the containers of a compose project with its definition by read-only calls, starts or
    replaces those that differ, and returns once every service is healthy by all signs - its state,
    its restarts, its healthcheck, and its own answer over HTTP.
  - A service that is not healthy in the time its contract gives it fails the task, with the
    evidence - state, exit code, restarts, the last healthcheck and the end of its log, secrets
    hidden.
  - The values of the environment come from the file that M(todo.stack.env_contract) wrote, or are
    rendered first, as it does, where O(environment) is given. They are never in a result.
author:
  - The todo.stack maintainers (@todo-stack)
requirements:
  - Docker Engine 23.0, compose 2.24 on the host
attributes:
  check_mode:
    support: full
    description: Names the containers that would be created, replaced, started or removed, and why.
  diff_mode:
    support: full
    description: Lists the same, by service; values are never shown.
  idempotent:
    support: full
    description: A project that is as wanted is left alone.
  platform:
    support: full
    platforms: posix
    description: Runs on Linux.
options:
  state:
    description: Whether the stack is to run. V(absent) removes containers and networks.
    type: str
    choices: [present, absent]
    default: present
  project:
    description: The name of the compose project.
    type: str
    default: todo
  definition:
    description: The text of the project's compose.yaml. Required while O(state=present).
    type: str
  contracts:
    description: The normalised contracts, as M(todo.stack.preflight) returns them.
    type: list
    elements: dict
    default: []
  variables:
    description: What compose replaces in the definition, such as C(POSTGRES_IMAGE). No secrets.
    type: dict
    default: {}
  bind_address:
    description: The address that ports are published on; compose sees it as C(STACK_BIND_ADDRESS).
    type: str
    default: 127.0.0.1
  environment:
    description: What to render first, as M(todo.stack.env_contract) does. Without it the files on the host are taken as they are.
    type: dict
    suboptions:
      env:
        description: Plain values, by service and name.
        type: dict
        default: {}
      secrets:
        description: Secret values, by service and name.
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
  new_environment:
    description: Compose services whose values an earlier task has changed; it is the reason that is told.
    type: list
    elements: str
    default: []
  preview:
    description:
      - In check mode, what M(todo.stack.env_contract) returned as C(preview) - the names that a run
        would have rendered by then. Without it a preview goes by the files on the host.
    type: dict
    default: {}
  images:
    description:
      - The rows that M(todo.stack.image_build) returned as C(images).
      - In check mode they tell what a run would build. In a run, an image that is another by now is refused, because
        another play must have built it.
    type: list
    elements: dict
    default: []
  relaxed:
    description:
      - Hardening that compose services do without, a list of settings each.
      - Settings are V(read_only), V(cap_drop), V(no_new_privileges), V(init), V(logging), V(restart), V(memory), V(cpus), V(pids).
    type: dict
    default: {}
  play:
    description: Set by the controller side of this module; not for playbooks.
    type: dict
    default: {}
  waited_seconds:
    description:
      - What was waited for the same start before, in seconds. Set by the controller side of this
        module, which judges the health bodies and asks again while they do not hold.
    type: float
    default: 0
  state_dir:
    description: The folder on the host that holds the definition and the environment.
    type: path
    default: /var/lib/todo-stack
  remove_data:
    description: With O(state=absent), whether the volumes go too.
    type: bool
    default: false
  remove_images:
    description: With O(state=absent), services whose images go too, if M(todo.stack.image_build) built them.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Read the contracts
  todo.stack.preflight:
    project_dir: "{{ playbook_dir }}/.."
  register: preflight

- name: Bring the stack up
  todo.stack.compose_stack:
    definition: "{{ lookup('ansible.builtin.file', playbook_dir ~ '/../compose.yaml') }}"
    contracts: "{{ preflight.contracts }}"
    environment:
      secrets: "{{ stack_secrets }}"

- name: Take the stack away and keep its data
  todo.stack.compose_stack:
    state: absent
"""

RETURN = r"""
actions:
  description: What was done, or would be - C(create), C(recreate), C(start) or C(remove) - and why.
  returned: always
  type: list
  elements: dict
  sample: [{service: backend, action: recreate, why: its environment changed}]
environment:
  description: What M(todo.stack.env_contract) would return of the rendering, names only.
  returned: when O(environment) is given
  type: dict
  sample: {changed: true, changed_services: [backend], generated: [backend.BETTER_AUTH_SECRET], unset: [backend.OPENAI_API_KEY]}
services:
  description: The containers by service, with state, health, exit code, restarts and image ID.
  returned: on success
  type: dict
  sample: {backend: {state: running, health: healthy, exit_code: 0, restarts: 0, image_id: "sha256:0f6dbd3c"}}
waited_seconds:
  description: What was waited for health since the last container was started, in seconds.
  returned: on success, without check mode
  type: float
  sample: 3.52
evidence:
  description: Why services are not healthy, a row each. Secrets are hidden.
  returned: on failure
  type: list
  elements: dict
  sample: [{service: backend, why: "/health answered 500", state: running, health: unhealthy, exit_code: 0, oom_killed: false, restarts: 0, last_healthcheck: "", log: []}]
"""

from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.surroundings import (
    leave_callers_shell,
)
from ansible_collections.todo.stack.plugins.module_utils.release.deploy import Stack
from ansible_collections.todo.stack.plugins.module_utils.release.removal import remove_stack
from ansible_collections.todo.stack.plugins.module_utils.release.rendering import Rendering
from ansible_collections.todo.stack.plugins.module_utils.release.turns import Turn

ENVIRONMENT_SPEC: dict[str, Any] = {
    "env": {"type": "dict", "default": {}},
    "secrets": {"type": "dict", "default": {}, "no_log": True},
    "extra_env": {"type": "dict", "default": {}},
    "production": {"type": "bool", "default": False},
}
ARGUMENT_SPEC: dict[str, Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "project": {"type": "str", "default": "todo"},
    "definition": {"type": "str"},
    "contracts": {"type": "list", "elements": "dict", "default": []},
    "variables": {"type": "dict", "default": {}},
    "bind_address": {"type": "str", "default": "127.0.0.1"},
    "environment": {"type": "dict", "options": ENVIRONMENT_SPEC},
    "new_environment": {"type": "list", "elements": "str", "default": []},
    "preview": {"type": "dict", "default": {}},
    "images": {"type": "list", "elements": "dict", "default": []},
    "relaxed": {"type": "dict", "default": {}},
    "play": {"type": "dict", "default": {}},
    "waited_seconds": {"type": "float", "default": 0},
    "state_dir": {"type": "path", "default": "/var/lib/todo-stack"},
    "remove_data": {"type": "bool", "default": False},
    "remove_images": {"type": "list", "elements": "str", "default": []},
}


def ensure(module: AnsibleModule, docker: DockerCli) -> dict[str, Any]:
    """Return the result after bringing environment and stack to what is wanted."""
    params, check_mode = module.params, module.check_mode
    if not params["environment"]:
        return Stack.read(params, docker).ensure(check_mode=check_mode)
    rendering = Rendering.read(params["contracts"], params["environment"])
    module.no_log_values |= rendering.hidden()
    folder, turn = Path(params["state_dir"]), Turn.read(params["play"])
    outcome = rendering.ensure(module.run_command, folder, turn, check_mode=check_mode)
    module.no_log_values |= rendering.hidden_now(outcome)
    for warning in outcome.warnings:
        module.warn(warning)
    environment, told = outcome.as_result(), outcome.preview() if check_mode else {}
    given = {**params, "new_environment": outcome.changed_services(), "preview": told}
    try:
        result = Stack.read(given, docker).ensure(check_mode=check_mode)
    except StackError as error:
        error.details["changed"] = error.details.get("changed") or environment["changed"]
        raise
    return {
        **result,
        "changed": result["changed"] or environment["changed"],
        "environment": environment,
        "diff": [diff for diff in (outcome.diff(), result["diff"]) if diff.get("prepared")],
    }


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec=ARGUMENT_SPEC,
        required_if=[("state", "present", ["definition"])],
        supports_check_mode=True,
    )
    leave_callers_shell()
    docker = DockerCli(module.run_command)
    try:
        if module.params["state"] == "present":
            result = ensure(module, docker)
        else:
            result = remove_stack(docker, module.params, check_mode=module.check_mode)
    except StackError as error:
        module.fail_json(msg=str(error), **{"changed": False, **error.details})
    except Exception as error:
        module.fail_json(msg=f"unexpected {type(error).__name__}", changed=False)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
