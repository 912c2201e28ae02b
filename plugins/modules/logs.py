#!/usr/bin/python
"""Read the logs of a stack's services, secrets hidden."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: logs
short_description: Read the logs of a stack's services, secrets hidden
version_added: 0.2.0
author:
  - The todo.stack maintainers (@todo-stack)
description:
  - Returns the last lines of every service's containers, or of one service's, by time. A container that was replaced
    has taken its log with it.
  - Every secret that the stack has, or had in a release that is kept, is hidden in all its shapes.
  - A host that cannot be reached is told as such, and is no failure.
options:
  stack:
    description: The stack's name.
    type: str
    required: true
  state_dir:
    description: The folder on the managed host in which each stack has a folder of its own name.
    type: path
    default: /var/lib/todo-stack
  service:
    description: The compose service; all of them if it is empty.
    type: str
    default: ""
  since:
    description: From when on, such as V(10m), V(2026-01-18T10:00:00), or V(release:12) for the begin of a kept release.
    type: str
    default: ""
  lines:
    description: The most lines of each container.
    type: int
    default: 200
  output:
    description: Whether the lines are for people, or JSON each.
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
  - module: todo.stack.status
  - module: todo.stack.show
"""

EXAMPLES = r"""
- name: Read what the backend has said in the last ten minutes
  todo.stack.logs:
    stack: todo
    service: backend
    since: 10m
  register: stack_logs

- name: Show it, that of all hosts side by side
  todo.stack.show:
    lines: >-
      {{ ansible_play_hosts | map('extract', hostvars, ['stack_logs', 'rows']) | flatten
         | sort(attribute='at') | map(attribute='shown') }}
  run_once: true
"""

RETURN = r"""
rows:
  description: A row for each line, by time; RV(rows[].shown) is how it is to be shown.
  returned: success
  type: list
  elements: dict
  sample: [{at: "2026-01-18T10:00:00.123456789Z", service: backend, text: started, shown: "2026-01-18T10:00:00.123  web1  backend  started"}]
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import to_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.process import run
from ansible_collections.todo.stack.plugins.module_utils.edge.surroundings import (
    leave_callers_shell,
)
from ansible_collections.todo.stack.plugins.module_utils.look.logs import Asked, read_logs

ARGUMENT_SPEC = {
    "stack": {"type": "str", "required": True},
    "state_dir": {"type": "path", "default": "/var/lib/todo-stack"},
    "service": {"type": "str", "default": ""},
    "since": {"type": "str", "default": ""},
    "lines": {"type": "int", "default": 200},
    "output": {"type": "str", "choices": ["text", "json"], "default": "text"},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    leave_callers_shell()
    params = module.params
    asked = Asked(params["service"], params["since"], params["lines"])
    try:
        spec = StackSpec(params["stack"], params["state_dir"])
        rows = to_plain(read_logs(DockerCli(run), spec, asked))
    except StackError as error:
        module.fail_json(msg=str(error), changed=False)
    except Exception as error:  # its text may hold a value: only its type is told
        module.fail_json(msg=f"unexpected {type(error).__name__} in logs", changed=False)
    module.exit_json(changed=False, rows=rows)


if __name__ == "__main__":
    main()
