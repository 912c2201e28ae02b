"""What ends is told before it does: base images, Debian, secrets."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timezone
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.model import (
    Budget,
    Build,
    Contract,
    Embedded,
    Port,
    Run,
    Variable,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.engine_state import EngineState
from ansible_collections.todo.stack.plugins.module_utils.decide.expiry import (
    END_OF_LIFE,
    base_image_warnings,
    bases_of,
    expiry_warnings,
    secrets_since,
    system_warnings,
)
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Container,
    EnvironmentSeen,
    Names,
    ReleaseSeen,
    Seen,
)

NOW = datetime(2026, 1, 18, 12, tzinfo=timezone.utc)
PAST = "is past its end of life ({}) and gets no security fixes"
NEAR = "comes to its end of life in {} days ({})"


@pytest.mark.parametrize(
    ("reference", "today", "said"),
    [
        ("node:20-slim", "2026-01-29", ""),
        ("node:20-slim", "2026-01-30", NEAR.format(90, "2026-04-30")),
        ("node:20.1-slim", "2026-04-30", NEAR.format(0, "2026-04-30")),
        ("node:20-slim", "2026-05-01", PAST.format("2026-04-30")),
        ("docker.io/library/node:20", "2027-01-01", PAST.format("2026-04-30")),
        ("node:24-slim", "2026-05-01", ""),
        ("python:3.9-slim", "2026-01-01", PAST.format("2025-10-31")),
        ("python:3.12-slim", "2026-01-01", ""),
        ("python:3.12.1", "2028-11-01", PAST.format("2028-10-31")),
        ("postgres:17", "2029-11-01", NEAR.format(7, "2029-11-08")),
        ("python:3.99-slim", "2099-01-01", ""),
        ("todo-backend:latest", "2099-01-01", ""),
    ],
)
def test_a_base_is_told_before_its_release_ends(reference: str, today: str, said: str) -> None:
    found = [*base_image_warnings([reference], date.fromisoformat(today))]
    assert len(found) == bool(said)
    assert not said or found[0].startswith(f"{reference} {said}: name a newer one")


def test_a_stand_in_is_told_by_the_name_of_what_it_stands_for_and_once() -> None:
    names = ["localhost/todo-stack/node:20-slim", "node:20-slim"]
    [found] = base_image_warnings(names, date(2026, 5, 1))
    assert found.startswith("node:20-slim is past")


def test_the_debian_that_a_tag_names_is_told_too() -> None:
    names = ["python:3.12-slim-bullseye", "node:24-trixie"]
    [found] = base_image_warnings(names, date(2026, 9, 1))
    assert found.startswith("the Debian of python:3.12-slim-bullseye is past its end of life")


@pytest.mark.parametrize(
    ("system", "today", "said"),
    [
        ("debian 12", "2028-03-31", ""),
        ("debian 12", "2028-04-01", NEAR.format(90, "2028-06-30")),
        ("debian 11", "2026-09-01", PAST.format("2026-08-31")),
        ("debian", "2099-01-01", ""),
        ("node 18", "2099-01-01", ""),
        ("", "2099-01-01", ""),
    ],
)
def test_the_hosts_own_debian_is_told_before_it_ends(system: str, today: str, said: str) -> None:
    found = [*system_warnings(system, date.fromisoformat(today))]
    version = system.partition(" ")[2]
    assert found == ([f"this host's Debian {version} {said}: upgrade the host"] if said else [])


def test_every_release_that_this_collection_makes_or_runs_on_has_its_end() -> None:
    assert {"12", "13"} <= set(END_OF_LIFE["debian"])
    assert "3.12" in END_OF_LIFE["python"]
    assert "20" in END_OF_LIFE["node"]
    assert "17" in END_OF_LIFE["postgres"]


def test_bases_are_those_that_what_runs_was_built_from_or_is() -> None:
    images = (
        {"Id": "b", "Record": {"base_image": "python:3.12-slim"}},
        {"Id": "before", "Record": {"base_image": "python:3.9-slim"}},
        {"Id": "p", "Record": None},
    )
    containers = (
        Container("1", "todo-backend-1", "backend", image_id="b", image="todo-backend:1"),
        Container("2", "todo-postgres-1", "postgres", image_id="p", image="postgres:17"),
    )
    seen = Seen("todo", EngineState("running"), images=images, containers=containers)
    assert bases_of(seen) == ["python:3.12-slim", "todo-backend:1", "postgres:17"]


URL = Variable("Database", secret=True, embedded=Embedded("postgres", "postgresql://{password}"))
CONTRACT = Contract(
    "backend", "f", "todo-backend", ("backend", "migrate"),
    Build("backend", "todo-backend", "/b", "Dockerfile", None, {}, Budget()),
    Run((Port(8000, 8000),)),
    env={"URL": URL, "AUTH": Variable("Signing", secret=True, generate=True),
         "KEY": Variable("API", secret=True), "MODEL": Variable("Plain")},
)  # fmt: skip
VALUES = {"URL": "u", "AUTH": "a", "KEY": "k", "MODEL": "m"}


def since(before: dict[str, str], current: Any, wanted: Any) -> dict[str, str]:
    return secrets_since([CONTRACT], before, {"backend": current}, {"backend": wanted}, "now")


THEN = {"backend.URL": "then", "backend.AUTH": "then", "backend.KEY": "then"}


@pytest.mark.parametrize(
    ("before", "current", "wanted", "expected"),
    [
        ({}, {}, VALUES, dict.fromkeys(THEN, "now")),
        ({}, VALUES, VALUES, dict.fromkeys(THEN, "now")),
        (THEN, VALUES, {**VALUES, "MODEL": "other"}, THEN),
        (THEN, VALUES, {**VALUES, "AUTH": "other"}, {**THEN, "backend.AUTH": "now"}),
        (THEN, {}, VALUES, THEN),  # environment.json was lost
        (THEN, VALUES, {"URL": "u", "AUTH": "a"}, {"backend.URL": "then", "backend.AUTH": "then"}),
        ({**THEN, "backend.GONE": "then"}, VALUES, VALUES, THEN),
    ],
)
def test_since_when_a_secret_has_its_value(
    before: dict[str, str], current: Any, wanted: Any, expected: dict[str, str]
) -> None:
    assert since(before, current, wanted) == expected


def aged(**times: str) -> Seen:
    known = {f"backend.{name}": when for name, when in times.items()}
    return Seen("todo", EngineState(""), environment=EnvironmentSeen(secrets_since=known))


OLD, YOUNG = "2025-01-17T12:00:00+00:00", "2025-01-18T12:00:00+00:00"


def told(seen: Seen, days: int = 365) -> list[str]:
    return expiry_warnings(seen, [CONTRACT], NOW, days)


def test_an_old_secret_is_told_with_how_to_have_a_new_one() -> None:
    assert told(aged(AUTH=OLD, KEY=OLD, URL=YOUNG, MODEL=OLD)) == [
        "backend.AUTH is 366 days old, stack_secret_max_age is 365: playbooks/rotate_secrets.yml "
        '-e \'{"stack_rotate": ["backend.AUTH"]}\' makes it anew',
        "backend.KEY is 366 days old, stack_secret_max_age is 365: give a new one in "
        "stack_secrets.backend.KEY",
    ]


def test_one_that_was_given_instead_of_made_is_given_anew() -> None:
    seen = replace(aged(URL=OLD), release=ReleaseSeen(3, given=("backend.URL",)))
    [found] = told(seen)
    assert found.endswith("give a new one in stack_secrets.backend.URL")


@pytest.mark.parametrize("drift", [Names(different=("AUTH",)), Names(extra=("AUTH",))])
def test_one_that_this_run_replaces_is_not_told(drift: Names) -> None:
    seen = aged(AUTH=OLD)
    environment = replace(seen.environment, drift={"backend": drift})
    assert told(seen) != [] == told(replace(seen, environment=environment))


@pytest.mark.parametrize("when", ["", "yesterday", "2020-01-01T00:00:00"])
def test_of_a_time_that_is_none_nothing_is_told(when: str) -> None:
    assert told(aged(AUTH=when)) == []


def test_without_a_limit_no_secret_is_old_and_a_host_is_told_all_the_same() -> None:
    assert told(aged(AUTH=OLD), 0) == []
    [found] = told(replace(aged(AUTH=OLD), system="debian 10"), 0)
    assert found.startswith("this host's Debian 10")
