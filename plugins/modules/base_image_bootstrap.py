#!/usr/bin/python
# Copyright: The todo.stack maintainers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
"""Makes one base image from a Debian mirror and an interpreter, without a registry."""

from __future__ import annotations

DOCUMENTATION = r"""
module: base_image_bootstrap
short_description: Make one base image from a Debian mirror and an interpreter, without a registry
version_added: 0.1.0
description:
  - Puts a small Debian together with mmdebstrap, adds CPython or Node.js of the managed host (or
    Node.js from an npm registry) or Debian's PostgreSQL, and imports it into the engine.
  - The image is called C(localhost/todo-stack/<reference>) and labelled C(todo.stack.base=bootstrap).
  - Makes the image anew whenever it is called; M(todo.stack.base_images_info) tells whether it is there.
options:
  reference:
    description: Upstream reference the image stands in for.
    type: str
    required: true
  kind:
    description: Recipe, one of V(python), V(node), V(postgres).
    type: str
    required: true
  version:
    description: Version of the interpreter or the server.
    type: str
    required: true
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
    description: Makes the image anew each time.
    support: none
author:
  - The todo.stack maintainers (@todo-stack)
"""

EXAMPLES = r"""
- name: Make the Python base
  todo.stack.base_image_bootstrap:
    reference: python:3.12-slim
    kind: python
    version: "3.12"
    scripts: /var/lib/todo-stack/bootstrap
"""

RETURN = r"""
name:
  description: Name of the image.
  returned: always
  type: str
  sample: localhost/todo-stack/python:3.12-slim
made_from:
  description: What it was made from.
  returned: when it was made
  type: str
  sample: Debian packages (bookworm) and CPython 3.12.1 of the build machine
packages:
  description: Debian packages asked for.
  returned: when it was made
  type: list
  elements: str
  sample: [ca-certificates]
seconds:
  description: Seconds it took.
  returned: when it was made
  type: float
  sample: 26.1
"""

import time

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.todo.stack.plugins.module_utils.build.base_image import Wanted, local_name
from ansible_collections.todo.stack.plugins.module_utils.build.bootstrap import (
    Settings,
    bootstrap,
    foresee,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge.process import run
from ansible_collections.todo.stack.plugins.module_utils.edge.surroundings import (
    leave_callers_shell,
)

ARGUMENT_SPEC = {
    "reference": {"type": "str", "required": True},
    "kind": {"type": "str", "required": True},
    "version": {"type": "str", "required": True},
    "scripts": {"type": "path", "required": True},
    "mirror": {"type": "str", "default": ""},
    "python_prefix": {"type": "str", "default": ""},
    "node_prefix": {"type": "str", "default": ""},
    "npm_registry": {"type": "str", "default": ""},
    "node_version": {"type": "str", "default": "20.20.2"},
    "npm_version": {"type": "str", "default": "10.9.9"},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    params = dict(module.params)
    want = Wanted(params.pop("reference"), params.pop("kind"), params.pop("version"))
    name = local_name(want.reference)
    started = time.monotonic()
    environ, settings = leave_callers_shell(), Settings(**params)
    try:
        if module.check_mode:
            foresee(want, settings, environ)
            module.exit_json(changed=True, name=name)
        recipe = bootstrap(want, settings, run, environ)
    except StackError as error:
        module.fail_json(msg=str(error), **error.details)
    module.exit_json(
        changed=True,
        name=name,
        made_from=recipe.made_from,
        packages=list(recipe.packages),
        seconds=round(time.monotonic() - started, 1),
    )


if __name__ == "__main__":
    main()
