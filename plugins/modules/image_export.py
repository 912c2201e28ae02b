#!/usr/bin/python
# Copyright: The todo.stack maintainers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
"""Has layers of images on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: image_export
short_description: Have on the controller those layers of a host's images that another host lacks
version_added: 0.2.0
description:
  - Writes an archive of images with only the layers that another host lacks, compressed, and fetches it to the controller.
    For all hosts that lack the same ones this is done once in a play; the archive is gone at the play's end.
  - Says at least every ten seconds what is under way, and how many bytes have come.
options:
  images:
    description: The images, as C(name -> ID).
    type: dict
    required: true
  chains:
    description: The chain IDs that the other host has, as M(todo.stack.image_layers_info) returns them.
    type: list
    elements: str
    default: []
  stack:
    description: The stack that the images are for.
    type: str
    default: ""
  state_dir:
    description: The folder on the host in which each stack keeps the records of its last builds.
    type: path
    default: /var/lib/todo-stack
  registry:
    description:
      - A registry that has the images instead of an archive, such as V(registry.corp:5000/todo). Each is pushed to it once, and pulled
        from it by its digest. What it asks of its users, C(docker login) has to have told the hosts.
    type: str
    default: ""
  layers:
    description: The layers to export. Filled in by the action plugin.
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    description: Exports nothing.
    support: full
  diff_mode:
    description: There is nothing to compare.
    support: none
  idempotent:
    description: Changes nothing on the host.
    support: full
author:
  - The todo.stack maintainers (@todo-stack)
"""

EXAMPLES = r"""
- name: Have what this host lacks of the images of dev1
  todo.stack.image_export:
    images: "{{ layers.due }}"
    chains: "{{ layers.chains }}"
  delegate_to: dev1
  register: shipment
"""

RETURN = r"""
archive:
  description: The archive on the controller.
  returned: on success
  type: str
  sample: .ansible/tmp/todo-images/5d41.tar
bytes:
  description: Its size in bytes.
  returned: on success
  type: int
  sample: 214033
sha256:
  description: Its SHA-256 in hexadecimal.
  returned: on success
  type: str
  sample: 9c1185a5bead
layers:
  description: How many layers are in it.
  returned: on success
  type: int
  sample: 2
images:
  description: The images in it, as M(todo.stack.image_layers_info) tells them.
  returned: on success
  type: list
  elements: dict
builds:
  description: The records of their builds.
  returned: on success
  type: list
  elements: dict
image_ids:
  description: The IDs that engines give each image, by name.
  returned: on success
  type: dict
references:
  description: The references by digest under which the registry has each image, by name.
  returned: with O(registry), instead of the archive
  type: dict
  sample: {"todo-backend:9c1185a5bead": "registry.corp:5000/todo/todo-backend@sha256:202a14e1"}
"""

from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.todo.stack.plugins.module_utils.build.image_export import export, push
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.process import run
from ansible_collections.todo.stack.plugins.module_utils.edge.progress import UnderWay
from ansible_collections.todo.stack.plugins.module_utils.edge.surroundings import (
    leave_callers_shell,
)

ARGUMENT_SPEC: dict[str, Any] = {
    "images": {"type": "dict", "required": True},
    "chains": {"type": "list", "elements": "str", "default": []},
    "stack": {"type": "str", "default": ""},
    "state_dir": {"type": "path", "default": "/var/lib/todo-stack"},
    "registry": {"type": "str", "default": ""},
    "layers": {"type": "list", "elements": "str", "default": []},
    "archive": {"type": "path"},
    "progress_file": {"type": "path"},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    params = module.params
    if module.check_mode or not (params["archive"] or params["registry"]):
        module.exit_json(changed=False)
    leave_callers_shell()
    progress = UnderWay(Path(params["progress_file"]) if params["progress_file"] else None)
    docker, names = DockerCli(run), list(params["images"])
    try:
        if params["registry"]:
            references = push(docker, names, params["registry"], progress)
            module.exit_json(changed=False, references=references)
        done = export(docker, names, params["layers"], Path(params["archive"]), progress)
    except StackError as error:
        module.fail_json(msg=str(error), changed=False)
    module.exit_json(changed=False, bytes=done.bytes, sha256=done.sha256, image_ids=done.image_ids)


if __name__ == "__main__":
    main()
