#!/usr/bin/python
# Copyright: The todo.stack maintainers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
"""Loads base images from an archive."""

from __future__ import annotations

DOCUMENTATION = r"""
module: base_images_load
short_description: Load base images from an archive of docker save
version_added: 0.1.0
description:
  - Brings an archive to the host, and loads what it holds. An archive with images of another architecture than the engine's is
    refused, and nothing of it loaded.
  - Says at least every ten seconds what is under way.
options:
  archive:
    description: Path of an archive made with C(docker save), plain or packed with gzip.
    type: str
    required: true
  on_host:
    description: Whether the archive lies on the managed host rather than on the controller.
    type: bool
    default: false
attributes:
  check_mode:
    description: Loads nothing, and reports no change.
    support: full
  diff_mode:
    description: There is nothing to compare.
    support: none
  idempotent:
    description: Loads the archive each time.
    support: none
author:
  - The todo.stack maintainers (@todo-stack)
"""

EXAMPLES = r"""
- name: Load the base images
  todo.stack.base_images_load:
    archive: bases.tar
"""

RETURN = r"""
loaded:
  description: The names of what was loaded.
  returned: on success
  type: list
  elements: str
  sample: ["python:3.12-slim"]
"""

from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.todo.stack.plugins.module_utils.build.base_supply import load
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.process import run
from ansible_collections.todo.stack.plugins.module_utils.edge.progress import UnderWay
from ansible_collections.todo.stack.plugins.module_utils.edge.surroundings import (
    leave_callers_shell,
)

ARGUMENT_SPEC: dict[str, Any] = {
    "archive": {"type": "str", "required": True},
    "on_host": {"type": "bool", "default": False},
    "progress_file": {"type": "path"},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    params = module.params
    if module.check_mode:
        module.exit_json(changed=False, loaded=[])
    leave_callers_shell()
    file = Path(params["progress_file"]) if params["progress_file"] else None
    try:
        loaded = load(DockerCli(run), params["archive"], UnderWay(file))
    except StackError as error:
        module.fail_json(msg=str(error), changed=False)
    module.exit_json(changed=bool(loaded), loaded=loaded)


if __name__ == "__main__":
    main()
