#!/usr/bin/python
# Copyright: The todo.stack maintainers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
"""Tells which layers a host has."""

from __future__ import annotations

DOCUMENTATION = r"""
module: image_layers_info
short_description: Tell which image layers a host has, so that only others are sent to it
version_added: 0.2.0
description:
  - Tells of the named images what another host needs to know to have them too, and the chain IDs of all layers on the host.
  - Where the images just seen tell that all wanted ones are there, the host is not asked.
options:
  names:
    description: The images to tell of.
    type: list
    elements: str
    default: []
  wanted:
    description: The images that the host is to have, as C(name -> ID).
    type: dict
    default: {}
  present:
    description: Images just seen on the host, as M(todo.stack.look) returns them.
    type: list
    elements: dict
    default: []
  stack:
    description: The stack that the images are for.
    type: str
    default: ""
  state_dir:
    description: The folder on the host in which each stack keeps the records of its last builds.
    type: path
    default: /var/lib/todo-stack
attributes:
  check_mode:
    description: Changes nothing in any case.
    support: full
  diff_mode:
    description: There is nothing to compare.
    support: none
  idempotent:
    description: Changes nothing.
    support: full
author:
  - The todo.stack maintainers (@todo-stack)
"""

EXAMPLES = r"""
- name: Ask which layers the host has
  todo.stack.image_layers_info:
    wanted: {"todo-backend:9c1185a5bead": "sha256:0f6dbd3c"}
    present: "{{ stack_look.images }}"
  register: layers
"""

RETURN = r"""
due:
  description: The wanted images that the host does not have, as C(name -> ID).
  returned: always
  type: dict
  sample: {"todo-backend:9c1185a5bead": "sha256:0f6dbd3c"}
images:
  description: The named images with C(name), C(image_id), C(architecture), C(layers) and C(content).
  returned: when the host was asked
  type: list
  elements: dict
builds:
  description: The records of their builds.
  returned: when the host was asked
  type: list
  elements: dict
chains:
  description: The chain IDs of all layers on the host, which tell a layer with all below it.
  returned: when the host was asked
  type: list
  elements: str
  sample: ["sha256:68f83b2c"]
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.todo.stack.plugins.module_utils.build.image_export import describe
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.process import run
from ansible_collections.todo.stack.plugins.module_utils.edge.surroundings import (
    leave_callers_shell,
)

ARGUMENT_SPEC: dict[str, Any] = {
    "names": {"type": "list", "elements": "str", "default": []},
    "wanted": {"type": "dict", "default": {}},
    "present": {"type": "list", "elements": "dict", "default": []},
    "stack": {"type": "str", "default": ""},
    "state_dir": {"type": "path", "default": "/var/lib/todo-stack"},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    params = module.params
    leave_callers_shell()
    state = StateDir(params["state_dir"], params["stack"])
    try:
        found = describe(DockerCli(run), params["names"], state)
    except StackError as error:
        module.fail_json(msg=str(error), changed=False)
    module.exit_json(changed=False, due=params["wanted"], **found)


if __name__ == "__main__":
    main()
