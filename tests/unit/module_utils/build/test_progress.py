"""BuildKit's progress: real logs of buildx 0.13, and the same as newer releases write them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from ansible_collections.todo.stack.plugins.module_utils.build.progress import (
    BuildProgress,
    parse_time,
)

DATA = Path(__file__).parents[2] / "data"


def spread(name: str) -> list[str]:
    return (DATA / name).read_text().splitlines(keepends=True)


def one_a_line(name: str) -> list[str]:
    """Return a log with each object on one line, the CLI's own words as they are."""
    return list(_joined(spread(name)))


def _joined(lines: list[str]) -> Iterator[str]:
    pending = ""
    for line in lines:
        if pending or line.startswith("{"):
            pending += line
            if line.startswith("}"):
                yield json.dumps(json.loads(pending), separators=(",", ":")) + "\n"
                # Words without a newline before them may follow the brace.
                yield from filter(None, [line[1:] if line != "}\n" else ""])
                pending = ""
        else:
            yield line


def read_progress(lines: Iterable[str], targets: Iterable[str]) -> BuildProgress:
    progress = BuildProgress(tuple(targets))
    for line in lines:
        progress.feed(line)
    return progress


def told(progress: BuildProgress) -> tuple[object, ...]:
    steps = [(s.name, s.started, s.completed, s.cached, s.error) for s in progress.steps.values()]
    return steps, progress.logs, [m for m in progress.messages if m.startswith("ERROR")]


@pytest.mark.parametrize(
    "name",
    ["bake_two_targets.log", "bake_cached.log", "bake_failing_step.log", "bake_syntax_error.log"],
)
def test_objects_on_one_line_and_spread_over_many_tell_the_same(name: str) -> None:
    narrow, wide = (read_progress(lines(name), ["one", "two"]) for lines in (one_a_line, spread))
    assert told(narrow) == told(wide)
    assert not wide.pending
    assert len(wide.steps) >= 2


@pytest.mark.parametrize("lines", [spread, one_a_line])
def test_each_target_has_its_own_steps_and_seconds(lines: object) -> None:
    assert callable(lines)
    progress = read_progress(lines("bake_two_targets.log"), ["one", "two"])
    names = [progress.bare_name(step) for step in progress.target_steps("one")]
    assert "[2/3] RUN echo hello && sleep 0.2" in names
    assert "[internal] load build context" in names
    assert not any("world" in name for name in names)
    run = next(s for s in progress.steps.values() if "echo hello" in s.name)
    assert 0.2 <= run.seconds < 5
    assert run.seconds <= progress.seconds("one") < 10
    assert progress.under_way() == []
    assert progress.failed_step() is None


def test_what_came_from_the_cache_is_marked() -> None:
    def runs(name: str) -> set[bool]:
        steps = read_progress(spread(name), ["one", "two"]).steps.values()
        return {step.cached for step in steps if "RUN" in step.name}

    assert runs("bake_two_targets.log") == {False}
    assert runs("bake_cached.log") == {True}


def test_the_failed_step_is_the_one_that_failed_itself_with_its_output() -> None:
    progress = read_progress(spread("bake_failing_step.log"), ["one", "bad"])
    cancelled = [step.name for step in progress.steps.values() if "canceled" in step.error]
    assert cancelled == ["[one 2/3] RUN echo hello && sleep 0.2"]
    failed = progress.failed_step()
    assert failed is not None
    assert failed[0].name.startswith("[bad 2/2] RUN echo about to fail")
    assert failed[0].error.endswith("exit code: 3")
    assert sorted(failed[1]) == ["about to fail", "on stderr"]
    assert progress.messages[-1].startswith("ERROR: failed to solve: process")


def test_of_a_long_output_the_end_is_kept() -> None:
    progress = BuildProgress(("one",))
    progress.feed('{"vertexes":[{"digest":"d","name":"RUN x","error":"exit code: 1"}]}\n')
    data = "".join(f"{n}\n" for n in range(50)).encode()
    log = {"vertex": "d", "data": base64.b64encode(data).decode()}
    progress.feed(json.dumps({"logs": [log]}) + "\n")
    failed = progress.failed_step()
    assert failed is not None
    assert failed[1] == [str(n) for n in range(30, 50)]


def test_a_step_is_under_way_from_its_start_to_its_end() -> None:
    progress = BuildProgress(("one", "two"))
    begun = {"digest": "d", "name": "[two base 1/2] RUN x", "started": "2026-01-01T00:00:00Z"}
    progress.feed(json.dumps({"vertexes": [begun]}) + "\n")
    [(target, step)] = progress.under_way()
    assert (target, progress.bare_name(step), step.seconds) == ("two", "[base 1/2] RUN x", 0.0)
    done = {**begun, "completed": "2026-01-01T00:00:02.5Z"}
    progress.feed(json.dumps({"vertexes": [done]}) + "\n")
    assert progress.under_way() == []
    assert (step.seconds, progress.seconds("two"), progress.seconds("one")) == (2.5, 2.5, 0.0)


def test_a_step_of_several_spans_counts_from_the_first_to_the_last() -> None:
    progress = BuildProgress(("one",))
    spans = [("00", "01"), ("05", "09")]
    for start, end in spans:
        at = {"started": f"2026-01-01T00:00:{start}Z", "completed": f"2026-01-01T00:00:{end}Z"}
        progress.feed(json.dumps({"vertexes": [{"digest": "d", "name": "RUN", **at}]}) + "\n")
    assert progress.seconds("one") == 9.0


@pytest.mark.parametrize(
    ("name", "targets", "target"),
    [
        ("[one internal] load", ("one", "two"), "one"),
        ("[two 1/2] FROM", ("one", "two"), "two"),
        ("[one] auth", ("one", "two"), "one"),
        ("[internal] load local bake definitions", ("one", "two"), ""),
        ("[oneself 1/2] FROM", ("one", "two"), ""),
        ("exporting", ("one", "two"), ""),
        ("[runtime 2/6] RUN", ("one",), "one"),
        ("exporting", ("one",), "one"),
    ],
)
def test_a_step_belongs_to_the_target_its_name_says(
    name: str, targets: tuple[str, ...], target: str
) -> None:
    progress = BuildProgress(targets)
    progress.feed(json.dumps({"vertexes": [{"digest": "d", "name": name}]}) + "\n")
    assert [t for t in targets if progress.target_steps(t)] == ([target] if target else [])


@pytest.mark.parametrize(
    ("lines", "messages"),
    [
        (["ERROR: no such file\n", "\n"], ["ERROR: no such file"]),
        (["{oops}\n", "after\n"], ["{oops}", "after"]),
        (["{}\n", "after\n"], ["after"]),
    ],
)
def test_what_is_no_json_is_a_message(lines: list[str], messages: list[str]) -> None:
    assert read_progress(lines, ["one"]).messages == messages


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:01Z", 1.0),
        ("1970-01-01T00:00:01.5Z", 1.5),
        ("1970-01-01T00:00:01.000000001Z", 1.000000001),
        ("1970-01-01T02:00:01.25+02:00", 1.25),
        ("1970-01-01T05:30:01.5+05:30", 1.5),
        ("1969-12-31T23:00:01-01:00", 1.0),
        ("", None),
        (None, None),
        (5, None),
    ],
)
def test_times_are_read_to_the_nanosecond_in_any_zone(text: object, seconds: float | None) -> None:
    assert parse_time(text) == seconds
