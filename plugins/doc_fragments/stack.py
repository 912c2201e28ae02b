"""The options that describe a stack, of every module that takes one."""

from __future__ import annotations


class ModuleDocFragment:
    """Shared documentation."""

    DOCUMENTATION = r"""
author:
  - The todo.stack maintainers (@todo-stack)
options:
  project_dir:
    description: The folder of C(compose.yaml) and of the services' contracts, on the controller. A relative one starts at the playbook.
    type: str
    required: true
  services:
    description: The services with a contract. It is C(contracts/<service>.yml), C(<service>/contract.yml), or C(contract.yml) beside the service's Dockerfile.
    type: list
    elements: str
    default: [backend, frontend]
  env:
    description: Plain values, by service and name.
    type: dict
    default: {}
  secrets:
    description: Secret values, by service and name.
    type: dict
    default: {}
  extra_env:
    description: Values of names that no contract declares, by service and name.
    type: dict
    default: {}
  production:
    description: Whether every required value must be given, so that nothing is generated or embedded.
    type: bool
    default: false
  relaxed:
    description:
      - Hardening that compose services do without, a list of settings each.
      - Settings are V(read_only), V(cap_drop), V(no_new_privileges), V(init), V(logging), V(restart), V(memory), V(cpus), V(pids).
    type: dict
    default: {}
  bind_address:
    description: The address that ports are published on; compose sees it as C(STACK_BIND_ADDRESS).
    type: str
    default: 127.0.0.1
  variables:
    description: What compose replaces in the compose file. No secrets.
    type: dict
    default: {}
  rotate:
    description: Secrets that are made anew, each C(service.NAME). Only those that are made on the host.
    type: list
    elements: str
    default: []
  state_dir:
    description: The folder on the managed host in which each stack has a folder of its own name.
    type: path
    default: /var/lib/todo-stack
  stack:
    description: The stack's name, for O(release). By default it is read in the project.
    type: str
    default: ""
  release:
    description:
      - A release that is kept on the host, wanted in place of the project, of which nothing is read then.
      - A number, or V(previous), which is the one before the one that runs.
      - Secrets stay as they are now. All else is as it was, images, plain values, compose file and contracts.
    type: str
    default: ""
  keep_releases:
    description: How many releases are kept on the host with their images, so that they can be gone back to.
    type: int
    default: 5
  spec:
    description: Set by the controller side of this module; not for playbooks. All values travel in it, and nothing logs it.
    type: str
    default: ""
"""
