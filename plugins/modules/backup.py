#!/usr/bin/python
"""Back up a stack's own database, and prove the backup."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: backup
short_description: Back up a stack's own database, and prove the backup
version_added: 0.2.0
author:
  - The todo.stack maintainers (@todo-stack)
description:
  - Dumps the database that a contract embeds, out of one snapshot, by the tools of its own container, to a file of mode
    C(0600) in the folder C(backups) of the stack's state. A JSON beside it tells when, of which release and schema, how many rows
    and which checksum each table had in that snapshot, and the file's size and SHA-256.
  - A backup is proven when it was restored. With O(drill=true) it is, into a throwaway database without a network, and compared
    with what the JSON tells.
  - Whatever fails leaves the backups of before as they are, and nothing that is half there.
  - A database that is given, such as one of Neon, is its provider's to back up; it is refused.
options:
  contracts:
    description: The contracts, as M(todo.stack.look) returns them.
    type: list
    elements: dict
    required: true
  seen:
    description: What M(todo.stack.look) has seen.
    type: str
    required: true
  state_dir:
    description: The folder on the managed host in which each stack has a folder of its own name.
    type: path
    default: /var/lib/todo-stack
  name:
    description: A backup that is there, to be proven again. Without one a new backup is made.
    type: str
    default: ""
  drill:
    description: Whether the backup is proven.
    type: bool
    default: true
  fetch_dir:
    description:
      - A folder on the controller that gets the backup and its JSON, in a folder named after the host.
    type: path
  backups:
    description: How backups of the stack's own databases are kept.
    type: dict
    default: {}
    suboptions:
      keep:
        description: How many of each database stay; the last proven one does in any case.
        type: int
        default: 7
      recipient:
        description: A public key as C(age) takes it. Backups are encrypted to it, and never lie on the disk in plain text.
        type: str
        default: ""
      identity:
        description: The file on the managed host with the private key. Needed to prove or restore what is encrypted.
        type: str
        default: ""
  by:
    description: Set by the controller side of this module; not for playbooks.
    type: str
    default: ""
  fetch_to:
    description: Set by the controller side of this module; not for playbooks.
    type: str
    default: ""
requirements:
  - Docker Engine 23.0 on the host, and C(age) where backups are encrypted
attributes:
  check_mode:
    support: full
    description: Says which databases would be backed up.
  diff_mode:
    support: none
    description: There is nothing to show.
  idempotent:
    support: none
    description: Each run makes a backup, or proves one anew.
  platform:
    support: full
    platforms: posix
    description: Runs on Linux.
seealso:
  - module: todo.stack.release
"""

EXAMPLES = r"""
- name: Back up and prove
  todo.stack.backup:
    contracts: "{{ looked.contracts }}"
    seen: "{{ looked.seen }}"
    backups: {keep: 14}

- name: Prove an old one again
  todo.stack.backup:
    contracts: "{{ looked.contracts }}"
    seen: "{{ looked.seen }}"
    name: 20260131T101500Z-postgres
"""

RETURN = r"""
backups:
  description: The backups that were made or proven, as the JSON beside each tells.
  returned: success
  type: list
  elements: dict
  sample: [{name: 20260131T101500Z-postgres, bytes: 1200345, seconds: 1.4, proven: "2026-01-31T10:15:06+00:00", proven_seconds: 4.2}]
pruned:
  description: The names of old backups that were removed.
  returned: success
  type: list
  elements: str
  sample: [20260124T101500Z-postgres]
fetched:
  description: The files on the controller.
  returned: success
  type: list
  elements: str
  sample: []
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.todo.stack.plugins.module_utils.contract.arguments import BACKUPS
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import to_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.process import run
from ansible_collections.todo.stack.plugins.module_utils.edge.surroundings import (
    leave_callers_shell,
)
from ansible_collections.todo.stack.plugins.module_utils.release.backups import (
    back_up_all,
    order_of,
)

ARGUMENT_SPEC: dict[str, Any] = {
    "contracts": {"type": "list", "elements": "dict", "required": True},
    "seen": {"type": "str", "required": True},
    "state_dir": {"type": "path", "default": "/var/lib/todo-stack"},
    "name": {"type": "str", "default": ""},
    "drill": {"type": "bool", "default": True},
    "fetch_dir": {"type": "path"},
    "backups": BACKUPS,
    "by": {"type": "str", "default": ""},
    "fetch_to": {"type": "str", "default": ""},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    leave_callers_shell()
    try:
        order = order_of(module.params)
        if module.check_mode:
            module.exit_json(changed=True, backups=[], pruned=[], fetched=[])
        made, pruned = back_up_all(DockerCli(run), order)
    except StackError as error:
        module.fail_json(msg=str(error), **{"changed": False, **error.details})
    except Exception as error:  # its text may hold a value: only its type is told
        module.fail_json(msg=f"unexpected {type(error).__name__} in backup", changed=False)
    told = [to_plain(one) for one in made]
    module.exit_json(changed=True, backups=told, pruned=pruned, fetched=[])


if __name__ == "__main__":
    main()
