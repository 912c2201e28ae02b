#!/usr/bin/python
"""Have a stack verified by a timer of its host."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: watch
short_description: Have a stack verified by a timer of its host, and be told when the verdict changes
version_added: 0.2.0
author:
  - The todo.stack maintainers (@todo-stack)
description:
  - Installs a systemd timer that verifies the stack on the host itself, by the same checks as M(todo.stack.acceptance) and the
    contracts of the release that runs, without a controller. Values of the environment are read on the host, and leave it
    for nowhere.
  - The last verdicts are kept in the folder C(watch) of the stack's state. A command is run, or an address is posted to, when
    other checks fail than before, not at each run. What could not be told is told by the next run.
  - While a release is under way nothing is verified.
options:
  stack:
    description: The stack's name.
    type: str
    required: true
  state_dir:
    description: The folder on the managed host in which each stack has a folder of its own name.
    type: path
    default: /var/lib/todo-stack
  minutes:
    description: The time between two verifications.
    type: int
    default: 5
  command:
    description: A program on the host with its arguments. It gets the verdict as JSON over standard input.
    type: list
    elements: str
    default: []
  url:
    description: An address that the verdict is posted to, as JSON.
    type: str
    default: ""
  state:
    description: Whether there is a timer.
    type: str
    choices: [present, absent]
    default: present
  archive:
    description: Set by the controller side of this module; not for playbooks.
    type: str
    default: ""
requirements:
  - systemd on the host
attributes:
  check_mode:
    support: full
    description: Says that the timer would be installed or removed.
  diff_mode:
    support: none
    description: There is nothing to show.
  idempotent:
    support: full
    description: What is installed is left alone.
  platform:
    support: full
    platforms: posix
    description: Runs on Linux.
seealso:
  - module: todo.stack.acceptance
"""

EXAMPLES = r"""
- name: Be told of drift
  todo.stack.watch:
    stack: todo
    command: [/usr/local/bin/tell-ops]

- name: Watch no longer
  todo.stack.watch:
    stack: todo
    state: absent
"""

RETURN = r"""
unit:
  description: The name of the timer.
  returned: success
  type: str
  sample: todo-stack-watch-todo.timer
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.edge.process import run
from ansible_collections.todo.stack.plugins.module_utils.edge.surroundings import (
    leave_callers_shell,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.systemd import unit_of
from ansible_collections.todo.stack.plugins.module_utils.release.watch import Settings
from ansible_collections.todo.stack.plugins.module_utils.release.watching import (
    Watching,
    have_watched,
    stop_watching,
)

ARGUMENT_SPEC: dict[str, Any] = {
    "stack": {"type": "str", "required": True},
    "state_dir": {"type": "path", "default": "/var/lib/todo-stack"},
    "minutes": {"type": "int", "default": 5},
    "command": {"type": "list", "elements": "str", "default": []},
    # Such an address is often all that is needed to write there.
    "url": {"type": "str", "default": "", "no_log": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "archive": {"type": "str", "default": "", "no_log": True},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    leave_callers_shell()
    params = module.params
    state = StateDir(params["state_dir"], params["stack"])
    try:
        if module.check_mode:
            changed = True
        elif params["state"] == "absent":
            changed = stop_watching(run, state)
        else:
            settings = Settings(state.name, state.root, tuple(params["command"]), params["url"])
            wanted = Watching(state, params["archive"], settings, params["minutes"])
            changed = have_watched(run, wanted)
    except StackError as error:
        module.fail_json(msg=str(error), changed=False)
    except Exception as error:  # its text may hold a value: only its type is told
        module.fail_json(msg=f"unexpected {type(error).__name__} in watch", changed=False)
    module.exit_json(changed=changed, unit=f"{unit_of(state.name)}.timer")


if __name__ == "__main__":
    main()
