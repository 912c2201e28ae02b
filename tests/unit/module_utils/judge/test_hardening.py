"""Every restriction, taken away by itself, is named."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.judge.hardening import (
    RULES,
    hardening,
)
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Observation

Contract = dict[str, Any]
LIMITLESS = [
    ("read-only root filesystem", {"ReadonlyRootfs": False}),
    ("cap_drop ALL", {"CapDrop": ["NET_RAW"]}),
    ("cap_drop ALL", {"CapAdd": ["NET_ADMIN"]}),
    ("no-new-privileges", {"SecurityOpt": None}),
    ("seccomp profile", {"SecurityOpt": ["no-new-privileges:true", "seccomp=unconfined"]}),
    ("memory limit", {"Memory": 0}),
    ("CPU limit", {"NanoCpus": 0}),
    ("pids limit", {"PidsLimit": None}),
    ("init", {"Init": None}),
    ("log rotation", {"LogConfig": {"Type": "json-file", "Config": {}}}),
    ("restart policy unless-stopped", {"RestartPolicy": {"Name": "no"}}),
    ("not privileged", {"Privileged": True}),
    ("no host devices", {"Devices": [{"PathOnHost": "/dev/sda"}]}),
    ("own namespaces", {"PidMode": "host"}),
    ("own namespaces", {"IpcMode": "container:abc"}),
    ("own namespaces", {"CgroupnsMode": "host"}),
    ("own network", {"NetworkMode": "bridge"}),
]


@pytest.mark.parametrize(("name", "changes"), LIMITLESS)
def test_a_relaxed_setting_is_named(
    contract: Contract, seen: Observation, name: str, changes: dict[str, Any]
) -> None:
    container = dict(seen.container or {})
    container["HostConfig"] = {**container["HostConfig"], **changes}
    check = hardening(contract, replace(seen, container=container))
    assert not check.passed
    assert check.message == f"lacks: {name}; see compose.yaml"


@pytest.mark.parametrize("source", ["/var/run/docker.sock", "/run/docker.sock", "/run", "/"])
def test_the_engines_socket_is_nobodys_mount(
    contract: Contract, seen: Observation, source: str
) -> None:
    container = {**(seen.container or {}), "Mounts": [{"Source": source}]}
    assert "no engine socket" in hardening(contract, replace(seen, container=container)).message


@pytest.mark.parametrize(("capabilities", "confined"), [(0x400, True), (0, False)])
def test_the_kernel_has_to_agree(
    contract: Contract, seen: Observation, capabilities: int, confined: bool
) -> None:
    loose = replace(seen.inside.processes[0], capabilities=capabilities, no_new_privileges=confined)
    inside = replace(seen.inside, processes=(loose,))
    check = hardening(contract, replace(seen, inside=inside))
    assert "processes without capabilities or new privileges" in check.message


def test_every_rule_has_a_case_that_breaks_it() -> None:
    assert {name for name, _ in LIMITLESS} | {"no engine socket", "healthcheck"} == set(RULES)
