"""Networks, volumes, configs and secrets of a compose file: when they are others than before."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.decide.parts import (
    changed_parts,
    parts_of,
    read_parts,
)
from ansible_collections.todo.stack.plugins.module_utils.look.observation import ChangedPart

CONFIG: dict[str, Any] = {
    "networks": {
        "default": {"name": "shop_default", "ipam": {}},
        "own": {
            "name": "mine",
            "driver_opts": {"mtu": "1400"},
            "ipam": {"config": [{"subnet": "x"}]},
        },
        "far": {"name": "far", "external": True},
    },
    "volumes": {"data": {"name": "shop_data"}, "far": {"name": "far", "external": True}},
    "configs": {"app": {"name": "shop_app", "content": "level: 1\n"}},
    "secrets": {"key": {"name": "shop_key", "file": "/run/key"}},
}
THERE = {"network shop_default", "network mine", "volume shop_data"}


def changed(change: Any) -> tuple[ChangedPart, ...]:
    other = copy.deepcopy(CONFIG)
    change(other)
    before = read_parts(CONFIG)
    return changed_parts(read_parts(other), before, THERE)


def test_what_is_external_is_none_of_the_stacks() -> None:
    assert list(read_parts(CONFIG)) == [
        "network default", "network own", "volume data", "config app", "secret key",
    ]  # fmt: skip


NETWORK, OWN = ChangedPart("network default", "shop_default"), ChangedPart("network own", "mine")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda c: c["networks"]["default"].update(driver="macvlan"), NETWORK),
        (lambda c: c["networks"]["default"].update(internal=True), NETWORK),
        (lambda c: c["networks"]["default"].update(attachable=True), NETWORK),
        (lambda c: c["networks"]["default"].update(enable_ipv6=True), NETWORK),
        (lambda c: c["networks"]["default"].update(labels={"a": "b"}), NETWORK),
        (lambda c: c["networks"]["default"].update(ipam={"config": [{"subnet": "y"}]}), NETWORK),
        (lambda c: c["networks"]["own"]["driver_opts"].update(mtu="1500"), OWN),
        (lambda c: c["networks"]["own"].pop("driver_opts"), OWN),
        (lambda c: c["networks"]["own"]["ipam"]["config"][0].update(subnet="y"), OWN),
        # Another name is another network, which containers are seen not to be on.
        (lambda c: c["networks"]["own"].update(name="yours"), ChangedPart("network own")),
        (lambda c: c["volumes"]["data"].update(driver_opts={"type": "nfs"}),
         ChangedPart("volume data", "shop_data")),
        (lambda c: c["volumes"]["data"].update(labels={"a": "b"}),
         ChangedPart("volume data", "shop_data")),
        (lambda c: c["volumes"]["data"].update(name="other"), ChangedPart("volume data")),
        (lambda c: c["configs"]["app"].update(content="level: 2\n"), ChangedPart("config app")),
        (lambda c: c["secrets"]["key"].update(file="/run/other"), ChangedPart("secret key")),
    ],
)  # fmt: skip
def test_what_changed_is_named(change: Any, expected: ChangedPart) -> None:
    assert changed(change) == (expected,)


@pytest.mark.parametrize(
    "change",
    [
        lambda _: None,
        lambda c: c["networks"]["default"].update(internal=False, driver_opts={}, labels=None),
        lambda c: c["networks"]["default"].pop("ipam"),
        lambda c: c["networks"]["default"].update({"x-remark": "a", "driver": ""}),
        lambda c: c["networks"].update(new={"name": "new"}),
        lambda c: c.pop("volumes"),
        lambda c: c["networks"]["far"].update(driver="macvlan"),
    ],
)
def test_what_says_the_same_is_the_same(change: Any) -> None:
    assert changed(change) == ()


def test_what_is_not_on_the_host_has_nothing_to_keep() -> None:
    now = read_parts({"volumes": {"data": {"name": "shop_data", "driver": "x"}}})
    assert changed_parts(now, read_parts(CONFIG), ()) == (ChangedPart("volume data"),)


def test_what_another_edition_recorded_is_not_compared() -> None:
    before = {title: told.replace(" 1:", " 0:") for title, told in read_parts(CONFIG).items()}
    bare = {title: told.replace(" 1:", " ") for title, told in read_parts(CONFIG).items()}
    now = read_parts({"volumes": {"data": {"name": "shop_data", "driver": "x"}}})
    assert before != read_parts(CONFIG)
    assert changed_parts(now, before, THERE) == changed_parts(now, bare, THERE) == ()


def test_the_content_itself_is_in_no_record() -> None:
    assert "level" not in str(read_parts(CONFIG))


def test_a_service_names_what_it_uses() -> None:
    spec = {
        "networks": {"default": None},
        "volumes": [
            {"type": "volume", "source": "data", "target": "/d"},
            {"type": "volume", "target": "/anonymous"},
            {"type": "bind", "source": "/etc", "target": "/e"},
        ],
        "configs": [{"source": "app", "target": "/app"}],
        "secrets": [{"source": "key"}],
    }
    assert list(parts_of(spec)) == ["network default", "volume data", "config app", "secret key"]
    assert list(parts_of({})) == []
