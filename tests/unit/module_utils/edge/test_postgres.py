"""A PostgreSQL in a container: what it is asked, and one view held while it is dumped."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.backup import Holding, Table
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.postgres import (
    Postgres,
    holding_sql,
    literal,
    quoted,
    read_holding,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.process import run
from ansible_collections.todo.stack.tests.unit.fakes import FakeDocker

ROWS = [
    '{"revision" : "0004"}',
    '{"table" : "public.tasks", "rows" : 3, "checksum" : "-17"}',
    '{"table" : "public.a\\nb", "rows" : 0, "checksum" : "0"}',
]
HOLDING = Holding("0004", {"public.tasks": Table(3, "-17"), "public.a\nb": Table(0, "0")})
# A psql that answers as it is told, and ends where a statement says so.
PSQL = r"""#!/bin/sh
echo "$@" > "$FAKE_DIR/argv"
while IFS= read -r line; do
  echo "$line" >> "$FAKE_DIR/asked"
  case "$line" in
    "\\echo "*) echo "${line#* }" ;;
    *pg_export_snapshot*) echo "00000003-0000001B-1" ;;
    *gexec*) cat "$FAKE_DIR/rows" ;;
    *broken*) echo "ERROR: it is broken" >&2; exit 3 ;;
  esac
done
touch "$FAKE_DIR/ended"
"""


def postgres(docker: object = None, revision: str = "SELECT v FROM r") -> Postgres:
    return Postgres(DockerCli(docker or run), "todo-postgres-1", "to do", "tasks", revision)  # type: ignore[arg-type]


@pytest.fixture
def psql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a docker whose psql notes what it is asked."""
    program = tmp_path / "bin/docker"
    program.parent.mkdir()
    program.write_text(PSQL)
    program.chmod(0o755)
    (tmp_path / "rows").write_text("\n".join(ROWS) + "\n")
    monkeypatch.setenv("FAKE_DIR", str(tmp_path))
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return tmp_path


def test_one_view_is_held_for_the_dump_and_the_counting(psql: Path) -> None:
    with postgres().snapshot() as snapshot:
        assert snapshot.name == "00000003-0000001B-1"
        assert snapshot.holding() == HOLDING
        asked = (psql / "asked").read_text()
        assert asked.startswith("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\n")
        assert "COMMIT" not in asked
        assert not (psql / "ended").exists()
    argv = (psql / "argv").read_text().split()
    assert argv[:4] == ["exec", "--interactive", "todo-postgres-1", "psql"]


def test_a_statement_that_fails_in_the_view_is_told(psql: Path) -> None:
    with postgres(revision="broken").snapshot() as snapshot:
        with pytest.raises(StackError, match="ERROR: it is broken"):
            snapshot.holding()
        with pytest.raises(StackError):
            snapshot.holding()


def test_what_it_holds_is_asked_in_one_view_too(psql: Path) -> None:
    assert postgres().holding() == HOLDING
    assert postgres().holding("other") == HOLDING
    assert "--dbname=other" in (psql / "argv").read_text()


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (ROWS, HOLDING),
        (ROWS[1:], Holding("", HOLDING.tables)),
        (['{"revision" : null}'], Holding()),
        (["SET", "", "BEGIN", *ROWS], HOLDING),
        ([], Holding()),
    ],
    ids=["whole", "without a revision", "empty", "with other words", "nothing"],
)
def test_answers_are_read(rows: list[str], expected: Holding) -> None:
    assert read_holding(rows) == expected


def test_a_schema_without_a_revision_is_not_asked_for_one() -> None:
    assert "revision" not in holding_sql("")
    assert "(SELECT v FROM r)" in holding_sql("SELECT v FROM r")


def test_a_rows_text_depends_on_no_setting() -> None:
    sql = holding_sql("")
    for name in ("TimeZone", "DateStyle", "IntervalStyle", "extra_float_digits", "bytea_output"):
        assert sql.index(name) < sql.index("gexec")


@pytest.mark.parametrize(
    ("name", "identifier", "text"),
    [("tasks", '"tasks"', "'tasks'"), ('a"b', '"a""b"', "'a\"b'"), ("a'b", '"a\'b"', "'a''b'")],
)
def test_names_are_quoted(name: str, identifier: str, text: str) -> None:
    assert (quoted(name), literal(name)) == (identifier, text)


def test_dumps_are_taken_from_the_view_and_filled_in_whole_or_not_at_all() -> None:
    dump, fill = postgres().dump_argv("0-1"), postgres().fill_argv("side")
    assert dump[:4] == ["docker", "exec", "todo-postgres-1", "pg_dump"]
    assert {"--format=custom", "--snapshot=0-1", "--dbname=tasks"} <= set(dump)
    assert fill[:4] == ["docker", "exec", "--interactive", "todo-postgres-1"]
    assert {"--single-transaction", "--no-owner", "--dbname=side", "--username=to do"} <= set(fill)
    assert "--host=127.0.0.1" in postgres().ready_argv()


def test_the_server_is_asked_for_its_size_version_and_databases() -> None:
    answers = {
        "--username=to do --dbname=template1": "maker\n",
        "--username=maker --dbname=template1": "postgres\ntasks\n",
        "exec": "17.6 (Debian 17.6-1)\n",
    }
    asked = FakeDocker(answers)
    assert postgres(asked).server() == "17.6"
    assert postgres(asked).databases() == ["postgres", "tasks"]
    assert postgres(FakeDocker({"exec": "4096\n"})).size_bytes() == 4096


def test_what_the_server_refuses_is_told() -> None:
    with pytest.raises(StackError, match="FATAL: it is starting up") as caught:
        postgres(FakeDocker({"exec": (2, "", "a\nFATAL: it is starting up\n")})).ask("SELECT 1;")
    assert caught.value.where == "tasks"
