"""Which code runs on the schema that a database has."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract, HttpCheck
from ansible_collections.todo.stack.plugins.module_utils.decide.schema import (
    migrated_since,
    schema_of_now,
    schema_problems,
    told_of_schema,
)
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Migration,
    ProbeResult,
    ReleaseSeen,
    Seen,
)
from ansible_collections.todo.stack.tests.unit.module_utils.decide.conftest import contract_of

# 0003 is the one that older code does not run on.
KNOWN = tuple(Migration(f"000{n}", n != 3) for n in (6, 5, 4, 3, 2, 1))
READY = HttpCheck("ready", "/ready", expect="true", revision="schema", migrations="migrations")
CONTRACTS = [contract_of("backend", 8000, checks=(READY,))]
ROWS = [{"revision": "0006", "backward_compatible": True}]


def at(schema: str, known: tuple[Migration, ...] = KNOWN, number: int = 9) -> ReleaseSeen:
    return ReleaseSeen(number, schema=schema, migrations=known)


def answered(seen: Seen, body: str) -> Seen:
    probes = {"ready": ProbeResult(200, "application/json", body)}
    services = [replace(o, probes=probes if o.name == "backend" else {}) for o in seen.services]
    return replace(seen, services=tuple(services))


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (json.dumps({"schema": "0006", "migrations": ROWS}), ("0006", ROWS)),
        (json.dumps({"schema": "0004", "status": "unavailable"}), ("0004", None)),
        (json.dumps({"schema": None}), ("", None)),
        ("null", ("", None)),
        ("{", ("", None)),
        ("", ("", None)),
    ],
)
def test_the_services_tell_the_schema(seen: Seen, body: str, told: Any) -> None:
    assert told_of_schema(answered(seen, body), CONTRACTS) == told
    assert told_of_schema(answered(seen, body), [contract_of("backend", 8000)]) == ("", None)


def test_what_is_told_now_goes_before_what_was_recorded(seen: Seen) -> None:
    recorded = replace(seen, release=at("0006"))
    assert schema_of_now(recorded, CONTRACTS) == "0006"
    assert schema_of_now(answered(recorded, '{"schema": "0004"}'), CONTRACTS) == "0004"


@pytest.mark.parametrize(
    ("then", "now", "revisions"),
    [
        ("0006", "0006", []),
        ("0004", "0006", ["0006", "0005"]),
        ("0005", "0006", ["0006"]),
        ("0001", "0006", ["0006", "0005", "0004", "0003", "0002"]),
        ("0004", "0005", ["0005"]),
        ("0006", "0004", None),
        ("", "0006", None),
        ("0004", "", None),
        ("0004", "0007", None),
        ("x", "0006", None),
        ("", "", []),
    ],
)
def test_the_migrations_between(then: str, now: str, revisions: Any) -> None:
    found = migrated_since(at(then), now, KNOWN)
    assert (None if found is None else [one.revision for one in found]) == revisions


@pytest.mark.parametrize(
    ("release", "now", "said"),
    [
        (at("0006"), "0006", ""),
        (at("0004", KNOWN[2:]), "0006", ""),
        (at("0003", KNOWN[3:]), "0006", ""),
        # Its own migrations lead there: it migrates as any release does.
        (at("0006"), "0004", ""),
        (at("0006"), "0001", ""),
        (at("", ()), "", ""),
        (at("0002", KNOWN[4:]), "0006", "needs the schema 0002, since then 0006, 0005, 0004, 0003 "
         "were migrated, and its code does not run on 0003 (not declared backward compatible)"),
        (at("0002", KNOWN[4:]), "0003", "since then 0003 were migrated"),
        (at("0004", KNOWN[2:]), "0007", "needs the schema 0004, the database has 0007, and what "
         "was migrated between them is not known"),
        (at("", ()), "0006", "needs the schema (not recorded), the database has 0006"),
        (at("0004", KNOWN[2:]), "", "needs the schema 0004, the database has (unknown)"),
        (at("0006"), "x", "the database has x"),
    ],
)  # fmt: skip
def test_a_release_goes_only_where_its_code_runs(
    seen: Seen, release: ReleaseSeen, now: str, said: str
) -> None:
    current = answered(replace(seen, release=at(now, KNOWN, 12)), json.dumps({"schema": now}))
    problems = list(schema_problems(current, release, CONTRACTS))
    assert [said in one.what for one in problems] == ([True] if said else []), problems
    for one in problems:
        assert one.where == "release 9"
        assert "have the release that runs take the schema back" in one.remedy


Change = Callable[[list[Contract]], list[Contract]]


def test_where_no_check_tells_the_schema_the_records_do(seen: Seen) -> None:
    current = replace(seen, release=at("0006", KNOWN, 12))
    silent = [contract_of("backend", 8000)]
    assert list(schema_problems(current, at("0004"), silent)) == []
    assert len(list(schema_problems(current, at("0002", KNOWN[4:]), silent))) == 1
