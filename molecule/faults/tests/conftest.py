"""What the faults share: waiting for health, and what a plain run makes of the host after them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

HOST = "todo-faults"


@pytest.fixture
def healthy(eyes: Any) -> Callable[[], bool]:
    """Return a question: does the engine answer, and are both services healthy?"""

    def ask() -> bool:
        line = "docker inspect -f '{{.State.Health.Status}}' todo-backend-1 todo-frontend-1"
        found = eyes.host.run(line)
        return bool(found.rc == 0 and found.stdout.split() == ["healthy", "healthy"])

    return ask


@pytest.fixture
def nothing_left(eyes: Any) -> Iterator[None]:
    """After the test no container, volume, network or file is there that was not before."""

    def listed() -> set[str]:
        return set(
            eyes.run(
                "sh", "-c",
                "docker ps -a --format 'container {{.Names}}'; docker volume ls -q;"
                " docker network ls --format 'network {{.Name}}';"
                " ls -d /var/lib/todo-stack/todo/* /var/tmp/[!s]* /tmp/ansible* ~ops/.ansible/tmp/*"
                " || true",
            ).splitlines()
        )  # fmt: skip

    before = listed()
    yield
    assert listed() - before == set()


@pytest.fixture
def healed(nothing_left: None, run_play: Any) -> Iterator[None]:  # noqa: ARG001
    """After the test a plain run ends healthy, and a further one changes nothing."""
    yield
    run = run_play("site.yml")
    assert run.code == 0, run.output
    again = run_play("site.yml")
    assert (again.code, again.recap(HOST)["changed"]) == (0, 0), again.output


@pytest.fixture
def back_by_itself(nothing_left: None, run_play: Any) -> Iterator[None]:  # noqa: ARG001
    """After the test a plain run finds everything well, and nothing to change."""
    yield
    run = run_play("site.yml")
    assert (run.code, run.recap(HOST)["changed"]) == (0, 0), run.output
