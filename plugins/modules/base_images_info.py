#!/usr/bin/python
# Copyright: The todo.stack maintainers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
"""Tells which base images are there, under which name, and which are missing."""

from __future__ import annotations

DOCUMENTATION = r"""
module: base_images_info
short_description: Tell which base images are there, under which name, and which are missing
version_added: 0.1.0
description:
  - Asks the engine once for every wanted base image and changes nothing.
  - A base is found by its upstream reference, or under C(localhost/todo-stack/) where it was made on
    the host itself. Warns of releases past their end of life, or near it.
options:
  wanted:
    description: Base images by C(reference), with the C(kind) and C(version) of the recipe that could make them.
    type: list
    elements: dict
    required: true
    suboptions:
      reference:
        description: Upstream reference.
        type: str
        required: true
      kind:
        description: Recipe, one of V(python), V(node), V(postgres), or empty.
        type: str
        default: ""
      version:
        description: Version of the interpreter or the server.
        type: str
        default: ""
  source:
    description: Which of the two names counts. V(auto) and V(archive) take either.
    type: str
    choices: [auto, registry, archive, bootstrap]
    default: auto
  registry_mirror:
    description: Prefix of a registry mirror, for the names to pull.
    type: str
    default: ""
  present:
    description: Images just seen on the host, as M(todo.stack.look) returns them. It is not asked again if all are among them.
    type: list
    elements: dict
    default: []
attributes:
  check_mode:
    description: An engine that does not answer yet is taken for one without images.
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
- name: Look for the base images
  todo.stack.base_images_info:
    wanted:
      - {reference: python:3.12-slim, kind: python, version: "3.12"}
  register: base_images
"""

RETURN = r"""
resolved:
  description: Name to build from, by upstream reference.
  returned: always
  type: dict
  sample: {"python:3.12-slim": "localhost/todo-stack/python:3.12-slim"}
images:
  description: The base images found.
  returned: always
  type: list
  elements: dict
  contains:
    reference: {description: Upstream reference, type: str, sample: "python:3.12-slim"}
    name: {description: Name to build from, type: str, sample: "localhost/todo-stack/python:3.12-slim"}
    image_id: {description: Digest of the image's configuration, type: str, sample: "sha256:1dd0"}
    digest: {description: Digest in the registry; empty for one made or loaded here, type: str, sample: ""}
    origin: {description: V(upstream) or V(bootstrap), type: str, sample: bootstrap}
    made_from: {description: What a bootstrapped base was made from, type: str, sample: CPython 3.12.1}
    size_bytes: {description: Size of the uncompressed layers in bytes, type: int, sample: 117000000}
missing:
  description: The wanted base images that are not there.
  returned: always
  type: list
  elements: dict
  contains:
    reference: {description: Upstream reference, type: str, sample: "node:20-slim"}
    kind: {description: Recipe that could make it, type: str, sample: node}
    version: {description: Version for the recipe, type: str, sample: "20"}
    pull: {description: Name to pull, type: str, sample: "mirror.example/hub/library/node:20-slim"}
    name: {description: Name it has to bear once pulled, type: str, sample: "node:20-slim"}
    local: {description: Name it bears when made here, type: str, sample: "localhost/todo-stack/node:20-slim"}
"""

import os
from datetime import datetime, timezone

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.todo.stack.plugins.module_utils.build.base_image import (
    SOURCES,
    Wanted,
    candidates,
    result_of,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.decide.expiry import (
    base_image_warnings,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.process import run
from ansible_collections.todo.stack.plugins.module_utils.edge.surroundings import (
    leave_callers_shell,
)
from ansible_collections.todo.stack.plugins.module_utils.look.engine import describe_engine

WANTED_SPEC = {
    "reference": {"type": "str", "required": True},
    "kind": {"type": "str", "default": ""},
    "version": {"type": "str", "default": ""},
}
ARGUMENT_SPEC = {
    "wanted": {"type": "list", "elements": "dict", "required": True, "options": WANTED_SPEC},
    "source": {"type": "str", "choices": list(SOURCES), "default": "auto"},
    "registry_mirror": {"type": "str", "default": ""},
    "present": {"type": "list", "elements": "dict", "default": []},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    leave_callers_shell()
    source, mirror = module.params["source"], module.params["registry_mirror"]
    wanted = [Wanted(**entry) for entry in module.params["wanted"]]
    today = datetime.now(timezone.utc).date()
    for warning in base_image_warnings((one.reference for one in wanted), today):
        module.warn(warning)
    names = [name for want in wanted for name in candidates(want.reference, source)]
    try:
        # In check mode the engine itself may be only predicted; it then has no images yet.
        absent = module.check_mode and not describe_engine(run, os.environ).running
        present = [] if absent else DockerCli(run).inspect_each(names)
    except StackError as error:
        module.fail_json(msg=str(error))
    module.exit_json(**result_of(wanted, present, source, mirror))


if __name__ == "__main__":
    main()
