#!/usr/bin/python
# Copyright: The todo.stack maintainers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
"""Makes base images from a Debian mirror and an interpreter, without a registry."""

from __future__ import annotations

DOCUMENTATION = r"""
module: base_image_bootstrap
short_description: Make base images from a Debian mirror and an interpreter, without a registry
version_added: 0.1.0
description:
  - Puts a small Debian together with mmdebstrap, adds CPython or Node.js of the managed host (or
    Node.js from an npm registry) or Debian's PostgreSQL, and imports it into the engine.
  - An image is called C(localhost/todo-stack/<reference>) and labelled C(todo.stack.base=bootstrap). Several are made at the
    same time.
  - Says at least every ten seconds what is under way.
  - Makes the images anew whenever it is called; M(todo.stack.base_images_info) tells whether they are there.
options:
  images:
    description:
      - What to make, rows of RV(todo.stack.base_images_info#module:missing). O(images[].reference) is what an image stands in
        for, O(images[].kind) its recipe, one of V(python), V(node), V(postgres), O(images[].version) that of the interpreter
        or server.
    type: list
    elements: dict
    required: true
  seconds:
    description: Seconds after which the making of an image is given up.
    type: int
    default: 900
  scripts:
    description: Folder on the managed host with the hooks of the recipes.
    type: path
    required: true
  mirror:
    description: Debian mirror; empty for the host's own.
    type: str
    default: ""
  python_prefix:
    description: Prefix of the CPython to take; empty to look under pyenv, uv, /usr/local and /opt.
    type: str
    default: ""
  node_prefix:
    description: Prefix of the Node.js to take; empty for the host's own, or the npm package C(node).
    type: str
    default: ""
  npm_registry:
    description: npm registry that supplies what the host lacks; empty where the host has Node.js and npm.
    type: str
    default: ""
  node_version:
    description: Version of Node.js to fetch where the host has none.
    type: str
    default: 20.20.2
  npm_version:
    description: Version of npm to fetch where the host has none.
    type: str
    default: 10.9.9
attributes:
  check_mode:
    description: Makes nothing. Fails where the host has no interpreter, or there is no recipe.
    support: full
  diff_mode:
    description: There is nothing to compare.
    support: none
  idempotent:
    description: Makes the images anew each time.
    support: none
author:
  - The todo.stack maintainers (@todo-stack)
"""

EXAMPLES = r"""
- name: Make the Python base
  todo.stack.base_image_bootstrap:
    images:
      - {reference: python:3.12-slim, kind: python, version: "3.12"}
    scripts: /var/lib/todo-stack/bootstrap
"""

RETURN = r"""
images:
  description: What was made, or would be.
  returned: always
  type: list
  elements: dict
  contains:
    name: {description: Name of the image, type: str, sample: "localhost/todo-stack/python:3.12-slim"}
    made_from: {description: What it was made from; not in check mode, type: str, sample: Debian packages (bookworm)}
seconds:
  description: Seconds it took.
  returned: when they were made
  type: float
  sample: 26.1
"""

import time
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.todo.stack.plugins.module_utils.build.base_image import Wanted, local_name
from ansible_collections.todo.stack.plugins.module_utils.build.bootstrap import (
    Settings,
    bootstrap_all,
    foresee,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge.process import run
from ansible_collections.todo.stack.plugins.module_utils.edge.progress import UnderWay
from ansible_collections.todo.stack.plugins.module_utils.edge.surroundings import (
    leave_callers_shell,
)

ARGUMENT_SPEC: dict[str, Any] = {
    "images": {"type": "list", "elements": "dict", "required": True},
    "scripts": {"type": "path", "required": True},
    "seconds": {"type": "int", "default": 900},
    "mirror": {"type": "str", "default": ""},
    "python_prefix": {"type": "str", "default": ""},
    "node_prefix": {"type": "str", "default": ""},
    "npm_registry": {"type": "str", "default": ""},
    "node_version": {"type": "str", "default": "20.20.2"},
    "npm_version": {"type": "str", "default": "10.9.9"},
    "progress_file": {"type": "path"},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    params = dict(module.params)
    keys = ("reference", "kind", "version")
    wanted = [Wanted(*(str(one.get(key, "")) for key in keys)) for one in params.pop("images")]
    names = [{"name": local_name(want.reference)} for want in wanted]
    file = params.pop("progress_file")
    started = time.monotonic()
    environ, settings = leave_callers_shell(), Settings(**params)
    progress = UnderWay(Path(file) if file else None)
    try:
        if module.check_mode or not wanted:
            foresee(wanted, settings, environ)
            module.exit_json(changed=bool(wanted), images=names)
        recipes = bootstrap_all(wanted, settings, run, environ, progress)
    except StackError as error:
        module.fail_json(msg=str(error), **error.details)
    module.exit_json(
        changed=True,
        images=[{**one, "made_from": recipe.made_from} for one, recipe in zip(names, recipes)],
        seconds=round(time.monotonic() - started, 1),
    )


if __name__ == "__main__":
    main()
