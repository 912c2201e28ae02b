#!/usr/bin/python
"""Bring a stack to what is wanted, or leave it as it was."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: release
short_description: Bring a stack to what is wanted, or leave it as it was
version_added: 0.1.0
description:
  - Compares what M(todo.stack.look) has seen with what is wanted. Where nothing is due, the host is not asked again.
  - Else one transaction on the host, under one lock. The environment is rendered, the database prepared, one-shots such as
    migrations run; each new version is started beside the running one, without a published port, and must answer as its
    contract says. Only then the running one is replaced, and asked again where users reach it.
  - What fails before that leaves nothing changed. What fails after it has the version before put back. Both is said, with the
    evidence - state, exit code, restarts, the last healthcheck and the end of the log, secrets hidden.
  - A release that holds is recorded on the host; C(latest) names its images from then on.
  - What came to the lock is a line of the audit log on the host - who asked for what, and how it ended - also what was refused.
extends_documentation_fragment:
  - todo.stack.stack
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
  images:
    description:
      - The rows that M(todo.stack.image_build) returned as C(images). Without one of a service, it runs the image that was
        released last.
    type: list
    elements: dict
    default: []
  backups:
    description: How backups of the stack's own databases are kept. One is made before each migration.
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
  restore:
    description:
      - The backup that is to be the data of the stack's own database. It is restored beside it and compared with what was
        told of it; then the application is stopped, the two change names, migrations run, and the application must pass as
        in any release. If it does not, the data of before is put back.
      - Nothing else of what is due is done then.
    type: dict
    suboptions:
      name:
        description: The backup's name; without one the newest that was proven.
        type: str
        default: ""
      over_data:
        description: Whether data that the backup does not hold is replaced. Else it is refused.
        type: bool
        default: false
  since:
    description: Set by the controller side of this module; not for playbooks.
    type: int
    default: 0
  by:
    description: Set by the controller side of this module; not for playbooks.
    type: str
    default: ""
  commit:
    description: Set by the controller side of this module; not for playbooks.
    type: str
    default: ""
  library:
    description: Set by the controller side of this module; not for playbooks.
    type: str
    default: ""
  progress_file:
    description: Set by the controller side of this module; not for playbooks.
    type: path
requirements:
  - Docker Engine 23.0, compose 2.24 on the host
attributes:
  check_mode:
    support: full
    description: Names what would be created, replaced, started or removed, and why. Nothing is sent to the host.
  diff_mode:
    support: full
    description: Lists the same, by service; values are never shown.
  idempotent:
    support: full
    description: A stack that is as wanted is left alone.
  platform:
    support: full
    platforms: posix
    description: Runs on Linux.
seealso:
  - module: todo.stack.look
  - module: todo.stack.remove
"""

EXAMPLES = r"""
- name: Look at the host
  todo.stack.look:
    project_dir: "{{ playbook_dir }}/.."
    secrets: "{{ stack_secrets }}"
  register: looked

- name: Build the images whose content changed
  todo.stack.image_build:
    stack: "{{ looked.stack }}"
    images: "{{ looked.contracts | map(attribute='build') | list }}"
    latest: false
    present: "{{ looked.images }}"
  register: built

- name: Release them
  todo.stack.release:
    project_dir: "{{ playbook_dir }}/.."
    secrets: "{{ stack_secrets }}"
    contracts: "{{ looked.contracts }}"
    seen: "{{ looked.seen }}"
    images: "{{ built.images }}"

- name: Look at the release before the one that runs
  todo.stack.look:
    project_dir: "{{ playbook_dir }}/.."
    release: previous
  register: looked

- name: Go back to it
  todo.stack.release:
    project_dir: "{{ playbook_dir }}/.."
    release: "{{ looked.release }}"
    contracts: "{{ looked.contracts }}"
    seen: "{{ looked.seen }}"
"""

RETURN = r"""
actions:
  description: >-
    What was done, or would be - C(create), C(recreate), C(start), C(remove), C(password), C(restore), C(tag), C(write),
    C(protect) or C(renew) - and why.
  returned: always
  type: list
  elements: dict
  sample: [{service: backend, action: recreate, why: "its environment changed: BETTER_AUTH_SECRET"}]
release:
  description: The number of the release that runs.
  returned: when the host was asked
  type: int
  sample: 12
rotated:
  description: The secrets made anew, each with what that ends.
  returned: on success
  type: list
  elements: dict
  sample: [{name: backend.BETTER_AUTH_SECRET, ends: Every session and token ends}]
seen:
  description: The host as it was seen at the end, as M(todo.stack.look) returns it.
  returned: on success
  type: str
  sample: '{"stack": "todo", "containers": [], "services": []}'
evidence:
  description: Why services are not healthy, a row each. Secrets are hidden.
  returned: on failure, where there is any
  type: list
  elements: dict
  sample: [{service: backend, why: "/health answered 500", state: running, health: unhealthy, exit_code: 0, oom_killed: false, restarts: 0, last_healthcheck: "", log: []}]
"""

from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.todo.stack.plugins.module_utils.contract.arguments import (
    BACKUPS,
    STACK_SPEC,
    read_spec,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.process import run
from ansible_collections.todo.stack.plugins.module_utils.edge.surroundings import (
    leave_callers_shell,
)
from ansible_collections.todo.stack.plugins.module_utils.judge.expectation import expectation
from ansible_collections.todo.stack.plugins.module_utils.release.backup import keeping_of
from ansible_collections.todo.stack.plugins.module_utils.release.expressions import load
from ansible_collections.todo.stack.plugins.module_utils.release.release import Order, release
from ansible_collections.todo.stack.plugins.module_utils.release.restore import Wanted

ARGUMENT_SPEC: dict[str, Any] = {
    **STACK_SPEC,
    "contracts": {"type": "list", "elements": "dict", "required": True},
    "seen": {"type": "str", "required": True},
    "images": {"type": "list", "elements": "dict", "default": []},
    "backups": BACKUPS,
    "restore": {
        "type": "dict",
        "options": {
            "name": {"type": "str", "default": ""},
            "over_data": {"type": "bool", "default": False},
        },
    },
    "since": {"type": "int", "default": 0},
    "by": {"type": "str", "default": ""},
    "commit": {"type": "str", "default": ""},
    "library": {"type": "str", "default": ""},
    "progress_file": {"type": "path"},
}


def order_of(params: dict[str, Any]) -> Order:
    """Return what the controller has asked for."""
    progress = params["progress_file"]
    return Order(
        spec=read_spec(params),
        rows=tuple(params["images"]),
        since=params["since"],
        by=params["by"],
        commit=params["commit"],
        progress_file=Path(progress) if progress else None,
        keeping=keeping_of(params["backups"]),
        restore=Wanted(**params["restore"]) if params["restore"] else None,
    )


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    leave_callers_shell()
    try:
        order = order_of(module.params)
        outcome = release(DockerCli(run), order, expectation(load(module.params["library"])))
        module.no_log_values |= outcome.looked.rendered.hidden(outcome.spec.contracts)
    except StackError as error:
        module.fail_json(msg=str(error), **{"changed": False, **error.details})
    except Exception as error:  # its text may hold a value: only its type is told
        module.fail_json(msg=f"unexpected {type(error).__name__} in release", changed=False)
    for warning in outcome.looked.seen.warnings:
        module.warn(warning)
    module.exit_json(**outcome.as_result())


if __name__ == "__main__":
    main()
