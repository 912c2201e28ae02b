#!/usr/bin/python
# Copyright: The todo.stack maintainers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
"""Pulls base images, all at once."""

from __future__ import annotations

DOCUMENTATION = r"""
module: base_images_pull
short_description: Pull base images from a registry, all at once
version_added: 0.1.0
description:
  - Pulls every image and gives it the name that Dockerfiles know it by. What no registry supplies is no failure, but told
    in RV(refusals).
  - Says at least every ten seconds what is under way.
options:
  images:
    description: What to pull, rows of RV(todo.stack.base_images_info#module:missing).
    type: list
    elements: dict
    required: true
  seconds:
    description: Seconds after which a pull is given up.
    type: int
    default: 600
attributes:
  check_mode:
    description: Pulls nothing, and reports no change.
    support: full
  diff_mode:
    description: There is nothing to compare.
    support: none
  idempotent:
    description: Asks the registry each time.
    support: partial
author:
  - The todo.stack maintainers (@todo-stack)
"""

EXAMPLES = r"""
- name: Pull what is missing
  todo.stack.base_images_pull:
    images: "{{ base_images.missing }}"
"""

RETURN = r"""
refusals:
  description: Why images were not had, each reason once.
  returned: always
  type: list
  elements: str
  sample: ["Error response from daemon: Get \"https://registry-1.docker.io/v2/\": no such host"]
"""

from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.todo.stack.plugins.module_utils.build.base_supply import pull
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.process import run
from ansible_collections.todo.stack.plugins.module_utils.edge.progress import UnderWay
from ansible_collections.todo.stack.plugins.module_utils.edge.surroundings import (
    leave_callers_shell,
)

ARGUMENT_SPEC: dict[str, Any] = {
    "images": {"type": "list", "elements": "dict", "required": True},
    "seconds": {"type": "int", "default": 600},
    "progress_file": {"type": "path"},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    params = module.params
    if module.check_mode:
        module.exit_json(changed=False, refusals=[])
    leave_callers_shell()
    file = Path(params["progress_file"]) if params["progress_file"] else None
    images = params["images"]
    try:
        refusals = pull(DockerCli(run), images, params["seconds"], UnderWay(file))
    except StackError as error:
        module.fail_json(msg=str(error), changed=True)
    module.exit_json(changed=len(refusals) < len(images), refusals=refusals)


if __name__ == "__main__":
    main()
