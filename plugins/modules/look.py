#!/usr/bin/python
"""See all that a stack's host is like, and everything that stands in the way, before a change."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: look
short_description: See all that a stack's host is like, and everything that stands in the way, before a change
version_added: 0.1.0
description:
  - Reads the contracts of a project on the controller, and judges the environment that was given.
  - Then looks at the host, once, at its engine, images, containers, files, ports, disks and memory, and asks
    what the services' contracts ask.
  - Fails with one list of all problems of both, without any value. What it returns is what
    M(todo.stack.image_build), M(todo.stack.release) and M(todo.stack.acceptance) decide and judge from.
extends_documentation_fragment:
  - todo.stack.stack
options:
  artifacts_dir:
    description:
      - Where M(todo.stack.acceptance) writes its report, on the controller. A report of an earlier
        run is renamed there to C(previous-...), so that it is not taken for this run's.
      - Left out, and in check mode, nothing is renamed.
    type: path
  min_free_bytes:
    description: The free space needed where the engine and O(state_dir) keep their files, in bytes.
    type: int
    default: 3000000000
  engine_managed:
    description: Whether a later step installs, updates or starts the engine, so that its absence is no problem.
    type: bool
    default: false
  secret_max_age:
    description:
      - How many days old a secret may be before that is a warning; 0 is no limit.
      - The host records when a secret was made, or first given, without its value.
    type: int
    default: 365
  host_only:
    description:
      - Whether later steps only have an engine and base images. Then the stack's values, ports, files and containers
        are not judged, and RV(contracts) is empty.
    type: bool
    default: false
attributes:
  check_mode:
    description: Reads only, and does so in check mode too.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
  idempotent:
    description: Changes nothing.
    support: full
notes:
  - Ports held by containers of the stack itself are no problem.
seealso:
  - module: todo.stack.release
"""

EXAMPLES = r"""
- name: Check everything before the first change
  todo.stack.look:
    project_dir: "{{ playbook_dir }}/.."
    secrets: "{{ stack_secrets }}"
    engine_managed: true
  register: looked

- name: Look whether the release before the one that runs could come back
  todo.stack.look:
    project_dir: "{{ playbook_dir }}/.."
    stack: todo
    release: previous

- name: Check a host whose engine others look after
  todo.stack.look:
    project_dir: /srv/shop
    services: [backend, frontend, worker]
    env: {worker: {QUEUE: mail}}
    min_free_bytes: 10000000000
"""

RETURN = r"""
stack:
  description: The stack's name, from its compose file.
  returned: success
  type: str
  sample: todo
contracts:
  description: The contracts, as the other modules of this collection take them.
  returned: success
  type: list
  elements: dict
  sample: [{service: backend, file: backend/contract.yml, image: todo-backend, compose_services: [backend, migrate]}]
bases:
  description: The images that the stack's are built from, and those that it runs as they are, with the recipe that can stand in.
  returned: success
  type: list
  elements: dict
  sample: [{reference: "python:3.12-slim", kind: python, version: "3.12"}]
engine:
  description: The engine's C(state), versions, and whether it is C(running).
  returned: success
  type: dict
  sample: {state: running, running: true, server_version: "26.1.5", buildx_version: "0.13.1", compose_version: "2.26.1"}
images:
  description:
    - The images of the stack, and those they are built from, that are on the host, as C(docker image inspect) tells.
    - C(Record) is what M(todo.stack.image_build) has kept of the build.
  returned: success
  type: list
  elements: dict
  sample: [{Id: "sha256:0f6d", RepoTags: ["todo-backend:latest"], RepoDigests: [], Size: 182000000, Config: {Labels: {todo.stack.service: backend}}}]
release:
  description: The number of the kept release that was looked for, 0 where it is the project.
  returned: success
  type: int
  sample: 0
bind_address:
  description: The address that ports are published on, that of then for a kept release.
  returned: success
  type: str
  sample: 127.0.0.1
relaxed:
  description: Hardening that compose services do without, that of then for a kept release.
  returned: success
  type: dict
  sample: {backend: [read_only]}
seen:
  description: Everything that was seen, as JSON text, without any value of an environment.
  returned: success
  type: str
  sample: '{"stack": "todo", "containers": [], "services": []}'
"""

import json

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.todo.stack.plugins.module_utils.contract.arguments import (
    STACK_SPEC,
    read_spec,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import to_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.process import run
from ansible_collections.todo.stack.plugins.module_utils.edge.surroundings import (
    leave_callers_shell,
)
from ansible_collections.todo.stack.plugins.module_utils.look.look import look
from ansible_collections.todo.stack.plugins.module_utils.look.releases import wanted_spec

ARGUMENT_SPEC = {
    **STACK_SPEC,
    "artifacts_dir": {"type": "path"},
    "min_free_bytes": {"type": "int", "default": 3_000_000_000},
    "engine_managed": {"type": "bool", "default": False},
    "secret_max_age": {"type": "int", "default": 365},
    "host_only": {"type": "bool", "default": False},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    leave_callers_shell()
    try:
        spec = wanted_spec(read_spec(module.params))
        found = look(DockerCli(run), spec)
    except StackError as error:
        module.fail_json(msg=str(error), changed=False)
    except Exception as error:  # its text may hold a value: only its type is told
        module.fail_json(msg=f"unexpected {type(error).__name__} in look", changed=False)
    kept = {"kept": json.dumps(to_plain(spec.without_values()))} if spec.release else {}
    module.exit_json(changed=False, seen=json.dumps(to_plain(found.seen)), **kept)


if __name__ == "__main__":
    main()
