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
    build can see (path, bytes, whether it may be run; without what C(.dockerignore) names and
    editors leave), the Dockerfile, the build arguments, the target and the base images; it is kept
    as a label on the image, so no state outside the image can make it wrong.
  - The tag moves only after every image was built, every budget held, and every image has what is
    required of it. Otherwise the old tags stay where they were.
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
  stack:
    description:
      - The stack that the images are for; part of their content digest, and the label C(todo.stack.name). Two stacks on one
        host have images of their own.
    type: str
    default: ""
  latest:
    description:
      - Whether C(latest) names at once what was built. M(todo.stack.release) lets it do so when the release holds. Where
        there is no C(latest) yet, it names what was built in any case.
    type: bool
    default: true
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
          - The image's name, without a tag. What was built is tagged with the first twelve digits of
            its content digest, and with C(latest) as O(latest) says.
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
      requires:
        description:
          - What the image must bring along, or it fails after the build, and the old tag stays.
          - V(fixed_user) is a C(USER) that is a number and not root's, V(healthcheck) a C(HEALTHCHECK).
        type: list
        elements: str
        choices: [fixed_user, healthcheck]
        default: []
      contexts:
        description:
          - Further contexts that the Dockerfile reads by name (C(COPY --from=NAME), C(FROM NAME)), as
            name -> a folder on the controller, C(docker-image://reference), or an address that
            BuildKit fetches. What lies behind an address is no part of the content digest.
        type: dict
        default: {}
      secrets:
        description:
          - Secrets for C(RUN --mount=type=secret). A changed secret is a reason to build; only a
            fingerprint made with a key of the host is kept. They are in no argument list, result,
            layer or history.
        type: list
        elements: dict
        default: []
        suboptions:
          id:
            description: The name the Dockerfile knows it by.
            type: str
            required: true
          file:
            description: A file on the host.
            type: path
          env:
            description: A variable of the environment the module runs in on the host.
            type: str
          value:
            description: The secret itself, such as a variable from Ansible Vault.
            type: str
      ssh:
        description:
          - SSH agents or keys of the host for C(RUN --mount=type=ssh), such as V(default) or
            V(default=/root/.ssh/id_ed25519).
        type: list
        elements: str
        default: []
      cache_from:
        description: Where layers may be taken from, such as V(type=registry,ref=registry.corp/cache).
        type: list
        elements: str
        default: []
      cache_to:
        description:
          - Where layers are left for others, such as V(type=inline). Other kinds need the engine's
            containerd image store.
        type: list
        elements: str
        default: []
      platforms:
        description:
          - What to build for, such as V(linux/amd64). Left out, the host's own. More than one needs
            the engine's containerd image store.
        type: list
        elements: str
        default: []
      pull:
        description:
          - V(missing) takes the base images the host has. V(always) asks the registry first, also in
            check mode, and a newer base is a reason to build. Bases that stand in for others by
            I(bases) are never looked for.
        type: str
        choices: [missing, always]
        default: missing
      labels:
        description: Labels of the image. Those that begin with C(todo.stack.) are the module's own.
        type: dict
        default: {}
      seen:
        description: What the build sees of the context. Filled in by the action plugin.
        type: dict
  bases:
    description:
      - Base images that stand in for others on this host, as C(wanted reference -> reference here).
        They replace values of I(images[].args).
    type: dict
    default: {}
  registry_mirror:
    description:
      - A mirror of Docker Hub for the build, with its prefix, such as
        V(registry.corp:5000/docker-hub). It serves the base images of Docker Hub that I(bases) does
        not name, and is no part of the content digest.
    type: str
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
    description: The folder on the host in which each stack keeps the records of its last builds.
    type: path
    default: /var/lib/todo-stack
  no_cache:
    description:
      - Build even if nothing changed, and take no layer from the cache. BuildKit begins cache
        mounts anew then as well.
    type: bool
    default: false
  present:
    description:
      - Images just seen on the host, as M(todo.stack.look) returns them. If they tell that nothing
        is due, the host is not asked again.
    type: list
    elements: dict
    default: []
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
        requires: [fixed_user, healthcheck]
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

- name: Build with a secret, a second folder and a stage of one's own choice
  todo.stack.image_build:
    images:
      - service: backend
        image: todo-backend
        context: "{{ playbook_dir }}/../backend"
        target: runtime
        contexts: {shared: "{{ playbook_dir }}/../shared"}
        secrets: [{id: pip, value: "{{ vault_pip_conf }}"}]
        labels: {org.opencontainers.image.vendor: Example}

- name: Measure a cold build
  todo.stack.image_build:
    images:
      - service: backend
        image: todo-backend
        context: "{{ playbook_dir }}/../backend"
    no_cache: true
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
    image: {description: The image as people call it., type: str, returned: always, sample: "todo-backend:latest"}
    content_image: {description: The reference of this very content., type: str, returned: always, sample: "todo-backend:9c1185a5bead"}
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
      description: >-
        The size of the compressed layers, in bytes, where the engine keeps them (its containerd image
        store); otherwise null.
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
    cold:
      description: Whether no step that does work (C(RUN), C(COPY), C(ADD), C(WORKDIR)) came from the cache.
      type: bool
      returned: when the image exists
      sample: false
    growth_bytes:
      description: How much larger than the build before it, in bytes; null for the first.
      type: int
      returned: when the image exists
      sample: 120400
    largest_layers:
      description: The five largest layers, the largest first, as in C(layers).
      type: list
      elements: dict
      returned: when the image exists
      sample: [{bytes: 74804224, created_by: "RUN apt-get install # buildkit"}]
    cached_steps: {description: How many steps that do work came from the cache., type: int, returned: when the image exists, sample: 6}
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

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.todo.stack.plugins.module_utils.build.build_secrets import unpacked
from ansible_collections.todo.stack.plugins.module_utils.build.images import (
    ensure_images,
)
from ansible_collections.todo.stack.plugins.module_utils.build.requirements import REQUIREMENTS
from ansible_collections.todo.stack.plugins.module_utils.build.wanted import Wanted
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import (
    DockerCli,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.process import run
from ansible_collections.todo.stack.plugins.module_utils.edge.surroundings import (
    leave_callers_shell,
)

BUDGET_SPEC: dict[str, Any] = {"seconds": {"type": "float"}, "bytes": {"type": "int"}}
SECRET_SOURCES = ["file", "env", "value"]
SECRET_SPEC: dict[str, Any] = {
    "id": {"type": "str", "required": True},
    "file": {"type": "path"},
    "env": {"type": "str"},
    "value": {"type": "str", "no_log": True},
}
TEXTS: dict[str, Any] = {"type": "list", "elements": "str", "default": []}
IMAGE_SPEC: dict[str, Any] = {
    "service": {"type": "str", "required": True},
    "image": {"type": "str", "required": True},
    "context": {"type": "path", "required": True},
    "dockerfile": {"type": "str", "default": "Dockerfile"},
    "target": {"type": "str"},
    "args": {"type": "dict", "default": {}},
    "budget": {"type": "dict", "options": BUDGET_SPEC},
    "requires": {**TEXTS, "choices": list(REQUIREMENTS)},
    "contexts": {"type": "dict", "default": {}},
    "secrets": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "no_log": False,
        "options": SECRET_SPEC,
        "mutually_exclusive": [SECRET_SOURCES],
        "required_one_of": [SECRET_SOURCES],
    },
    "ssh": TEXTS,
    "cache_from": TEXTS,
    "cache_to": TEXTS,
    "platforms": TEXTS,
    "pull": {"type": "str", "choices": ["missing", "always"], "default": "missing"},
    "labels": {"type": "dict", "default": {}},
    "seen": {"type": "dict"},
}
ARGUMENT_SPEC: dict[str, Any] = {
    "images": {"type": "list", "elements": "dict", "required": True, "options": IMAGE_SPEC},
    "bases": {"type": "dict", "default": {}},
    "registry_mirror": {"type": "str"},
    "ca_bundle": {"type": "path"},
    "proxies": {"type": "dict", "default": {}},
    "state_dir": {"type": "path", "default": "/var/lib/todo-stack"},
    "no_cache": {"type": "bool", "default": False},
    "progress_file": {"type": "path"},
    "present": {"type": "list", "elements": "dict", "default": []},
    "stack": {"type": "str", "default": ""},
    "latest": {"type": "bool", "default": True},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        images = [unpacked(image) for image in module.params["images"]]
        # Before the caller's environment is left: secrets may be named in it.
        wanted = Wanted.read({**module.params, "images": images})
        leave_callers_shell()
        module.no_log_values.update(wanted.hidden())
        result, warnings = ensure_images(DockerCli(run), wanted, check_mode=module.check_mode)
    except StackError as error:
        module.fail_json(msg=str(error), changed=False, **error.details)
    except Exception as error:  # its text may hold a secret: only its type is told
        module.fail_json(msg=f"unexpected {type(error).__name__} in image_build", changed=False)
    for warning in warnings:
        module.warn(warning)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
