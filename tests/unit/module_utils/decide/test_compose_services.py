"""Compose's own reading: `docker compose config --format json` of a project with all kinds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.todo.stack.plugins.module_utils.decide.compose_services import (
    in_order,
    read_services,
)
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    PublishedPort,
    Service,
)

EVERYWHERE = "0.0.0.0"  # noqa: S104 - compared with, not bound
CONFIG = json.loads(Path(__file__).with_name("compose_config.json").read_text())
ALONE = {"web": "h1", "db": "h2"}
STARTED = "service_started"


@pytest.fixture
def services() -> dict[str, Service]:
    """The services of compose_config.json, as compose 2.26 wrote it."""
    return {one.name: one for one in read_services(CONFIG, ALONE)}


def test_what_compose_would_build_has_the_name_that_compose_gives_it() -> None:
    config = {"name": "shop", "services": {"web": {"build": {"context": "."}}}}
    assert read_services(config, {})[0].image == "shop-web"


def test_a_service_is_read_whole(services: dict[str, Service]) -> None:
    assert services["web"] == Service(
        name="web",
        alone_hash="h1",
        image="nginx:1",
        container_name="shop-web-1",
        replicas=2,
        networks=("far-away", "mine", "shop_default"),
        ports=(
            PublishedPort("127.0.0.1", 8080, 80),
            *(PublishedPort(EVERYWHERE, port, port) for port in (9000, 9001, 9002)),
            PublishedPort("::1", 8443, 443),
        ),
        memory_bytes=67108864,
        needs={"db": "service_healthy", "init": "service_completed_successfully"},
        parts=("network default", "network far", "network own", "volume assets"),
    )
    assert services["db"] == Service(
        name="db",
        alone_hash="h2",
        image="postgres:17",
        container_name="shop-database",
        keeps_data=True,
        networks=("mine",),
        memory_bytes=134217728,
        parts=("network own", "volume data"),
    )


@pytest.mark.parametrize(
    ("name", "field", "expected"),
    [
        ("init", "one_shot", True),
        ("init", "needs", {"db": STARTED}),
        ("init", "keeps_data", False),
        ("files", "replicas", 0),
        ("files", "keeps_data", True),
        ("agent", "host_network", True),
        ("agent", "networks", ()),
        ("alone", "host_network", False),
        ("alone", "networks", ()),
        ("beside", "networks", ()),
        ("beside", "needs", {"agent": STARTED}),
    ],
)
def test_what_is_special_of_a_service_is_seen(
    services: dict[str, Service], name: str, field: str, expected: object
) -> None:
    assert getattr(services[name], field) == expected


def test_services_stand_in_the_order_they_need_each_other(services: dict[str, Service]) -> None:
    names = list(services)
    assert "gone" not in names  # its profile is not active
    for name, service in services.items():
        assert all(names.index(one) < names.index(name) for one in service.needs)


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        ({}, []),
        ({"a": {"b": STARTED}, "b": {"c": STARTED}, "c": {}}, ["c", "b", "a"]),
        ({"a": {"b": STARTED}, "b": {"a": STARTED}}, ["a", "b"]),
    ],
)
def test_an_order_is_found_at_all_times(
    needs: dict[str, dict[str, str]], expected: list[str]
) -> None:
    assert in_order(needs) == expected


def test_a_project_of_nothing_has_no_services() -> None:
    assert read_services({}, {}) == []
