"""What a service gets where its compose file says nothing, and what it keeps where it does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.todo.stack.plugins.module_utils.decide.defaults import (
    ADDRESS,
    defaults_of,
)

ROOT = Path(__file__).parents[4]
EVERYBODY = {
    "restart": "unless-stopped",
    "init": True,
    "cgroup": "private",
    "security_opt": ["no-new-privileges:true"],
    "logging": {"driver": "json-file", "options": {"max-size": "10m", "max-file": "3"}},
    "mem_limit": "1g",
    "cpus": "1.0",
    "pids_limit": 200,
}
PROMISED = {**EVERYBODY, "read_only": True, "cap_drop": ["ALL"], "tmpfs": ["/tmp"]}


class Overriding(yaml.SafeLoader):
    """Reads what compose is told to replace."""


def replaced(loader: Overriding, node: yaml.SequenceNode) -> list[Any]:
    return loader.construct_sequence(node, deep=True)


Overriding.add_constructor("!override", replaced)


def added(services: dict[str, Any], *contracted: str, **relaxed: list[str]) -> dict[str, Any]:
    """Return what is added to each service."""
    text = defaults_of(services, contracted, relaxed)
    found = yaml.load(text, Loader=Overriding)  # noqa: S506
    return dict(found["services"]) if found else {}


def test_a_service_with_a_contract_is_hardened_and_a_vendors_as_far_as_it_bears() -> None:
    services = {"web": {"image": "w"}, "redis": {"image": "redis:7"}, "none": None}
    assert added(services, "web") == {"web": PROMISED, "redis": EVERYBODY, "none": EVERYBODY}


def test_what_the_compose_file_says_stays() -> None:
    said = dict.fromkeys(PROMISED, "said")
    assert added({"web": said}, "web") == {}
    found = added({"web": {"read_only": False, "restart": "no", "mem_limit": "2g"}}, "web")["web"]
    assert not {"read_only", "restart", "mem_limit", "tmpfs"} & found.keys()
    assert found["init"] and found["cpus"] == "1.0"
    assert "tmpfs" not in added({"web": {"tmpfs": ["/run"]}}, "web")["web"]
    assert "restart" not in added({"web": {"deploy": {"restart_policy": {}}}})["web"]


def test_limits_go_where_the_others_are() -> None:
    spec = {"deploy": {"resources": {"limits": {"memory": "2g"}}}}
    found = added({"web": spec})["web"]
    assert found["deploy"] == {"resources": {"limits": {"cpus": "1.0", "pids": 200}}}
    assert not {"mem_limit", "cpus", "pids_limit"} & found.keys()


def test_a_limit_that_is_said_and_relaxed_is_taken_away_where_it_is() -> None:
    deployed = {"deploy": {"resources": {"limits": {"memory": "2g", "pids": 9}}}}
    text = defaults_of({"web": deployed}, [], {"web": ["memory"]})
    assert '    deploy: {resources: {limits: {memory: !reset null, cpus: "1.0"}}}\n' in text
    text = defaults_of({"web": {"mem_limit": "2g"}}, [], {"web": ["memory", "pids"]})
    assert '    mem_limit: !reset null\n    cpus: "1.0"\n' in text
    assert "pids" not in text and "deploy" not in text


@pytest.mark.parametrize(
    ("setting", "keys"),
    [
        ("restart", {"restart"}), ("init", {"init"}), ("namespaces", {"cgroup"}),
        ("no_new_privileges", {"security_opt"}), ("logging", {"logging"}),
        ("read_only", {"read_only", "tmpfs"}), ("cap_drop", {"cap_drop"}),
        ("memory", {"mem_limit"}), ("cpus", {"cpus"}), ("pids", {"pids_limit"}),
    ],
)  # fmt: skip
def test_what_is_relaxed_is_not_added(setting: str, keys: set[str]) -> None:
    found = added({"web": {}}, "web", web=[setting])["web"]
    assert found.keys() == PROMISED.keys() - keys


def test_what_is_to_end_is_not_started_again() -> None:
    waits = {"depends_on": {"migrate": {"condition": "service_completed_successfully"}}}
    found = added({"web": waits, "migrate": {}, "other": {"depends_on": ["web"]}})
    assert "restart" not in found["migrate"]
    assert found["web"]["restart"] == found["other"]["restart"] == "unless-stopped"


@pytest.mark.parametrize(
    ("port", "bound"),
    [
        ("8000:8000", f"{ADDRESS}:8000:8000"),
        ("53:53/udp", f"{ADDRESS}:53:53/udp"),
        ({"target": 80, "published": "80"}, {"target": 80, "published": "80", "host_ip": ADDRESS}),
        ("0.0.0.0:80:80", None),
        ("${ADDRESS}:80:80", None),
        ("${PORTS}:80", None),
        ("8000", None),
        (8000, None),
        ({"target": 80}, None),
        ({"target": 80, "published": "80", "host_ip": "::1"}, None),
    ],
)
def test_a_port_without_an_address_gets_the_stacks(port: Any, bound: Any) -> None:
    found = added({"web": {"ports": [port, "127.0.0.1:1:1"]}})["web"]
    assert found.get("ports") == (bound and [bound, "127.0.0.1:1:1"])


def test_what_a_service_extends_has_said_it_too() -> None:
    services = {
        "base": {"init": False, "extends": "web"},
        "web": {"extends": {"service": "base"}, "cpus": 2},
    }
    found = added(services, "web")["web"]
    assert "init" not in found and "cpus" not in found and found["read_only"]


def test_our_own_compose_file_says_all_of_it_itself() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    assert defaults_of(services, list(services), {}) == ""
