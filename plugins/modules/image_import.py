#!/usr/bin/python
# Copyright: The todo.stack maintainers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
"""Brings images to a host."""

from __future__ import annotations

DOCUMENTATION = r"""
module: image_import
short_description: Bring the images of another host to this one
version_added: 0.2.0
description:
  - Brings an archive of M(todo.stack.image_export) to the host, verifies it by its digest, and loads it. Each image must then be
    made of the very layers that were sent; otherwise none of them is kept.
  - Images that a registry has are pulled from it by their digests instead.
  - Records the builds on the host, so that what they took and weigh is judged there as well.
  - Says at least every ten seconds what is under way, and how many bytes have gone.
options:
  built:
    description: The images as M(todo.stack.image_build) returned them where they were built.
    type: list
    elements: dict
    required: true
  builder:
    description: The host that built them.
    type: str
    required: true
  due:
    description: The images that the host lacks, as M(todo.stack.image_layers_info) returns them. With none, nothing is done.
    type: dict
    default: {}
  shipment:
    description: What M(todo.stack.image_export) returned.
    type: dict
    default: {}
  stack:
    description: The stack that the images are for.
    type: str
    default: ""
  state_dir:
    description: The folder on the host in which each stack keeps the records of its last builds.
    type: path
    default: /var/lib/todo-stack
attributes:
  check_mode:
    description: Says which images would be brought.
    support: full
  diff_mode:
    description: There is nothing to compare.
    support: none
  idempotent:
    description: What the host has is not brought again.
    support: full
author:
  - The todo.stack maintainers (@todo-stack)
"""

EXAMPLES = r"""
- name: Have the images of dev1
  todo.stack.image_import:
    built: "{{ hostvars.dev1.images_result.images }}"
    builder: dev1
    due: "{{ layers.due }}"
    shipment: "{{ shipment }}"
"""

RETURN = r"""
images:
  description: The images as M(todo.stack.image_build) returns them, with the IDs that they have here.
  returned: on success
  type: list
  elements: dict
reason:
  description: What came from where.
  returned: on success
  type: str
  sample: 2 layers of 1 image came from dev1
bytes:
  description: How many bytes were sent.
  returned: on success
  type: int
  sample: 214033
seconds:
  description: How long they took, the engine's loading included.
  returned: on success
  type: float
  sample: 1.4
layer_missing:
  description: Whether the engine lacks a layer that it was thought to have, so that all have to be sent.
  returned: on failure
  type: bool
"""

import time
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.todo.stack.plugins.module_utils.build.image_import import (
    Arrival,
    name_latest,
    pull,
    record,
    remove_abandoned,
    take,
)
from ansible_collections.todo.stack.plugins.module_utils.build.shipment import Offered
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import from_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.process import run
from ansible_collections.todo.stack.plugins.module_utils.edge.progress import UnderWay
from ansible_collections.todo.stack.plugins.module_utils.edge.surroundings import (
    leave_callers_shell,
)

ARGUMENT_SPEC: dict[str, Any] = {
    "built": {"type": "list", "elements": "dict", "required": True},
    "builder": {"type": "str", "required": True},
    "due": {"type": "dict", "default": {}},
    "shipment": {"type": "dict", "default": {}},
    "stack": {"type": "str", "default": ""},
    "state_dir": {"type": "path", "default": "/var/lib/todo-stack"},
    "archive": {"type": "path"},
    "progress_file": {"type": "path"},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    params, sent = module.params, module.params["shipment"]
    references = sent.get("references")
    if module.check_mode or not (params["archive"] or references):
        module.exit_json(changed=bool(params["due"]), ids={})
    leave_callers_shell()
    progress = UnderWay(Path(params["progress_file"]) if params["progress_file"] else None)
    docker, state = DockerCli(run), StateDir(params["state_dir"], params["stack"])
    try:
        images = [from_plain(Offered, one) for one in sent["images"]]
        if references:
            ids = pull(docker, images, references, progress)
        else:
            archive = Path(params["archive"])
            remove_abandoned(archive, time.time())
            arrival = Arrival(archive, sent["sha256"], images, sent["image_ids"])
            ids = take(docker, arrival, progress)
        came = [row for row in params["built"] if row["content_image"] in ids]
        name_latest(docker, {row["image"]: row["content_image"] for row in came})
        warnings = record(state, sent["builds"], {one.image_id: ids[one.name] for one in images})
    except StackError as error:
        module.fail_json(msg=str(error), changed=False, **error.details)
    for warning in warnings:
        module.warn(warning)
    module.exit_json(changed=True, ids=ids)


if __name__ == "__main__":
    main()
