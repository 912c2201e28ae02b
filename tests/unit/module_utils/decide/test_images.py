"""Which image each service is to run: built now, released last, or by its name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.labels import CONTENT_LABEL
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.module_utils.decide.images import wanted_images
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import WantedImage
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Seen

IMAGES = (
    {"Id": "sha256:b", "RepoTags": ["todo-backend:cc"]},
    {"Id": "sha256:old", "RepoTags": ["todo-backend:latest"]},
    {"Id": "sha256:f", "RepoTags": ["todo-frontend:latest"]},
    {"Id": "sha256:p", "RepoTags": ["localhost/todo-stack/postgres:17"]},
)
ROW = {"service": "backend", "content_image": "todo-backend:ee", "image_id": "sha256:new",
       "changed": True, "reason": "app/a.py changed"}  # fmt: skip


@pytest.fixture
def there(seen: Seen) -> Seen:
    """A stack whose frontend was never released, and whose database has a stand-in."""
    pins = {"backend": "todo-backend:cc", "frontend": "todo-frontend:gone"}
    services = [
        replace(one, image="postgres:17") if one.name == "postgres" else one
        for one in seen.services
    ]
    environment = replace(seen.environment, pins=pins)
    return replace(seen, images=IMAGES, services=tuple(services), environment=environment)


def test_without_a_build_what_was_released_stays(there: Seen, both: list[Contract]) -> None:
    backend = WantedImage("todo-backend:cc", "sha256:b")
    assert wanted_images(there, both, ()) == {
        "backend": backend,
        "migrate": backend,
        "frontend": WantedImage("todo-frontend:latest", "sha256:f"),
        "postgres": WantedImage("localhost/todo-stack/postgres:17", "sha256:p"),
    }


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, WantedImage("todo-backend:ee", "sha256:new", "app/a.py changed")),
        ({"changed": False}, WantedImage("todo-backend:ee", "sha256:new")),
        ({"image_id": None}, WantedImage("todo-backend:ee", "", "app/a.py changed")),
    ],
)
def test_what_was_built_is_wanted_by_every_service_of_the_image(
    there: Seen, both: list[Contract], changes: dict[str, Any], expected: WantedImage
) -> None:
    found = wanted_images(there, both, [{**ROW, **changes}])
    assert found["backend"] == found["migrate"] == expected


@pytest.mark.parametrize(
    ("content", "tags", "reference"),
    [
        ("sha256:" + 64 * "f", [f"todo-frontend:{12 * 'f'}"], f"todo-frontend:{12 * 'f'}"),
        ("sha256:" + 64 * "f", [], "todo-frontend:latest"),
        ("", ["todo-frontend:mine"], "todo-frontend:latest"),
    ],
)
def test_what_is_called_latest_is_pinned_by_its_content(
    there: Seen, both: list[Contract], content: str, tags: list[str], reference: str
) -> None:
    image = {
        "Id": "sha256:f", "RepoTags": ["todo-frontend:latest", *tags],
        "Config": {"Labels": {CONTENT_LABEL: content}},
    }  # fmt: skip
    found = wanted_images(replace(there, images=(image,)), both, ())
    assert found["frontend"] == WantedImage(reference, "sha256:f")


def test_an_image_that_is_nowhere_has_no_id(there: Seen, both: list[Contract]) -> None:
    found = wanted_images(replace(there, images=()), both, ())
    assert found["postgres"] == WantedImage("postgres:17", "")
    assert found["backend"] == WantedImage("todo-backend:latest", "")


def test_a_service_that_shares_a_build_runs_what_was_built(
    there: Seen, both: list[Contract]
) -> None:
    worker = replace(both[0], service="worker", compose_services=("worker",), build=None)
    for contracts in ([*both, worker], [worker, *both]):
        found = wanted_images(there, contracts, [ROW])
        assert found["worker"] == found["backend"]


def test_an_image_of_a_registry_is_wanted_by_its_name(there: Seen, both: list[Contract]) -> None:
    own = replace(
        both[1], service="postgres", image="postgres", compose_services=("postgres",), build=None
    )
    found = wanted_images(there, [*both, own], ())
    assert found["postgres"] == WantedImage("localhost/todo-stack/postgres:17", "sha256:p")
