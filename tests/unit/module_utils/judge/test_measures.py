"""What is measured of a release's services, and how their restarts are counted."""

from __future__ import annotations

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.model import (
    Budget,
    Build,
    Contract,
    Port,
    Run,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.engine_state import EngineState
from ansible_collections.todo.stack.plugins.module_utils.judge.measures import (
    measured,
    restarts_in,
)
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Container,
    EnvironmentSeen,
    Measured,
    ReleaseSeen,
    Seen,
    Service,
)

BUILD = Build("backend", "todo-backend", "/b", "Dockerfile", None, {}, Budget(300, 10**9))
CONTRACT = Contract("backend", "f", "todo-backend", ("backend",), BUILD, Run((Port(8000, 8000),)))
IMAGE = {
    "Id": "sha256:b", "RepoTags": ["todo-backend:1"], "Layers": [{"bytes": 40}, {"bytes": 2}],
    "Config": {"Labels": {"todo.stack.content": "sha256:c"}},
}  # fmt: skip
BUILDS = ({"digest": "sha256:c", "build_seconds": 0.2}, {"digest": "sha256:c", "build_seconds": 21})


def seen(*restarts: int) -> Seen:
    """Return a host with replicas of the backend that have restarted so often."""
    return Seen(
        "todo",
        EngineState("running"),
        services=(Service("backend"), Service("postgres"), Service("migrate", one_shot=True)),
        containers=tuple(
            Container(f"b{i}", f"todo-backend-{i}", "backend", i, image_id="sha256:b", restarts=n)
            for i, n in enumerate(restarts, 1)
        ),
        environment=EnvironmentSeen(pins={"backend": "todo-backend:1"}),
        images=(IMAGE,),
        builds={"todo-backend": BUILDS},
    )


def test_a_service_has_its_image_its_slowest_build_and_what_was_counted() -> None:
    assert measured([CONTRACT], seen(2, 1)) == {
        "backend": Measured(42, 21, 0, 3),
        "postgres": Measured(),
    }


@pytest.mark.parametrize(
    ("before", "now", "restarts"),
    [
        (Measured(), [0], 0),
        (Measured(counted=2), [2], 0),
        (Measured(counted=2), [5, 1], 4),
        (Measured(restarts=3, counted=2), [5], 6),
        (Measured(counted=7), [2], 2),  # made anew since then
        (Measured(restarts=1), [], 1),
    ],
)
def test_restarts_are_those_since_the_release(
    before: Measured, now: list[int], restarts: int
) -> None:
    release = ReleaseSeen(3, measured={"backend": before})
    assert restarts_in(release, seen(*now)) == {"backend": restarts}
