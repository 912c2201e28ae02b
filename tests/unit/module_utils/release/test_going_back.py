"""A release that is gone back to: the same transaction, with what was kept of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import from_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.environment import Given
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import (
    ProblemList,
    StackError,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.model import HttpCheck
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.edge.state import (
    numbers,
)
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    ProbeResult,
)
from ansible_collections.todo.stack.plugins.module_utils.look.releases import (
    kept_releases,
)
from ansible_collections.todo.stack.tests.unit.module_utils.release.conftest import (
    NEW,
    OLD,
    SERVICES,
    THERE,
    Host,
    Start,
    of_files,
    record_of,
)
from ansible_collections.todo.stack.tests.unit.module_utils.release.world import (
    ENDED,
    HEALTHY,
    Box,
)


def test_what_is_kept_of_a_release_beside_its_values_holds_none(
    run: Start, host: Host, spec: StackSpec
) -> None:
    assert host
    given = Given({"backend": {"A": "plain-77"}}, {"backend": {"B": "MaRkEr77"}}, {}, True)
    run(spec=replace(spec, given=given, rotate=("backend.B",), relaxed={"backend": ["init"]}))
    text = Path(spec.state.spec_of_release(1)).read_text()
    kept = from_plain(StackSpec, json.loads(text))
    assert kept.contracts == spec.contracts
    assert (kept.relaxed, kept.given, kept.definition) == ({"backend": ["init"]}, Given(), "")
    for marker in ("77", OLD, NEW):
        assert marker not in text


def test_a_release_that_is_gone_back_to_is_a_release_with_its_own_files(
    run: Start, host: Host, spec: StackSpec
) -> None:
    older = replace(spec, definition="name: todo # older\n", relaxed={"backend": ["init"]})
    run(spec=older, commit="aaaa")
    address = {"backend": {"DATABASE_URL": "postgresql://todo:new@db.example.net/todo"}}
    run(since=1, spec=replace(spec, given=Given(secrets=address)))
    host.boxes = [Box(one.name, one.service, "other", [HEALTHY]) for one in host.boxes]
    host.done = []
    asked = StackSpec(spec.name, spec.state_dir, release="1", keep_releases=7)
    now = {"images": THERE, "wanted": 1, "releases": kept_releases(spec.state)}
    outcome = run(now=now, since=2, spec=asked, rows=(), commit="aaaa")
    assert (outcome.changed, outcome.number) == (True, 3)
    # By these it is told what is no secret, and may be shown.
    assert outcome.spec.contracts == spec.contracts
    ups = [one for one in host.done if one.startswith("up")]
    assert ups[:2] == ["up postgres (new anew)", "up migrate (new anew)"]
    assert {"try backend", "try frontend"} <= set(host.done), "they prove themselves first"
    assert Path(spec.state.definition).read_text() == older.definition
    record = record_of(spec, 3)
    assert (record["back_to"], record["commit"]) == (1, "aaaa")
    assert record["images"] == record_of(spec, 1)["images"]
    # It is in use still, and would be missed by the next release.
    assert (record_of(spec, 1)["given"], record["given"]) == ([], ["backend.DATABASE_URL"])
    assert record["reasons"][0].endswith("(that of release 1)")
    kept = from_plain(StackSpec, json.loads(Path(spec.state.spec_of_release(3)).read_text()))
    assert (kept.relaxed, kept.keep_releases, kept.release) == ({"backend": ["init"]}, 7, "")


def test_a_way_back_that_fails_leaves_what_runs_and_no_release(
    run: Start, host: Host, spec: StackSpec
) -> None:
    run(spec=replace(spec, definition="name: todo # older\n"))
    run(since=1)
    before = of_files(spec)
    for box in host.boxes:
        box.version = "other" if box.service in {"backend", "frontend"} else "old"
    host.scripts["new", "todo-backend-candidate"] = [ENDED]
    now = {"images": THERE, "wanted": 1, "releases": kept_releases(spec.state)}
    with pytest.raises(StackError, match="the version before serves on"):
        run(now=now, since=2, spec=StackSpec(spec.name, spec.state_dir, release="1"), rows=())
    assert {box.version for box in host.boxes if box.service == "backend"} == {"other"}
    assert (of_files(spec), numbers(spec.state)) == (before, [1, 2])
    assert Path(spec.state.definition).read_text() == spec.definition


@pytest.mark.parametrize("wanted", ["7", "previous"])
def test_a_release_that_is_not_kept_is_refused_before_a_look(
    run: Start, host: Host, spec: StackSpec, wanted: str
) -> None:
    run()
    before, host.done = of_files(spec), []
    with pytest.raises(ProblemList):
        run(since=1, spec=StackSpec(spec.name, spec.state_dir, release=wanted), rows=())
    assert (host.done, of_files(spec)) == ([], before)


def test_an_image_that_went_since_the_preview_is_refused(
    run: Start, host: Host, spec: StackSpec
) -> None:
    run(spec=replace(spec, definition="name: todo # older\n"))
    run(since=1)
    before, host.done = of_files(spec), []
    now = {"images": THERE[:1], "wanted": 1, "releases": kept_releases(spec.state)}
    with pytest.raises(ProblemList, match="there is no image todo-backend:new of backend, migrate"):
        run(now=now, since=2, spec=StackSpec(spec.name, spec.state_dir, release="1"), rows=())
    assert (host.done, of_files(spec)) == ([], before)


def test_migrations_are_recorded_and_go_on_where_older_code_does_not_know_them(
    run: Start, spec: StackSpec
) -> None:
    ready = HttpCheck("ready", "/ready", revision="schema", migrations="migrations")
    [backend, frontend] = spec.contracts
    contract = replace(backend, run=replace(backend.run, checks=(*backend.run.checks, ready)))
    stack = replace(spec, contracts=(contract, frontend))
    rows = [{"revision": r, "backward_compatible": r != "0003"} for r in ("0005", "0004", "0003")]

    def told(schema: str, migrations: list[dict[str, Any]]) -> dict[str, Any]:
        body = json.dumps({"schema": schema, "migrations": migrations})
        probes = {"ready": ProbeResult(200, "", body)}
        named = [replace(o, container_name=f"todo-{o.name}-1", probes=probes) for o in SERVICES]
        return {"services": tuple(named)}

    run(now=told("0005", rows), spec=stack)
    assert (record_of(spec, 1)["schema"], record_of(spec, 1)["migrations"]) == ("0005", rows)
    older = replace(stack, definition="name: todo # older\n")
    run(now=told("0005", rows[1:]), since=1, spec=older)
    assert record_of(spec, 2)["migrations"] == rows
