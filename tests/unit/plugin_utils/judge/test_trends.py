"""Trends over the kept releases: the numbers, and where they are drawn."""

from __future__ import annotations

from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.decide.engine_state import EngineState
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Container,
    Measured,
    ReleaseSeen,
    Seen,
)
from ansible_collections.todo.stack.plugins.plugin_utils.judge.trends import (
    HEIGHT,
    WIDTH,
    plots,
    trends,
)


def seen(*releases: ReleaseSeen) -> Seen:
    """Return a host whose backend restarted five times since it was created."""
    containers = (Container("b", "todo-backend-1", "backend", restarts=5),)
    last = releases[-1] if releases else ReleaseSeen()
    return Seen(
        "todo", EngineState("running"), containers=containers, releases=releases, release=last
    )


FIRST = ReleaseSeen(
    3, began="then", rollout_seconds=8.5, measured={"backend": Measured(10**8, 20.0, 4, 9)}
)
OLD = ReleaseSeen(4)
LAST = ReleaseSeen(6, began="now", rollout_seconds=10.0,
                   measured={"backend": Measured(2 * 10**8, None, 1, 2)})  # fmt: skip


def test_every_kept_release_is_a_row_and_restarts_go_on_in_the_last() -> None:
    assert trends(seen()) == []
    [first, old, last] = trends(seen(FIRST, OLD, LAST))
    assert first == {
        "release": 3, "began": "then", "rollout_seconds": 8.5,
        "services": {"backend": {"size_bytes": 10**8, "build_seconds": 20.0, "restarts": 4}},
    }  # fmt: skip
    assert (old["rollout_seconds"], old["services"]) == (None, {})
    assert last["services"]["backend"] == {
        "size_bytes": 2 * 10**8, "build_seconds": None, "restarts": 1 + 5 - 2,
    }  # fmt: skip


def test_lines_go_over_the_releases_from_nothing_to_the_most() -> None:
    found = {plot.title: plot for plot in plots(trends(seen(FIRST, OLD, LAST)))}
    assert list(found) == ["Image size", "Restarts", "Rollout"], "one build makes no line"
    size = found["Image size"]
    [line] = size.lines
    assert (size.most, line.name, line.last) == ("200.0 MB", "backend", "200.0 MB")
    assert [(one.x, one.y, one.text) for one in line.points] == [
        (0.0, HEIGHT / 2, "release 3: 100.0 MB"), (WIDTH, 0.0, "release 6: 200.0 MB"),
    ]  # fmt: skip
    assert found["Restarts"].lines[0].last == "4"
    assert (found["Rollout"].lines[0].name, found["Rollout"].lines[0].last) == ("", "10.0 s")


def test_what_is_always_0_is_a_line_at_the_bottom() -> None:
    rows: list[dict[str, Any]] = [
        {"release": n, "rollout_seconds": None, "services": {"a": {"restarts": 0}}} for n in (1, 2)
    ]
    [plot] = plots(rows)
    assert [(one.x, one.y) for one in plot.lines[0].points] == [(0.0, HEIGHT), (WIDTH, HEIGHT)]
    assert plots(rows[:1]) == []


def test_a_service_that_came_later_starts_later() -> None:
    rows = [
        {"release": n, "rollout_seconds": None, "services": {"a": {"restarts": 1}} if n > 1 else {}}
        for n in (1, 2, 3)
    ]
    [plot] = plots(rows)
    assert [one.x for one in plot.lines[0].points] == [WIDTH / 2, WIDTH]
