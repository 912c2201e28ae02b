"""The name of a project's stack, as compose itself reads it."""

from __future__ import annotations

DOCUMENTATION = r"""
---
name: stack_name
short_description: Tell the name of a project's stack
version_added: 0.2.0
author:
  - The todo.stack maintainers (@todo-stack)
description:
  - The C(name) of the project's compose file, whatever that is called; without one, the name of the project's folder.
options:
  _terms:
    description: Folders of projects on the controller. A relative one starts at the playbook.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Tell how the stack is called
  ansible.builtin.debug:
    msg: "{{ lookup('todo.stack.stack_name', '/srv/shop') }}"
"""

RETURN = r"""
_raw:
  description: A name for each folder.
  type: list
  elements: str
  sample: [shop]
"""

from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import (
    StackError,
)
from ansible_collections.todo.stack.plugins.plugin_utils.base_folder import (
    base_folder,
)
from ansible_collections.todo.stack.plugins.plugin_utils.contract.compose_file import (
    stack_name,
)


class LookupModule(LookupBase):  # type: ignore[misc]  # Ansible ships no types
    """Reads the compose file of each project."""

    def run(self, terms: list[str], *_: Any, **__: Any) -> list[str]:
        """Return the names."""
        try:
            return [stack_name(base_folder(self._loader) / term) for term in terms]
        except StackError as problem:
            raise AnsibleError(str(problem)) from None
