#!/usr/bin/python
"""Take a stack off its host."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: remove
short_description: Take a stack off its host, with or without its data
version_added: 0.1.0
author:
  - The todo.stack maintainers (@todo-stack)
description:
  - Removes the containers, networks and images of one stack. Its volumes and its secrets stay unless O(data=true), its backups and its audit log in any case.
  - What bears another stack's name is not touched.
options:
  stack:
    description: The stack's name.
    type: str
    required: true
  state_dir:
    description: The folder on the managed host in which each stack has a folder of its own name.
    type: path
    default: /var/lib/todo-stack
  data:
    description: Whether volumes and secrets go too.
    type: bool
    default: false
  artifacts_dir:
    description:
      - Where M(todo.stack.acceptance) writes its report, on the controller. That of the stack is renamed there to
        C(previous-...), so that it tells nothing of a stack that is gone.
      - Left out, and in check mode, nothing is renamed.
    type: path
  by:
    description: Set by the controller side of this module; not for playbooks.
    type: str
    default: ""
attributes:
  check_mode:
    support: full
    description: Names what would be removed.
  diff_mode:
    support: full
    description: Lists what is removed.
  idempotent:
    support: full
    description: What is gone is left alone.
  platform:
    support: full
    platforms: posix
    description: Runs on Linux.
seealso:
  - module: todo.stack.release
"""

EXAMPLES = r"""
- name: Take the stack away, keep its database
  todo.stack.remove:
    stack: todo

- name: Take all of it away
  todo.stack.remove:
    stack: shop
    data: true
"""

RETURN = r"""
removed:
  description: The names of what was removed, or would be.
  returned: always
  type: list
  elements: str
  sample: [todo-backend-1, todo_default, "todo-backend:9c1185a5bead"]
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.process import run
from ansible_collections.todo.stack.plugins.module_utils.edge.surroundings import (
    leave_callers_shell,
)
from ansible_collections.todo.stack.plugins.module_utils.release.removal import remove_stack

ARGUMENT_SPEC = {
    "stack": {"type": "str", "required": True},
    "state_dir": {"type": "path", "default": "/var/lib/todo-stack"},
    "data": {"type": "bool", "default": False},
    "artifacts_dir": {"type": "path"},
    "by": {"type": "str", "default": ""},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    leave_callers_shell()
    params = module.params
    state = StateDir(params["state_dir"], params["stack"])
    try:
        removed = remove_stack(
            DockerCli(run),
            state,
            data=params["data"],
            check_mode=module.check_mode,
            by=params["by"],
        )
    except StackError as error:
        module.fail_json(msg=str(error), **{"changed": False, **error.details})
    except Exception as error:
        module.fail_json(msg=f"unexpected {type(error).__name__} in remove", changed=False)
    lines = "".join(f"{name}: removed\n" for name in removed)
    module.exit_json(changed=bool(removed), removed=removed, diff={"prepared": lines})


if __name__ == "__main__":
    main()
