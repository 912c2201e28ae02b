"""The environment, both ways, by name: as created, as running, as rendered, as given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.module_utils.judge.check import Check
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Inside,
    Names,
    Seen,
)

Judged = Callable[..., dict[str, Check]]
Changed = Callable[..., Seen]


@pytest.mark.parametrize(
    ("created", "runs", "measured", "said"),
    [
        (Names(), Names(), "2 names as rendered", ""),
        (Names(), Names(different=("PORT",)), "1 different", "different: PORT"),
        (Names(), Names(extra=("DEBUG",)), "1 extra", "extra: DEBUG"),
        (Names(different=("PORT",)), Names(), "1 different", "different: PORT"),
        (Names(missing=("A",)), Names(("A",), (), ("B", "C")), "1 missing, 2 extra",
         "missing: A; extra: B, C"),
    ],
)  # fmt: skip
def test_what_differs_is_named(
    *, judged: Judged, seen: Seen, changed: Changed, created: Names, runs: Names, measured: str,
    said: str,
) -> None:  # fmt: skip
    inside = replace(seen.of_service("backend")[0].inside, environment=runs)
    check = judged(changed("backend", environment=created, inside=inside))["backend.environment"]
    assert (check.passed, check.measured) == (not said, measured)
    assert said in check.message


@pytest.mark.parametrize("service", ["postgres", "migrate"])
def test_a_service_without_a_contract_has_what_it_was_given(
    judged: Judged, changed: Changed, service: str
) -> None:
    look = changed(service, environment=Names(different=("POSTGRES_PASSWORD",)))
    check = judged(look)[f"{service}.environment"]
    assert (check.passed, check.measured) == (False, "1 different")


def test_the_one_who_stopped_is_not_asked_what_it_runs_with(
    judged: Judged, changed: Changed
) -> None:
    look = changed("postgres", state="exited", pid=0, inside=Inside())
    assert judged(look)["postgres.environment"].passed
    contracted = changed("backend", state="exited", pid=0, inside=Inside())
    assert not judged(contracted)["backend.environment"].passed


@pytest.mark.parametrize("service", ["backend", "postgres", "migrate"])
def test_what_is_given_and_not_yet_rendered_fails(judged: Judged, seen: Seen, service: str) -> None:
    drift = {service: Names(missing=("NEW",), different=("PORT",), extra=("OLD",))}
    look = replace(seen, environment=replace(seen.environment, drift=drift))
    check = judged(look)[f"{service}.environment"]
    assert not check.passed
    assert check.message.startswith(
        "to be added in environment.json: NEW; to be changed in environment.json: PORT; "
        "to be removed in environment.json: OLD; run playbooks/local.yml"
    )


def test_a_required_name_that_was_never_rendered_is_missing(
    judged: Judged, seen: Seen, contract: Contract
) -> None:
    assert contract.env["DATABASE_URL"].required
    names = {**seen.environment.names, "backend": ("PORT",)}
    look = replace(seen, environment=replace(seen.environment, names=names))
    assert "missing: DATABASE_URL" in judged(look)["backend.environment"].message


def test_without_the_rendered_environment_nothing_is_claimed(judged: Judged, seen: Seen) -> None:
    told = replace(seen.environment, unreadable="environment.json cannot be read")
    checks = judged(replace(seen, environment=told))
    for service in ("backend", "postgres", "migrate"):
        check = checks[f"{service}.environment"]
        assert (check.passed, check.measured) == (False, "unknown")
        assert check.message.startswith("environment.json cannot be read; run ")
