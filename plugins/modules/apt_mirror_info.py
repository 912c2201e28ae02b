#!/usr/bin/python
# Copyright: The todo.stack maintainers
# Apache License 2.0 (see LICENSE or https://www.apache.org/licenses/LICENSE-2.0)
"""Tells which mirror a Debian or Ubuntu host takes a release from."""

from __future__ import annotations

DOCUMENTATION = r"""
module: apt_mirror_info
short_description: Tell which mirror a Debian or Ubuntu host takes a release from
version_added: 0.1.0
description:
  - Reads the package sources of apt, in both their formats, and changes nothing.
  - Fails when no enabled source supplies the release, unless O(repository) is asked for.
options:
  codename:
    description: Codename of the release.
    type: str
    required: true
  repository:
    description: Address of another repository. Only RV(files) is returned then.
    type: str
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
- name: Find the mirror
  todo.stack.apt_mirror_info:
    codename: bookworm
  register: mirror
"""

RETURN = r"""
files:
  description: The files with an enabled source of the release at O(repository).
  returned: when O(repository) is given
  type: list
  elements: str
  sample: [/etc/apt/sources.list.d/docker.list]
uri:
  description: Address of the mirror.
  returned: without O(repository)
  type: str
  sample: http://mirror.example/debian
security_uri:
  description: Address of the security updates, empty when the host has none.
  returned: without O(repository)
  type: str
  sample: http://mirror.example/debian-security
signed_by:
  description: Path of the keyring that its releases are checked with, empty for apt's own keys.
  returned: without O(repository)
  type: str
  sample: /usr/share/keyrings/debian-archive-keyring.gpg
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.todo.stack.plugins.module_utils.edge.apt import host_mirror, sources_of

ARGUMENT_SPEC = {
    "codename": {"type": "str", "required": True},
    "repository": {"type": "str"},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    codename = module.params["codename"]
    if repository := module.params["repository"]:
        module.exit_json(changed=False, files=sources_of(repository, codename))
    mirror = host_mirror(codename)
    if not mirror.uri:
        module.fail_json(
            msg=f"no enabled package source of this host supplies {codename} main: "
            "name the mirror in docker_engine_mirror or base_images_mirror"
        )
    module.exit_json(changed=False, **mirror.as_result())


if __name__ == "__main__":
    main()
