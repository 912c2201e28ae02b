#!/usr/bin/python
# Copyright: The todo.stack maintainers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
"""Tells whether Docker Engine, buildx and Compose are there, new enough and running."""

from __future__ import annotations

DOCUMENTATION = r"""
module: docker_engine_info
short_description: Tell whether Docker Engine, buildx and Compose are there, new enough and running
version_added: 0.1.0
description:
  - Asks the Docker client of the managed host and changes nothing.
  - An engine that does not answer is a result, not a failure, and its cause is told.
options:
  minimum:
    description:
      - Least versions of C(server), C(buildx) and C(compose), such as V(26) or V(26.1.5).
      - C(--progress=rawjson) came with buildx 0.13, C(env_file.required) with Compose 2.24.
      - What is not named keeps its default.
    type: dict
    default: {server: "23.0", buildx: "0.13", compose: "2.24"}
    suboptions:
      server: {description: Docker Engine., type: str}
      buildx: {description: The builder., type: str}
      compose: {description: Docker Compose., type: str}
attributes:
  check_mode:
    description: Runs in check mode exactly as otherwise.
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
- name: Look at the engine
  todo.stack.docker_engine_info:
  register: engine

- name: Say what is wrong with it
  ansible.builtin.debug:
    msg: "{{ engine.reason }}"
  when: engine.action != 'none'
"""

RETURN = r"""
action:
  description: What has to be done, V(none), V(start), V(install) or V(access).
  returned: always
  type: str
  sample: none
reason:
  description: Why, in one line; empty when nothing has to be done.
  returned: always
  type: str
  sample: buildx is missing (at least 0.13 is needed)
state:
  description:
    - One of running, stopped, absent, outdated (the client), permission_denied, wrong_docker_host, unsupported (Podman,
      nerdctl, a snap, a rootless engine) or busy (a plugin is there and does not answer).
  returned: always
  type: str
  sample: running
running:
  description: Whether the engine answers.
  returned: always
  type: bool
  sample: true
message:
  description: Why the engine does not answer.
  returned: always
  type: str
  sample: ""
remedy:
  description: What to do about it.
  returned: always
  type: str
  sample: ""
slow:
  description: What took its time to answer, empty when nothing did; a warning says it too.
  returned: always
  type: str
  sample: ""
server_version:
  description: Version of the engine, empty when it does not answer.
  returned: always
  type: str
  sample: 26.1.5
buildx_version:
  description: Version of the buildx plugin, empty when there is none.
  returned: always
  type: str
  sample: 0.13.1
compose_version:
  description: Version of the Compose plugin, empty when there is none.
  returned: always
  type: str
  sample: 2.26.1
server_os:
  description: Operating system of the engine.
  returned: always
  type: str
  sample: linux
server_arch:
  description: Architecture of the engine, as Docker names it.
  returned: always
  type: str
  sample: amd64
daemon_path:
  description: Path of dockerd, empty when it is not installed.
  returned: always
  type: str
  sample: /usr/sbin/dockerd
"""

import os

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import ProblemList
from ansible_collections.todo.stack.plugins.module_utils.decide.engine_state import (
    MINIMUM,
    decide,
    least_versions,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.process import run
from ansible_collections.todo.stack.plugins.module_utils.edge.surroundings import (
    leave_callers_shell,
)
from ansible_collections.todo.stack.plugins.module_utils.look.engine import (
    daemon_path,
    describe_engine,
)

ARGUMENT_SPEC = {
    "minimum": {
        "type": "dict",
        "default": MINIMUM,
        "options": {part: {"type": "str"} for part in MINIMUM},
    }
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        minimum = least_versions(module.params["minimum"])
    except ProblemList as found:
        module.fail_json(msg=str(found))
    leave_callers_shell()
    state = describe_engine(run, os.environ)
    if state.slow:
        module.warn(state.slow)
    daemon = daemon_path()
    action, reason = decide(state, minimum, bool(daemon))
    module.exit_json(
        changed=False, action=action, reason=reason, daemon_path=daemon, **state.as_result()
    )


if __name__ == "__main__":
    main()
