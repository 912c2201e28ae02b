#!/usr/bin/python
# Copyright: The todo.stack maintainers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
"""Says who builds the images for a host: documentation of the action plugin, which does it all."""

from __future__ import annotations

DOCUMENTATION = r"""
module: builder_info
short_description: Say which host builds the images for this one
version_added: 0.2.0
description:
  - Says which host of the play builds the images for this one, so that they are built once and are the same on every host.
    M(todo.stack.look) has to have looked at all of them, as C(stack_look).
  - A host whose engine has another architecture than the builder's, or which has another project, builds for itself.
  - Runs on the controller alone.
options:
  builder:
    description:
      - V(each) has every host build for itself. A host of the inventory, or V(localhost), builds for all.
      - Empty for the first host of the play that has an engine.
    type: str
    default: ""
attributes:
  check_mode:
    description: Changes nothing in any case.
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
- name: Say who builds the images
  todo.stack.builder_info:
    builder: dev1
  register: images_from
"""

RETURN = r"""
builder:
  description: The host that builds.
  returned: on success
  type: str
  sample: dev1
lead:
  description: The host of the play that the builder builds for; the builder itself where it is one of them.
  returned: on success
  type: str
  sample: dev1
delegate:
  description: The builder, if it is none of the hosts that run now, and this host has it build.
  returned: when it is so
  type: str
  sample: buildbox
reason:
  description: Why that host.
  returned: on success
  type: str
  sample: the first host of the play with an engine
"""

from typing import Any

ARGUMENT_SPEC: dict[str, Any] = {"builder": {"type": "str", "default": ""}}
