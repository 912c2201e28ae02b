"""The status of a host: all of it as data, and one screen for people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.audit import AuditEntry
from ansible_collections.todo.stack.plugins.module_utils.contract.backup import Backup, Holding
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.decide.engine_state import EngineState
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Container,
    Inside,
    ReleaseSeen,
    Seen,
    Space,
)
from ansible_collections.todo.stack.plugins.module_utils.look.status import Status
from ansible_collections.todo.stack.plugins.module_utils.look.usage import Usage
from ansible_collections.todo.stack.plugins.plugin_utils.status.asked import since_problems
from ansible_collections.todo.stack.plugins.plugin_utils.status.screen import (
    ago,
    duration,
    log_line,
    screen,
)
from ansible_collections.todo.stack.plugins.plugin_utils.status.summary import summary, unreached
from ansible_collections.todo.stack.tests.unit.action.test_rollback_actions import going_back

NOW = datetime(2026, 1, 18, 13, 0, tzinfo=timezone.utc)
SETTINGS = {"Memory": 512_000_000, "NanoCpus": 10**9}


def running(contracts: Sequence[Contract], **changes: Any) -> Status:
    """Return a stack that runs its release 4, as it was released."""
    seen = going_back()
    pins, ids = seen.environment.pins, {c.service: c.image_id for c in seen.containers}
    current = replace(
        seen.release, references=pins, images=ids, began="2026-01-18T10:00:00+00:00",
        by="ops on laptop, process 7", commit="bbbb", accepted=44, schema="0005",
        one_shots={"migrate": "x"}, migrations=(),
    )  # fmt: skip
    earlier = replace(seen.releases[0], schema="0005")
    containers = tuple(
        replace(one, restarts=2 if one.service == "backend" else 0, settings=SETTINGS,
                health="healthy" if one.pid and one.state == "running" else "none",
                inside=Inside(uptime_seconds=7200.0))
        for one in seen.containers
    )  # fmt: skip
    images = tuple({"Size": 150_000_000, **one} for one in seen.images)
    told: dict[str, Any] = {
        "release": current, "releases": (earlier, current), "wanted": 4, "containers": containers,
        "images": images, "space": (Space("/var/lib/docker", 40 * 10**9, None, 100 * 10**9),),
        **changes.pop("seen", {}),
    }  # fmt: skip
    spec = StackSpec("todo", "/srv", contracts=tuple(contracts))
    usage = (Usage("todo-backend-1", 2.4, 85_000_000),)
    return replace(Status(replace(seen, **told), spec, usage), **changes)


def shown(status: Status) -> str:
    return "\n".join(screen(summary("web1", status, NOW, 365), NOW))


def test_the_screen_of_a_stack_that_is_well(contracts: Sequence[Contract]) -> None:
    assert shown(running(contracts)) == "\n".join(
        [
            "web1  todo",
            "  release   4, since 2026-01-18 10:00 UTC (3 h ago), commit bbbb, schema 0005",
            "            by ops on laptop, process 7",
            "  host      /var/lib/docker 40.0 of 100.0 GB free, 10000.0 MB memory available",
            "  accepted  44 checks passed when it was released",
            "  back to   2, of 2026-01-18 10:00 UTC (3 h ago), commit aaaa, schema 0005",
            "  drift     none: all is as it was released",
            "  backup    none yet",
            "  service   state             restarts  up   image  size      memory        cpu",
            "  postgres  running, healthy  0         2 h  p      150.0 MB",
            "  migrate   exited (0)        0         2 h  b      150.0 MB",
            "  backend   running, healthy  2         2 h  b      150.0 MB  85 of 512 MB  "
            "2 of 100 %",
            "  frontend  running, healthy  0         2 h  f      150.0 MB",
            "",
        ]
    )


def test_what_ends_soon_is_a_warning(contracts: Sequence[Contract]) -> None:
    status = running(contracts)
    environment = replace(
        status.seen.environment, secrets_since={"backend.BETTER_AUTH_SECRET": AT_FIRST}
    )
    images = ({"Id": "sha256:b", "Record": {"base_image": "localhost/todo-stack/python:3.9-slim"}},
              *status.seen.images[1:])  # fmt: skip
    seen = replace(status.seen, system="debian 10", environment=environment, images=images,
                   warnings=("a",))  # fmt: skip
    lines = shown(replace(status, seen=seen)).partition("  warning   ")[2].splitlines()
    starts = ["a", "python:3.9-slim is past", "this host's Debian 10 is past",
              "backend.BETTER_AUTH_SECRET is 2939 days old"]  # fmt: skip
    assert [line.strip()[: len(start)] for line, start in zip(lines, starts)] == starts


AT_FIRST = "2018-01-01T00:00:00+00:00"
AT = "2026-01-18T12:00:00+00:00"


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        (AuditEntry("rollback", "ops on laptop", "done", AT, 5, detail="to release 3"),
         "rollback 5 done 2026-01-18 12:00 UTC (60 min ago), by ops on laptop"),
        (AuditEntry("release", "ops on laptop", "began", AT, 5, detail="backend: recreate"),
         "release 5 began 2026-01-18 12:00 UTC (60 min ago), by ops on laptop"),
        (AuditEntry("removal", "ops on laptop", "refused", detail="not\nours" * 99),
         f"removal refused, by ops on laptop: {('not ours' * 99)[:160]}"),
    ],
)  # fmt: skip
def test_what_was_done_last_is_a_line_each(
    contracts: Sequence[Contract], entry: AuditEntry, line: str
) -> None:
    status = running(contracts, audit=(entry, entry))
    assert f"\n  audit     {line}\n            {line}\n" in shown(status)
    assert (
        json.loads(json.dumps(summary("web1", status, NOW, 365)))["audit"][0]["by"]
        == "ops on laptop"
    )


def test_the_data_is_json_and_has_what_the_screen_has(contracts: Sequence[Contract]) -> None:
    told = json.loads(json.dumps(summary("web1", running(contracts), NOW, 365)))
    assert (told["reached"], told["release"]["number"], told["drift"]) == (True, 4, [])
    [backend] = [one for one in told["services"] if one["service"] == "backend"]
    assert (backend["memory_bytes"], backend["memory_limit_bytes"]) == (85_000_000, 512_000_000)
    assert [(one["number"], one["possible"]) for one in told["back_to"]] == [(2, True)]


@pytest.mark.parametrize(
    ("seen", "line"),
    [
        ({"definition_current": False}, "  drift     host: write, compose.yaml changed"),
        ({"problem": "the engine is stopped", "services": (), "containers": ()},
         "  engine    the engine is stopped"),
        ({"space": tuple(Space(path, 10**9, None, 2 * 10**9) for path in ("/a", "/b"))},
         "  host      /a and /b 1.0 of 2.0 GB free, "),
        ({"warnings": ("a", "b")}, "  warning   a\n            b"),
        ({"release": ReleaseSeen(), "releases": ()}, "  release   none yet"),
        ({"release": ReleaseSeen(), "releases": ()}, "  drift     nothing was released yet"),
        ({"release": ReleaseSeen(5, failed=("backend.user",), accepted=7)},
         "  accepted  7 checks passed when it was released, failed: backend.user"),
        ({"release": ReleaseSeen(5, back_to=2)}, "  release   5, as 2"),
        ({"releases": (ReleaseSeen(3, damage="its files were not kept"),)},
         "  back to   3: not possible, its files were not kept"),
        ({"containers": ()}, "  backend   absent"),
        ({"containers": (Container("a", "todo-other-1", "other", state="paused"),)},
         "  other     paused"),
        ({"containers": (Container("a", "todo-backend-1", "backend", state="exited",
                                   exit_code=137),)}, "  backend   exited (137)"),
    ],
)  # fmt: skip
def test_what_is_not_well_has_its_line(
    contracts: Sequence[Contract], seen: dict[str, Any], line: str
) -> None:
    assert line in shown(running(contracts, seen=seen))


NEWEST = Backup(
    "20260118T120000Z-postgres", "x.dump", "2026-01-18T12:00:00+00:00", "todo", "postgres",
    bytes=12_000_000,
)  # fmt: skip
PROVEN = replace(
    NEWEST, name="20260117T120000Z-postgres", at="2026-01-17T12:00:00+00:00",
    proven="2026-01-18T12:59:00+00:00",
)  # fmt: skip
UNPROVEN = (
    "20260118T120000Z-postgres, 2026-01-18 12:00 UTC (60 min ago), 12.0 MB, "
    "never proven by a restore"
)
AS_PROOF = (
    "20260117T120000Z-postgres, 2026-01-17 12:00 UTC (25 h ago), 12.0 MB, "
    "restored as a proof 2026-01-18 12:59 UTC (60 s ago)"
)


@pytest.mark.parametrize(
    ("backups", "lines"),
    [
        ([], ["none yet"]),
        ([NEWEST], [UNPROVEN]),
        ([PROVEN], [AS_PROOF]),
        ([PROVEN, PROVEN], [AS_PROOF]),
        ([NEWEST, NEWEST, PROVEN, PROVEN], [UNPROVEN, AS_PROOF]),
        ([replace(NEWEST, problem="it is cut off")], [f"{UNPROVEN}, it is cut off"]),
    ],
)
def test_the_newest_backup_has_its_line_and_that_which_was_proven(
    contracts: Sequence[Contract], backups: list[Backup], lines: list[str]
) -> None:
    text = "\n            ".join(lines)
    assert f"  backup    {text}\n" in shown(running(contracts, backups=tuple(backups)))


def test_backups_are_told_as_data(contracts: Sequence[Contract]) -> None:
    made = replace(PROVEN, holding=Holding("0005"), recipient="age1x", release=3, why="asked for")
    [told] = summary("web1", running(contracts, backups=(made,)), NOW, 365)["backups"]
    assert told == {
        "name": made.name, "service": "postgres", "at": made.at, "why": "asked for", "release": 3,
        "bytes": made.bytes, "proven": made.proven, "problem": "", "schema": "0005",
        "encrypted": True,
    }  # fmt: skip


def test_a_host_that_cannot_be_reached_is_a_row() -> None:
    told = unreached("web2", "ssh: connect to host web2\n port 22: No route to host")
    assert screen(told, NOW) == [
        "web2  cannot be reached: ssh: connect to host web2 port 22: No route to host", ""
    ]  # fmt: skip


def test_a_host_without_an_engine_has_its_screen(contracts: Sequence[Contract]) -> None:
    bare = Seen("todo", EngineState("absent"), problem="there is no docker command on this host")
    status = Status(bare, StackSpec("todo", "/srv", contracts=tuple(contracts)))
    assert "  engine    there is no docker command on this host" in shown(status)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(-3, "0 s"), (0, "0 s"), (119, "119 s"), (120, "2 min"), (7199, "120 min"), (7200, "2 h"),
     (172_799, "48 h"), (172_800, "2 d"), (8_640_000, "100 d")],
)  # fmt: skip
def test_a_duration_in_the_largest_unit_that_says_enough(seconds: float, told: str) -> None:
    assert duration(seconds) == told


@pytest.mark.parametrize("text", ["", "yesterday", "2026-01-18T10:00:00"])
def test_a_time_that_is_none_is_left_out(text: str) -> None:
    assert ago(text, NOW) == ""


def test_a_line_of_a_log_has_its_time_its_host_and_its_service() -> None:
    row = {"at": "2026-01-18T10:00:00.123456789Z", "service": "backend", "text": "a  b"}
    assert log_line("web1", row) == "2026-01-18T10:00:00.123  web1  backend  a  b"


@pytest.mark.parametrize(
    ("since", "good"),
    [
        *((one, True) for one in ("", "10m", "2h30m", "1.5h", "90s", "release:12", "2026-01-18",
                                  "2026-01-18T10:00", "2026-01-18T10:00:00.5Z",
                                  "2026-01-18T10:00:00+01:00")),
        *((one, False) for one in ("10", "m", "10 m", "-10m", "1d", "release:", "release:x",
                                   "release:-1", "yesterday", "2026-13-01", "2026-01-18 10:00",
                                   "20260118", "--tail", "10m; ls", "10m\n")),
    ],
)  # fmt: skip
def test_a_time_from_which_on_logs_are_wanted(since: str, good: bool) -> None:
    assert [one.where for one in since_problems(since, 1)] == ([] if good else ["stack_since"])


@pytest.mark.parametrize(("lines", "good"), [(1, True), (10**6, True), (0, False), (-1, False)])
def test_a_number_of_lines(lines: int, good: bool) -> None:
    assert [one.where for one in since_problems("", lines)] == ([] if good else ["stack_lines"])
