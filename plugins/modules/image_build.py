#!/usr/bin/python
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)

"""Build container images when their content changed, within budgets of time and size."""

from __future__ import annotations

DOCUMENTATION = r"""
module: image_build
short_description: Build container images when their content changed, and measure them
version_added: 0.1.0
description:
  - Builds images with BuildKit, all in one session, and reports what each build took and what each
    image weighs.
  - An image is built only when something it is made from changed. The digest covers every file the
    build can see (path, mode, bytes; C(.dockerignore) honoured), the Dockerfile, the build
    arguments, the target and the base images; it is kept as a label on the image, so no state
    outside the image can make it wrong.
  - The tag moves only after every image was built and every budget held. A build that fails or is
    over budget leaves the old tags where they were.
  - The content is read on the controller and shipped to the host only when an image must be built.
author:
  - The todo.stack maintainers (@todo-stack)
requirements:
  - Docker Engine 23.0, buildx 0.13 on the host
attributes:
  check_mode:
    support: full
    description: Says what would be built and why, by read-only calls.
  diff_mode:
    support: full
    description: Lists the files, arguments and base images that changed.
  idempotent:
    support: full
    description: An image whose content did not change is not built again.
  platform:
    support: full
    platforms: posix
    description: Runs on Linux.
options:
  images:
    description: The images wanted.
    type: list
    elements: dict
    required: true
    suboptions:
      service:
        description: The service the image is for; becomes the label C(todo.stack.service).
        type: str
        required: true
      image:
        description:
          - The image's name, without a tag. What was built is tagged C(latest), and with the first
            twelve digits of its content digest.
        type: str
        required: true
      context:
        description: The folder of the build context, on the controller.
        type: path
        required: true
      dockerfile:
        description: The Dockerfile's name inside the context.
        type: str
        default: Dockerfile
      target:
        description: The stage to build. Left out, the last one.
        type: str
      args:
        description: Build arguments. They end up in the image's history, so put no secret here.
        type: dict
        default: {}
      budget:
        description: What the build may take. Over budget fails, and the old tag stays.
        type: dict
        suboptions:
          seconds:
            description: Wall time in seconds. A build that takes longer is stopped.
            type: float
          bytes:
            description: Size in bytes, as the sum of the uncompressed layers.
            type: int
      seen:
        description: What the build sees of the context. Filled in by the action plugin.
        type: dict
  bases:
    description:
      - Base images that stand in for others on this host, as C(wanted reference -> reference here).
        They replace values of I(images[].args).
    type: dict
    default: {}
  ca_bundle:
    description:
      - A file of CA certificates on the host, given to the build as the secret C(ca). It leaves no
        trace in the image. Not given to the build when there is no such file.
    type: path
  proxies:
    description:
      - Proxy settings for the build, such as C(HTTP_PROXY); BuildKit keeps them out of the image
        and its history.
    type: dict
    default: {}
  state_dir:
    description: The folder on the host that keeps the records of the last builds.
    type: path
    default: /var/lib/todo-stack
  no_cache:
    description:
      - Build even if nothing changed, and take no layer from the cache. Cache mounts stay as they
        are.
    type: bool
    default: false
  play:
    description: Set by the controller side of this module; not for playbooks.
    type: dict
    default: {}
  progress_file:
    description: Where the steps under way are told. Filled in by the action plugin.
    type: path
"""

EXAMPLES = r"""
- name: Build an image when its content changed
  todo.stack.image_build:
    images:
      - service: backend
        image: todo-backend
        context: "{{ playbook_dir }}/../backend"
        budget: {seconds: 300, bytes: 500000000}
  register: built

- name: Say what it weighs
  ansible.builtin.debug:
    msg: "{{ built.image }}: {{ built.size_bytes }} bytes in {{ built.build_seconds }} s"

- name: Build two images in one session, on bases of this host
  todo.stack.image_build:
    images:
      - service: backend
        image: todo-backend
        context: "{{ playbook_dir }}/../backend"
        args: {PYTHON_IMAGE: python:3.12-slim}
      - service: frontend
        image: todo-frontend
        context: "{{ playbook_dir }}/../frontend"
    bases:
      python:3.12-slim: localhost/todo-stack/python:3.12-slim
    ca_bundle: /etc/ssl/certs/ca-certificates.crt
"""

