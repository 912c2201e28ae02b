#!/usr/bin/python
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
"""Module env_contract: see DOCUMENTATION."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: env_contract
short_description: Validate and render the environment of services by their contracts
version_added: 0.1.0
author: The todo.stack maintainers
description:
  - Judges every value given for every service against its contract, and refuses the whole with one list of all problems.
  - Renders the result as a compose override in O(state_dir), C(environment.json), mode 0600. Values reach the containers byte for byte.
  - Makes the secrets that contracts want generated once, keeps them in C(secrets.json), mode 0600, and uses them again in later runs.
  - Returns and diffs names only, never values. Values, and their encoded forms, are hidden in all output of the module.
options:
  contracts:
    description: The normalised contracts, as M(todo.stack.preflight) returns them.
    type: list
    elements: dict
    required: true
  env:
    description: Plain values, by service and name. Only ports may be numbers; everything else is text, in quotes where YAML would read it otherwise.
    type: dict
    default: {}
  secrets:
    description:
      - Secret values, by service and name.
      - Plain variables are taken here too, and hidden like secrets.
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
  rotate:
    description:
      - Secrets to make anew, each C(service.NAME). Only those that are made on the host, and are not given.
      - Naming the variable that an embedded database supplies makes a new password for it, which
        M(todo.stack.compose_stack) takes into the database.
    type: list
    elements: str
    default: []
  play:
    description: Set by the controller side of this module; not for playbooks.
    type: dict
    default: {}
  state_dir:
    description: The folder of the rendered files on the managed host. It is made with mode 0700.
    type: path
    default: /var/lib/todo-stack
attributes:
  check_mode:
    description: Predicts the result of a run and writes nothing.
    support: full
  diff_mode:
    description: Shows which names are added, removed or changed. Values are never shown.
    support: full
  idempotent:
    description: The same values change nothing a second time.
    support: full
notes:
  - When C(secrets.json) is gone or cannot be read, its secrets are taken from C(environment.json), or from the containers of the
    project. An unreadable file is kept beside it as C(secrets.json.unreadable), and a warning tells so.
  - The module fails rather than make a new password for an embedded database whose data is still there.
  - An optional variable given as an empty text counts as not given, since lookups of an unset variable return one.
seealso:
  - module: todo.stack.preflight
  - module: todo.stack.compose_stack
"""

EXAMPLES = r"""
- name: Read the contracts and check everything before the first change
  todo.stack.preflight:
    project_dir: "{{ playbook_dir }}/.."
    services: [backend, frontend]
    secrets: "{{ stack_secrets }}"
  register: preflight

- name: Render the environment
  todo.stack.env_contract:
    contracts: "{{ preflight.contracts }}"
    env: {backend: {HOST: "0.0.0.0"}}
    secrets:
      backend:
        DATABASE_URL: "{{ vault_database_url }}"
        OPENAI_API_KEY: "{{ lookup('ansible.builtin.env', 'OPENAI_API_KEY') }}"

- name: Render it for a host where nothing may be generated
  todo.stack.env_contract:
    contracts: "{{ preflight.contracts }}"
    secrets: "{{ stack_secrets }}"
    production: true

- name: Make a new secret
  todo.stack.env_contract:
    contracts: "{{ preflight.contracts }}"
    rotate: [backend.BETTER_AUTH_SECRET]
"""

RETURN = r"""
services:
  description: The names added, removed and changed for each compose service.
  returned: success
  type: dict
  sample: {backend: {added: [OPENAI_API_KEY], removed: [], changed: [DATABASE_URL]}}
changed_services:
  description: The compose services whose environment a run gives other names or values.
  returned: success
  type: list
  elements: str
  sample: [backend, migrate]
repaired:
  description: What was put right without a value changing, such as a file's mode.
  returned: success
  type: list
  elements: str
  sample: ["environment.json: mode 0600"]
generated:
  description: The variables whose value was made on this host, in this run or an earlier one.
  returned: success
  type: list
  elements: str
  sample: [backend.BETTER_AUTH_SECRET]
embedded:
  description: The variables whose value a service of the stack itself supplies.
  returned: success
  type: list
  elements: str
  sample: [backend.DATABASE_URL]
unset:
  description: The optional variables that have no value.
  returned: success
  type: list
  elements: str
  sample: [backend.OPENAI_API_KEY]
rotated:
  description: The secrets made anew, each with what that ends.
  returned: success
  type: list
  elements: dict
  sample: [{name: backend.BETTER_AUTH_SECRET, ends: Every session and token ends}]
preview:
  description: What a preview by M(todo.stack.compose_stack) has to know, names only.
  returned: in check mode
  type: dict
  contains:
    stale: {description: "The compose services whose containers have other values, found in check mode", type: list, elements: str}
    names: {description: The names each compose service gets, type: dict}
    switched_off: {description: The embedded services that nothing needs, type: list, elements: str}
  sample: {stale: [backend], names: {backend: [HOST, PORT]}, switched_off: []}
"""

from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.model import from_dict
from ansible_collections.todo.stack.plugins.module_utils.decide.rotation import rotated_rows
from ansible_collections.todo.stack.plugins.module_utils.edge.surroundings import (
    leave_callers_shell,
)
from ansible_collections.todo.stack.plugins.module_utils.release.rendering import Rendering
from ansible_collections.todo.stack.plugins.module_utils.release.turns import Turn

ARGUMENT_SPEC: dict[str, Any] = {
    "contracts": {"type": "list", "elements": "dict", "required": True},
    "env": {"type": "dict", "default": {}},
    "secrets": {"type": "dict", "default": {}, "no_log": True},
    "extra_env": {"type": "dict", "default": {}},
    "production": {"type": "bool", "default": False},
    "rotate": {"type": "list", "elements": "str", "default": []},
    "play": {"type": "dict", "default": {}},
    "state_dir": {"type": "path", "default": "/var/lib/todo-stack"},
}


def render(module: AnsibleModule, rendering: Rendering) -> dict[str, Any]:
    """Validate, render and return the module's result; raises StackError."""
    params, check_mode = module.params, module.check_mode
    folder, turn = Path(params["state_dir"]), Turn.read(params["play"])
    outcome = rendering.ensure(module.run_command, folder, turn, check_mode=check_mode)
    module.no_log_values |= rendering.hidden_now(outcome)
    for warning in outcome.warnings:
        module.warn(warning)
    contracts = [from_dict(raw) for raw in params["contracts"]]
    return {
        **outcome.as_result(),
        **({"preview": outcome.preview()} if check_mode else {}),
        "rotated": rotated_rows(contracts, params["rotate"]),
        "diff": outcome.diff(),
    }


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    leave_callers_shell()
    rendering = Rendering.read(module.params["contracts"], module.params)
    module.no_log_values |= rendering.hidden()
    try:
        result = render(module, rendering)
    except StackError as error:
        failure = str(error)
    except Exception as error:  # its text may hold a value: only the type is told
        failure = f"unexpected {type(error).__name__} while rendering the environment"
    else:
        module.exit_json(**result)
    module.fail_json(msg=failure)


if __name__ == "__main__":
    main()
