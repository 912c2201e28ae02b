"""Secrets that a host has lost are found again, and what differs is told by name alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.environment import Given
from ansible_collections.todo.stack.plugins.module_utils.look.environment import fingerprints
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Names
from ansible_collections.todo.stack.tests.unit.module_utils.look.conftest import Host

BOTH = ("postgres.POSTGRES_PASSWORD", "backend.BETTER_AUTH_SECRET")
GARBAGE = ["", "{", "null", "[]", "7", '{"backend": 1}', '{"backend": {"A": 1}}',
           '{"backend": {"A": ""}}', "\udcff", "[" * 100_000]  # fmt: skip


@pytest.mark.parametrize("text", GARBAGE)
@pytest.mark.parametrize("place", ["environment.json", "containers"])
def test_secrets_of_a_damaged_file_are_found_where_they_are_delivered(
    host: Host, text: str, place: str
) -> None:
    host.deploy()
    kept = json.loads((host.folder / "secrets.json").read_text())
    host.write("secrets.json", text)
    if place == "containers":
        host.write("environment.json", "{")
    found = host.look()
    path = host.folder / "secrets.json"
    assert found.rendered.resolution.kept == kept
    assert found.rendered.damaged
    assert (found.seen.environment.to_make, found.seen.environment.secrets_kept) == ((), False)
    assert found.seen.warnings == (
        f"{path} could not be read (its secrets were found again);"
        f" a run moves it to {path}.unreadable",
    )


@pytest.mark.parametrize("lost", ["all", "one"])
def test_secrets_that_a_file_has_lost_are_found_again(host: Host, lost: str) -> None:
    host.deploy()
    kept = json.loads((host.folder / "secrets.json").read_text())
    if lost == "all":
        (host.folder / "secrets.json").unlink()
    else:
        host.write("secrets.json", json.dumps({"backend": kept["backend"]}))
    found = host.look()
    assert found.rendered.resolution.kept == kept
    assert (found.seen.environment.to_make, found.seen.environment.secrets_kept) == ((), False)
    path = host.folder / "secrets.json"
    assert found.seen.warnings == (f"{path} had lost secrets; they were found again",)


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ('{"backend.BETTER_AUTH_SECRET": "then"}', {"backend.BETTER_AUTH_SECRET": "then"}),
        *((text, {}) for text in ("", "{", "null", "[]", "[" * 100_000)),
        (None, {}),
    ],
    ids=lambda one: repr(one)[:20],
)
def test_since_when_secrets_have_their_value_is_seen_as_far_as_it_can_be_read(
    host: Host, text: str | None, known: dict[str, str]
) -> None:
    if text is not None:
        host.write("secrets_since.json", text)
    assert host.look().seen.environment.secrets_since == known


def test_a_damaged_file_is_mended_also_where_no_secret_is_needed(host: Host) -> None:
    url = "postgresql://todo:npg_Ab12Cd34@db.example.net/todo"
    given = Given(secrets={"backend": {"DATABASE_URL": url, "BETTER_AUTH_SECRET": "s" * 40}})
    assert host.look(given=given).seen.environment.secrets_kept
    host.write("secrets.json", "{")
    assert not host.look(given=given).seen.environment.secrets_kept


def test_what_is_kept_goes_before_what_is_delivered(host: Host) -> None:
    host.deploy()
    kept = {"backend": {"BETTER_AUTH_SECRET": "k" * 40}, "postgres": {"POSTGRES_PASSWORD": "p"}}
    host.write("secrets.json", json.dumps(kept))
    found = host.look()
    assert found.rendered.resolution.kept == kept
    assert found.seen.environment.drift["backend"].different == (
        "BETTER_AUTH_SECRET", "DATABASE_URL",
    )  # fmt: skip
    assert found.seen.warnings == ()


def test_secrets_that_are_nowhere_are_made_anew_and_told(host: Host) -> None:
    host.write("secrets.json", "{")
    seen = host.look().seen
    assert seen.environment.to_make == BOTH
    assert f"(made anew: {', '.join(BOTH)})" in seen.warnings[0]
    (host.folder / "secrets.json").unlink()
    assert host.look().seen.warnings == ()


@pytest.mark.parametrize(
    ("given", "drift"),
    [
        (Given(), {}),
        (Given(extra={"backend": {"LOG": "1"}}),
         {name: Names(missing=("LOG",)) for name in ("backend", "migrate")}),
        (Given(env={"frontend": {"NODE_ENV": "test"}}),
         {"frontend": Names(different=("NODE_ENV",))}),
        (Given(secrets={"backend": {"DATABASE_URL": "postgresql://u:p@h/d"}}),
         {**{name: Names(different=("DATABASE_URL",)) for name in ("backend", "migrate")},
          "postgres": Names(extra=("POSTGRES_PASSWORD",))}),
    ],
)  # fmt: skip
def test_what_is_given_is_compared_with_what_is_delivered(
    host: Host, given: Given, drift: dict[str, Names]
) -> None:
    host.deploy()
    environment = host.look(given=given).seen.environment
    assert environment.drift == drift
    assert environment.secrets_kept
    assert environment.switched_off == (("postgres",) if "postgres" in drift else ())


@pytest.mark.parametrize(
    ("name", "place"),
    [("backend.BETTER_AUTH_SECRET", "backend"), ("backend.DATABASE_URL", "postgres")],
)
def test_a_secret_to_be_rotated_differs_and_the_other_stays(
    host: Host, name: str, place: str
) -> None:
    host.deploy()
    before = json.loads((host.folder / "secrets.json").read_text())
    found = host.look(rotate=(name,))
    kept = found.rendered.resolution.kept
    assert [service for service in before if before[service] != kept[service]] == [place]
    assert "backend" in found.seen.environment.drift
    assert not found.seen.environment.secrets_kept
    assert found.seen.environment.to_make == ()


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        (0o600, ""),
        (0o640, "may be read by others than its owner"),
        (None, "cannot be read (no such"),
    ],
)
def test_values_that_others_may_read_are_told(host: Host, mode: int | None, said: str) -> None:
    host.deploy()
    path = host.folder / "environment.json"
    path.unlink() if mode is None else path.chmod(mode)
    told = host.look().seen.environment.unreadable
    assert told == "" if not said else told.startswith(f"{path} {said}")


def test_fingerprints_need_the_key_of_this_host(tmp_path: Path) -> None:
    values = {"a": {"X": "1", "Y": "\udcff"}, "b": {"X": "1", "Y": "\udcff"}, "c": {"X": "2"}}
    key, other = tmp_path / "key", tmp_path / "other"
    assert fingerprints(key, values) == {}
    key.write_text(" \n")
    assert fingerprints(key, values) == {}
    key.write_text("0123abcd\n")
    prints = fingerprints(key, values)
    assert prints["a"] == prints["b"] != prints["c"]
    assert fingerprints(key, {"a": {"Y": "\udcff", "X": "1"}})["a"] == prints["a"]
    other.write_text("no hexadecimal number at all")
    assert fingerprints(other, values)["a"] != prints["a"]
