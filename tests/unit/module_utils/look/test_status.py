"""The status of a stack on its host: seen against the release that runs, without a value."""

from __future__ import annotations

import json

from ansible_collections.todo.stack.plugins.module_utils.contract.audit import AuditEntry
from ansible_collections.todo.stack.plugins.module_utils.contract.backup import (
    Backup,
    Holding,
    Table,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import from_plain, to_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.environment import Given
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.look.status import Status, status_of
from ansible_collections.todo.stack.tests.unit.module_utils.look.conftest import Host
from ansible_collections.todo.stack.tests.unit.module_utils.look.test_releases import keep

SECRET = "sk-MaRkEr-now-88"


def asked(host: Host) -> Status:
    return status_of(DockerCli(host.docker), StackSpec("todo", host.spec.state_dir))


def test_a_stack_is_seen_against_the_release_that_runs(host: Host) -> None:
    host.write("fingerprint.key", "key\n")
    given = Given({"backend": {"OPENAI_MODEL": "gpt"}}, {"backend": {"OPENAI_API_KEY": SECRET}})
    host.deploy(given)
    keep(host, 3, given)
    found = asked(host)
    assert (found.seen.wanted, found.seen.release.number) == (3, 3)
    assert (found.seen.environment.drift, found.seen.definition_current) == ({}, True)
    assert found.spec.contracts == host.spec.contracts
    text = json.dumps(to_plain(found))
    assert SECRET not in text and "kept-secret" not in text
    assert from_plain(Status, json.loads(text)) == found


def test_what_was_edited_by_hand_is_drift(host: Host) -> None:
    host.write("fingerprint.key", "key\n")
    given = Given({"backend": {"OPENAI_MODEL": "gpt"}})
    host.deploy(given)
    keep(host, 3, given)
    host.write("compose.yaml", "services: {} # by hand\n")
    text = (host.folder / "environment.json").read_text()
    host.write("environment.json", text.replace('"gpt"', '"mine"'))
    seen = asked(host).seen
    assert not seen.definition_current
    assert seen.environment.drift["backend"].different == ("OPENAI_MODEL",)


def test_before_the_first_release_there_is_a_status_too(host: Host) -> None:
    found = asked(host)
    assert (found.seen.release.number, found.seen.wanted, found.spec.contracts) == (0, 0, ())


def test_the_last_that_was_done_is_told_the_newest_first(host: Host) -> None:
    entries = [
        AuditEntry("release", "ops", outcome, release=number)
        for number in (1, 2, 3, 4)
        for outcome in ("began", "done")
    ]
    host.write("audit.jsonl", "".join(json.dumps(to_plain(one)) + "\n" for one in entries))
    found = asked(host)
    assert [(one.release, one.outcome) for one in found.audit] == [
        (4, "done"), (3, "done"), (2, "done"),
    ]  # fmt: skip
    assert from_plain(Status, json.loads(json.dumps(to_plain(found)))) == found


def test_backups_are_told_without_what_their_tables_hold(host: Host) -> None:
    host.folder.joinpath("backups").mkdir()
    for at in (1, 3, 2):
        holding = Holding("0005", {"users": Table(7, "123456")})
        when = "2026-01-18T10:00:00+00:00"
        made = Backup(f"{at}-postgres", f"{at}.dump", when, "todo", "postgres", holding=holding)
        host.write(f"backups/{made.name}.json", json.dumps(to_plain(made)))
    host.write("backups/4-postgres.json", "{")
    found = asked(host)
    assert [one.name for one in found.backups] == ["3-postgres", "2-postgres", "1-postgres"]
    assert found.backups[0].holding == Holding("0005")
    assert "123456" not in json.dumps(to_plain(found))
    assert from_plain(Status, json.loads(json.dumps(to_plain(found)))) == found
