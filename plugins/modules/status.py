#!/usr/bin/python
"""Tell how a stack does on its host, in one screen."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: status
short_description: Tell how a stack does on its host, in one screen
version_added: 0.2.0
author:
  - The todo.stack maintainers (@todo-stack)
description:
  - Which release runs, since when, by whom and from which commit; every service with its state, health, restarts,
    image, memory and processors; disks; which releases can be gone back to; what differs from what was released; what was
    done last, by whom, and how it ended.
  - Warns of base images and a Debian past their end of life or near it, and of secrets that are old.
  - Needs nothing of the project, and no secrets. A host that cannot be reached is told as such, and is no failure.
options:
  stack:
    description: The stack's name.
    type: str
    required: true
  state_dir:
    description: The folder on the managed host in which each stack has a folder of its own name.
    type: path
    default: /var/lib/todo-stack
  secret_max_age:
    description: How many days old a secret may be before that is a warning; 0 is no limit.
    type: int
    default: 365
  output:
    description: Whether RV(screen) is for people, or one line of JSON.
    type: str
    choices: [text, json]
    default: text
attributes:
  check_mode:
    support: full
    description: Reads only, and does so in check mode too.
  diff_mode:
    support: none
    description: There is nothing to show.
  idempotent:
    support: full
    description: Changes nothing.
  platform:
    support: full
    platforms: posix
    description: Runs on Linux.
seealso:
  - module: todo.stack.logs
  - module: todo.stack.show
"""

EXAMPLES = r"""
- name: See how the stack does
  todo.stack.status:
    stack: todo
  register: stack_status

- name: Show it
  todo.stack.show:
    lines: "{{ stack_status.screen }}"
"""

RETURN = r"""
screen:
  description: The lines to be shown.
  returned: success
  type: list
  elements: str
  sample: ["web1  todo", "  release   4, since 2026-01-18 10:00 UTC (3 h ago)"]
summary:
  description: The same as data; sizes in bytes, times in ISO 8601, UTC.
  returned: success
  type: dict
  sample: {host: web1, reached: true, stack: todo, problem: "", release: {number: 4}, services: [], drift: []}
status:
  description: What the host has told, as JSON text, without any value of an environment.
  returned: success, where the host was reached
  type: str
  sample: '{"seen": {"stack": "todo"}, "usage": []}'
"""

import json

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import to_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.process import run
from ansible_collections.todo.stack.plugins.module_utils.edge.surroundings import (
    leave_callers_shell,
)
from ansible_collections.todo.stack.plugins.module_utils.look.status import status_of

ARGUMENT_SPEC = {
    "stack": {"type": "str", "required": True},
    "state_dir": {"type": "path", "default": "/var/lib/todo-stack"},
    "secret_max_age": {"type": "int", "default": 365},
    "output": {"type": "str", "choices": ["text", "json"], "default": "text"},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    leave_callers_shell()
    try:
        spec = StackSpec(module.params["stack"], module.params["state_dir"])
        found = status_of(DockerCli(run), spec)
    except StackError as error:
        module.fail_json(msg=str(error), changed=False)
    except Exception as error:  # its text may hold a value: only its type is told
        module.fail_json(msg=f"unexpected {type(error).__name__} in status", changed=False)
    module.exit_json(changed=False, status=json.dumps(to_plain(found)))


if __name__ == "__main__":
    main()
