"""Every restriction, taken away by itself, is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.judge.check import Check
from ansible_collections.todo.stack.plugins.module_utils.judge.hardening import RULES, UNCONTRACTED
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Seen

Judged = Callable[..., dict[str, Check]]
Changed = Callable[..., Seen]
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
    ("healthcheck", {"Healthcheck": {"Test": ["NONE"]}}),
    *(
        ("no engine socket", {"Mounts": [{"Source": source}]})
        for source in ("/var/run/docker.sock", "/run/docker.sock", "/run", "/")
    ),
]
MORE = [
    ("fixed uid, not 0", {"User": "postgres"}),
    ("no published port", {"PortBindings": {"5432/tcp": [{"HostPort": "5432"}]}}),
]


def lacking(seen: Seen, service: str, changes: dict[str, Any]) -> dict[str, Any]:
    return {**seen.of_service(service)[0].settings, **changes}


@pytest.mark.parametrize("service", ["backend", "postgres"])
@pytest.mark.parametrize(("name", "changes"), LIMITLESS)
def test_a_relaxed_setting_is_named(
    *,
    judged: Judged,
    seen: Seen,
    changed: Changed,
    service: str,
    name: str,
    changes: dict[str, Any],
) -> None:
    look = changed(service, settings=lacking(seen, service, changes))
    check = judged(look)[f"{service}.hardening"]
    assert not check.passed
    assert check.message == f"lacks: {name}; see compose.yaml"


@pytest.mark.parametrize("service", ["postgres", "migrate"])
@pytest.mark.parametrize(("name", "changes"), MORE)
def test_a_service_without_a_contract_has_more_to_keep(
    *,
    judged: Judged,
    seen: Seen,
    changed: Changed,
    service: str,
    name: str,
    changes: dict[str, Any],
) -> None:
    look = changed(service, settings=lacking(seen, service, changes))
    assert judged(look)[f"{service}.hardening"].message == f"lacks: {name}; see compose.yaml"


def test_what_is_relaxed_on_purpose_is_told_and_no_fault(
    judged: Judged, seen: Seen, changed: Changed
) -> None:
    settings = lacking(seen, "backend", {"ReadonlyRootfs": False, "Init": False})
    look = changed("backend", settings=settings)
    check = judged(look, relaxed={"backend": ["read_only", "init"]})["backend.hardening"]
    assert (check.passed, check.measured) == (True, "15 of 17 settings")
    assert check.message == "relaxed: read_only (stack_relaxed), init (stack_relaxed)"
    assert check.relaxed == 2
    half = judged(look, relaxed={"backend": ["init"], "postgres": ["read_only"]})
    assert half["postgres.hardening"].message == "relaxed: read_only (stack_relaxed)"
    assert half["migrate.hardening"].message == ""
    assert half["backend.hardening"].message == (
        "lacks: read-only root filesystem; see compose.yaml; relaxed: init (stack_relaxed)"
    )


@pytest.mark.parametrize("service", ["backend", "postgres"])
@pytest.mark.parametrize(("capabilities", "confined"), [(0x400, True), (0, False)])
def test_the_kernel_has_to_agree(
    *, judged: Judged, seen: Seen, changed: Changed, service: str, capabilities: int, confined: bool
) -> None:
    inside = seen.of_service(service)[0].inside
    loose = replace(inside.processes[0], capabilities=capabilities, no_new_privileges=confined)
    check = judged(changed(service, inside=replace(inside, processes=(loose,))))
    said = "processes without capabilities or new privileges"
    assert said in check[f"{service}.hardening"].message


def test_every_rule_has_a_case_that_breaks_it() -> None:
    assert {name for name, _ in LIMITLESS} == set(RULES)
    assert {name for name, _ in MORE} == set(UNCONTRACTED)
