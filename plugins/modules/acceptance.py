#!/usr/bin/python
# Copyright: The todo.stack maintainers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
"""Judges what was seen of a host: documentation of the action plugin, which does it all."""

from __future__ import annotations

DOCUMENTATION = r"""
module: acceptance
short_description: Judge what runs on a host against contracts and compose file
version_added: 0.1.0
description:
  - Judges what M(todo.stack.look) or M(todo.stack.release) saw of a host. Every compose service is
    judged, whether it has a contract or not, and the host itself.
  - Shows a table, writes C(acceptance.json), C(junit.xml) and C(report.html) on the controller, and
    fails when a check has failed. C(index.html) is a page over all hosts and stacks.
  - Runs on the controller alone.
options:
  seen:
    description: What was seen of the host, as M(todo.stack.look) and M(todo.stack.release) return it.
    type: json
    required: true
  contracts:
    description: The contracts, as M(todo.stack.look) returns them.
    type: list
    elements: dict
    required: true
  bind_address:
    description: Address on which the services are to be published.
    type: str
    default: 127.0.0.1
  relaxed:
    description: Hardening that compose services do without on purpose, a list of settings for each.
    type: dict
    default: {}
  artifacts_dir:
    description:
      - Folder on the controller; a folder for each host is made in it. A second stack of a host gets one
        of its own name within that.
      - In check mode nothing is written. A report that cannot be written is a warning.
    type: path
    required: true
  like:
    description:
      - Another host that ought to run the same images. The check C(fleet.same_images) compares the two.
    type: dict
    suboptions:
      host:
        description: Its name.
        type: str
      seen:
        description: What was seen of it, as O(seen).
        type: json
  enforce:
    description: Whether a failed check fails the task.
    type: bool
    default: true
  reasons:
    description:
      - Why images were built, a line for each, such as C(backend - app/health.py changed) with a
        colon. They are shown above the table, and go into both artifacts.
    type: list
    elements: str
    default: []
  actions:
    description: What M(todo.stack.release) did, as it returns it; shown and written like O(reasons).
    type: list
    elements: dict
    default: []
attributes:
  check_mode:
    description: Runs in check mode exactly as otherwise, without writing the artifacts.
    support: full
  diff_mode:
    description: There is no difference to show.
    support: none
  idempotent:
    description: Changes nothing, however often it runs.
    support: full
notes:
  - The table is left out where the stdout callback is none for people, such as C(json) or C(oneline).
author:
  - The todo.stack maintainers
"""

EXAMPLES = r"""
- name: Look at the host
  todo.stack.look:
    project_dir: "{{ playbook_dir }}/.."
  register: stack_look

- name: Judge what runs
  todo.stack.acceptance:
    seen: "{{ stack_look.seen }}"
    contracts: "{{ stack_look.contracts }}"
    artifacts_dir: "{{ playbook_dir }}/../artifacts"
"""

RETURN = r"""
passed:
  description: Whether every check has passed.
  returned: always
  type: bool
failed_checks:
  description: The ids of the checks that have failed.
  returned: always
  type: list
  elements: str
  sample: [backend.health]
checks:
  description:
    - One row for each criterion.
    - When the task fails it is left out, as it is in the artifact.
  returned: when the task does not fail
  type: list
  elements: dict
  contains:
    id: {description: Service and criterion, type: str, sample: backend.image_size}
    service: {description: The compose service or C(host), type: str, sample: backend}
    criterion: {description: What is checked, type: str, sample: image_size}
    passed: {description: The verdict, type: bool}
    measured: {description: What was found, type: raw, sample: 231000000}
    limit: {description: What is allowed, type: raw, sample: 500000000}
    unit: {description: C(bytes) C(seconds) or empty for text, type: str, sample: bytes}
    message: {description: What is wrong and what to do, type: str, sample: ""}
    relaxed: {description: How many of its demands were not made on purpose, type: int, sample: 0}
images:
  description: Size, layers, slowest build and reason of each image, as M(todo.stack.image_build) returns them.
  returned: when the task does not fail
  type: list
  elements: dict
artifacts:
  description: The files written on the controller.
  returned: always, none of them in check mode
  type: list
  elements: str
  sample: [artifacts/localhost/acceptance.json, artifacts/localhost/junit.xml, artifacts/localhost/report.html]
index:
  description: The page over all hosts and stacks.
  returned: where it was written
  type: str
  sample: artifacts/index.html
"""

from typing import Any

ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    "seen": {"type": "json", "required": True},
    "contracts": {"type": "list", "elements": "dict", "required": True},
    "bind_address": {"type": "str", "default": "127.0.0.1"},
    "relaxed": {"type": "dict", "default": {}},
    "artifacts_dir": {"type": "path", "required": True},
    "like": {
        "type": "dict",
        "options": {"host": {"type": "str"}, "seen": {"type": "json"}},
    },
    "enforce": {"type": "bool", "default": True},
    "reasons": {"type": "list", "elements": "str", "default": []},
    "actions": {"type": "list", "elements": "dict", "default": []},
}