RETURN = r"""
reason:
  description: Why images were built, or why not.
  returned: always
  type: str
  sample: "backend: app/main.py changed"
images:
  description:
    - One row an image. With a single image its fields are also at the top level of the result.
  returned: always
  type: list
  elements: dict
  contains:
    service: {description: The service the image is for., type: str, returned: always, sample: backend}
    changed: {description: Whether it was built., type: bool, returned: always, sample: true}
    reason:
      description: Why it was built, or why not.
      type: str
      returned: always
      sample: app/main.py changed
    image: {description: The reference that runs., type: str, returned: always, sample: "todo-backend:latest"}
    image_id:
      description: The image's ID in the engine's store.
      type: str
      returned: when the image exists
      sample: "sha256:0f6dbd3c"
    digest:
      description: The digest of the content it was built from.
      type: str
      returned: always
      sample: "sha256:9c1185a5"
    size_bytes:
      description: The sum of the uncompressed layers, in bytes.
      type: int
      returned: when the image exists
      sample: 214000000
    compressed_bytes:
      description: The size in a registry, in bytes, where it is known; otherwise null.
      type: int
      returned: when the image exists
      sample: null
    base_image: {description: The image it starts from., type: str, returned: when the image exists, sample: "python:3.12-slim"}
    base_bytes: {description: The base's uncompressed bytes., type: int, returned: when the image exists, sample: 125000000}
    build_seconds:
      description: Wall time from the first step's start to the last one's end, in seconds; null when it was not built here.
      type: float
      returned: when the image exists
      sample: 14.2
    cached_steps: {description: How many steps came from the cache., type: int, returned: when the image exists, sample: 6}
    steps:
      description: The steps with their C(name), C(seconds) and C(cached).
      type: list
      elements: dict
      returned: when the image exists
      sample: [{name: "[runtime 2/6] RUN useradd app", seconds: 0.31, cached: false}]
    layers:
      description: The layers from the base's first on, with their uncompressed C(bytes) and what they were C(created_by).
      type: list
      elements: dict
      returned: when the image exists
      sample: [{bytes: 4210, created_by: "COPY app /app/app # buildkit"}]
    budget:
      description: The budget in C(seconds) and C(bytes).
      type: dict
      returned: when the image exists
      sample: {seconds: 300, bytes: 500000000}
"""

from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import (
    DockerCli,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.images import (
    Wanted,
    ensure_images,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.turns import Turn
from ansible_collections.todo.stack.plugins.module_utils.errors import StackError

BUDGET_SPEC: dict[str, Any] = {"seconds": {"type": "float"}, "bytes": {"type": "int"}}
IMAGE_SPEC: dict[str, Any] = {
    "service": {"type": "str", "required": True},
    "image": {"type": "str", "required": True},
    "context": {"type": "path", "required": True},
    "dockerfile": {"type": "str", "default": "Dockerfile"},
    "target": {"type": "str"},
    "args": {"type": "dict", "default": {}},
    "budget": {"type": "dict", "options": BUDGET_SPEC},
    "seen": {"type": "dict"},
}
ARGUMENT_SPEC: dict[str, Any] = {
    "images": {"type": "list", "elements": "dict", "required": True, "options": IMAGE_SPEC},
    "bases": {"type": "dict", "default": {}},
    "ca_bundle": {"type": "path"},
    "proxies": {"type": "dict", "default": {}},
    "state_dir": {"type": "path", "default": "/var/lib/todo-stack"},
    "no_cache": {"type": "bool", "default": False},
    "progress_file": {"type": "path"},
    "play": {"type": "dict", "default": {}},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    turn, folder = Turn.read(module.params["play"]), Path(module.params["state_dir"])
    try:
        wanted = Wanted.read(module.params)
        with turn.taken(folder, check_mode=module.check_mode):
            result, warnings = ensure_images(
                DockerCli(module.run_command), wanted, check_mode=module.check_mode
            )
    except StackError as error:
        module.fail_json(msg=str(error), changed=False, **error.details)
    for warning in warnings:
        module.warn(warning)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
