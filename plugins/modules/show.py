#!/usr/bin/python
"""Show lines on the terminal as they are."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: show
short_description: Show lines on the terminal as they are
version_added: 0.2.0
author:
  - The todo.stack maintainers (@todo-stack)
description:
  - What M(todo.stack.status) and M(todo.stack.logs) have returned, of one host or of many, in one piece and unquoted.
  - Runs on the controller alone.
options:
  lines:
    description: The lines.
    type: list
    elements: str
    required: true
attributes:
  check_mode:
    support: full
    description: Shows them in check mode too.
  diff_mode:
    support: none
    description: There is nothing to show.
  idempotent:
    support: full
    description: Changes nothing.
  platform:
    support: full
    platforms: posix
    description: Any.
seealso:
  - module: todo.stack.status
  - module: todo.stack.logs
"""

EXAMPLES = r"""
- name: Show how the stack does on all hosts
  todo.stack.show:
    lines: "{{ ansible_play_hosts | map('extract', hostvars, ['stack_status', 'screen']) | flatten }}"
  run_once: true
"""

RETURN = r"""# """

from typing import Any

from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC: dict[str, Any] = {"lines": {"type": "list", "elements": "str", "required": True}}


def main() -> None:
    """Refuse: it is the controller's side that shows."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    module.fail_json(
        msg="the controller side of this module was left out -> call it by its full name, as a task"
    )


if __name__ == "__main__":
    main()
