"""How releases differ from one to the next: as numbers, and as lines to be drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.judge.measures import restarts_in
from ansible_collections.todo.stack.plugins.module_utils.look.observation import ReleaseSeen, Seen
from ansible_collections.todo.stack.plugins.plugin_utils.judge.units import human

# The room in which lines are drawn, in the units of its picture.
WIDTH, HEIGHT = 300, 80
Row = Mapping[str, Any]
_OF_SERVICES = (
    ("size_bytes", "Image size", "bytes"),
    ("build_seconds", "Build", "seconds"),
    ("restarts", "Restarts", ""),
)


@dataclass(frozen=True)
class Point:
    """A value of a release where it is drawn; ``text`` is what a reader is told of it."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Line:
    """The values of one service, or of the whole stack; ``last``: the value of what runs."""

    name: str
    points: tuple[Point, ...]
    last: str


@dataclass(frozen=True)
class Plot:
    """Lines of one measure over the releases, from 0 to ``most``."""

    title: str
    most: str
    lines: tuple[Line, ...]


def trends(seen: Seen) -> list[dict[str, Any]]:
    """Return a row for each kept release, the oldest first; None is what was not recorded."""
    current = seen.releases[-1] if seen.releases else ReleaseSeen()
    live = restarts_in(current, seen)
    return [
        {
            "release": one.number,
            "began": one.began,
            "rollout_seconds": one.rollout_seconds,
            "services": {
                name: {
                    "size_bytes": service.size_bytes,
                    "build_seconds": service.build_seconds,
                    # Those of the release that runs go on.
                    "restarts": live[name] if one is current else service.restarts,
                }
                for name, service in one.measured.items()
            },
        }
        for one in seen.releases
    ]


def plots(rows: Sequence[Row]) -> list[Plot]:
    """Return what is to be drawn: measures of which two releases at least have a value."""
    names = list(dict.fromkeys(name for row in rows for name in row["services"]))
    found = [
        _plot(title, unit, rows, {name: _of_service(name, key) for name in names})
        for key, title, unit in _OF_SERVICES
    ]
    found.append(_plot("Rollout", "seconds", rows, {"": lambda row: row["rollout_seconds"]}))
    return [plot for plot in found if plot.lines]


def _of_service(name: str, key: str) -> Callable[[Row], Any]:
    return lambda row: row["services"].get(name, {}).get(key)


def _plot(
    title: str, unit: str, rows: Sequence[Row], of_line: Mapping[str, Callable[[Row], Any]]
) -> Plot:
    lines = {
        name: [
            (i, row["release"], value(row)) for i, row in enumerate(rows) if value(row) is not None
        ]
        for name, value in of_line.items()
    }
    drawn = {name: known for name, known in lines.items() if len(known) > 1}
    most = max((value for known in drawn.values() for _i, _n, value in known), default=0)
    return Plot(
        title,
        human(most, unit),
        tuple(
            Line(
                name,
                tuple(
                    Point(
                        round(WIDTH * i / (len(rows) - 1), 1),
                        round(HEIGHT - HEIGHT * value / most, 1) if most else HEIGHT,
                        f"release {number}: {human(value, unit)}",
                    )
                    for i, number, value in known
                ),
                human(known[-1][2], unit),
            )
            for name, known in drawn.items()
        ),
    )
