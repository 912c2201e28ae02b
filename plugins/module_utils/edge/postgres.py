"""The one edge to a PostgreSQL server in a container: asked, dumped and filled by its own tools.

They are of the server's own version, and reach it through its own socket, without a password.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from ansible_collections.todo.stack.plugins.module_utils.contract.backup import Holding, Table
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli, last_line

# Not the database of the stack, which may bear any other name, `postgres` too.
_MAINTENANCE = "template1"
# The role of the stack need not be the one that made the cluster, and may make no databases.
_MAKER = "SELECT rolname FROM pg_roles WHERE oid = 10;"
# A row's text must not depend on how the server, the role or the database is set up.
_AS_TEXT = """\
SET search_path = pg_catalog; SET client_encoding = 'UTF8'; SET "TimeZone" = 'UTC';
SET "DateStyle" = 'ISO, YMD'; SET "IntervalStyle" = 'postgres'; SET extra_float_digits = 1;
SET bytea_output = 'hex'; SET statement_timeout = 0; SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
"""
# One statement for each table is made, then run. The sum of 64 bits of each row's digest is the
# same in whatever order rows lie.
_TABLES = r"""
SELECT format(
  'SELECT json_build_object(''table'', %L, ''rows'', count(*), ''checksum'', coalesce(sum((''x'''
  ' || left(encode(sha256(convert_to(t::text, ''UTF8'')), ''hex''), 16))::bit(64)::bigint), 0)'
  '::text)::text FROM %I.%I AS t', n.nspname || '.' || c.relname, n.nspname, c.relname)
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass
                  AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1 \gexec
"""
_END = "todo-stack-end-of-answer"


@dataclass(frozen=True)
class Postgres:
    """A ``database`` of the server in a running ``container``, asked as ``role``.

    ``revision``: the statement that tells its schema's revision, "" where none does.
    """

    docker: DockerCli
    container: str
    role: str
    database: str
    revision: str = ""

    def ask(self, sql: str, database: str = "") -> list[str]:
        """Return the rows that statements answer, as text; raise StackError if one fails."""
        return self._asked(sql, database or self.database, self.role)

    def manage(self, sql: str) -> list[str]:
        """Return the same of statements about databases, as the role that made the cluster."""
        [maker] = self._asked(_MAKER, _MAINTENANCE, self.role)
        return self._asked(sql, _MAINTENANCE, maker)

    def _asked(self, sql: str, database: str, role: str) -> list[str]:
        argv = ["docker", *self._psql(database, role)]
        # Over standard input: arguments of a process can be read by others.
        code, out, err = self.docker.run(argv, data=sql)
        if code != 0:
            said = last_line(err) or f"psql ended with code {code}"
            raise StackError(said, where=database)
        return out.splitlines()

    def holding(self, database: str = "") -> Holding:
        """Return what a database of the server holds now."""
        begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\n"
        return read_holding(self.ask(begin + holding_sql(self.revision) + "COMMIT;\n", database))

    def size_bytes(self) -> int:
        """Return what the database takes on the server's disk."""
        return int(self.ask("SELECT pg_database_size(current_database());")[0])

    def server(self) -> str:
        """Return the server's version, such as ``17.6``."""
        return self.ask("SHOW server_version;")[0].split()[0]

    def databases(self) -> list[str]:
        """Return the names of the server's databases."""
        return self.manage("SELECT datname FROM pg_database ORDER BY 1;")

    def drop(self, name: str) -> None:
        """Have no database of this name, whoever is connected to it."""
        self.manage(f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE);")

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Hold one view of the database, whatever is written meanwhile."""
        argv = ["docker", *self._psql(self.database, self.role)]
        with subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            encoding="utf-8", errors="replace",
        ) as process:  # fmt: skip
            conversation = _Conversation(process)
            try:
                begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
                [name] = conversation.ask(f"{begin}\nSELECT pg_export_snapshot();\n")
                yield Snapshot(name, conversation, self.revision)
            finally:
                process.kill()
                with suppress(BrokenPipeError):  # what it was still to be told, once it has ended
                    conversation.process.stdin.close()  # type: ignore[union-attr]

    def dump_argv(self, snapshot: str) -> list[str]:
        """Return the command that puts out the database as a snapshot shows it, compressed."""
        return [
            "docker", "exec", self.container, "pg_dump", "--format=custom", "--no-password",
            f"--snapshot={snapshot}", f"--username={self.role}", f"--dbname={self.database}",
        ]  # fmt: skip

    def fill_argv(self, database: str = "") -> list[str]:
        """Return the command that fills an empty database with the dump that it is given.

        All of it is the role's then: the server that it was taken from may have had other roles.
        """
        return [
            "docker", "exec", "--interactive", self.container, "pg_restore",
            "--single-transaction", "--no-owner", "--no-password", f"--username={self.role}",
            f"--dbname={database or self.database}",
        ]  # fmt: skip

    def ready_argv(self) -> list[str]:
        """Return the docker arguments that tell whether the server takes connections.

        While it is set up, it listens on its socket alone: only TCP tells that it is done.
        """
        return [
            "exec", self.container, "pg_isready", "--quiet", "--host=127.0.0.1",
            f"--username={self.role}", f"--dbname={self.database}",
        ]  # fmt: skip

    def _psql(self, database: str, role: str) -> list[str]:
        return [
            "exec", "--interactive", self.container, "psql", "--no-psqlrc", "--quiet",
            "--no-align", "--tuples-only", "--no-password", "--set=ON_ERROR_STOP=1",
            f"--username={role}", f"--dbname={database}",
        ]  # fmt: skip


@dataclass
class _Conversation:
    """A psql that is told statements, one answer after the other."""

    process: subprocess.Popen[str]

    def ask(self, sql: str) -> list[str]:
        stdin, stdout, stderr = self.process.stdin, self.process.stdout, self.process.stderr
        assert stdin and stdout and stderr  # noqa: S101 - all are pipes
        try:
            stdin.write(f"{sql}\n\\echo {_END}\n")
            stdin.flush()
        except BrokenPipeError:  # why it has ended, it says itself
            pass
        rows: list[str] = []
        for line in stdout:
            if line.rstrip("\n") == _END:
                return rows
            rows.append(line.rstrip("\n"))
        raise StackError(last_line(stderr.read()) or "psql ended", where="the database")


@dataclass(frozen=True)
class Snapshot:
    """One view of a database that is being held; ``name``: as pg_dump takes it."""

    name: str
    conversation: _Conversation
    revision: str

    def holding(self) -> Holding:
        """Return what the database holds in this view."""
        return read_holding(self.conversation.ask(holding_sql(self.revision)))


def holding_sql(revision: str) -> str:
    """Return the statements that tell what a database holds, within a transaction.

    A schema that was never made has no revision: that statement may fail.
    """
    asked = ""
    if revision:
        told = f"SELECT json_build_object('revision', (SELECT string_agg(r::text, ',') FROM ({revision}) AS t(r)))::text;"  # noqa: E501,S608 - the contract's own statement
        asked = f"SAVEPOINT asked;\n\\set ON_ERROR_STOP 0\n{told}\n"
        asked += "ROLLBACK TO asked;\n\\set ON_ERROR_STOP 1\n"
    return asked + _AS_TEXT + _TABLES


def read_holding(rows: Sequence[str]) -> Holding:
    """Return what the answers to `holding_sql` tell."""
    told = [json.loads(row) for row in rows if row.startswith("{")]
    revision = [str(one["revision"] or "") for one in told if "revision" in one]
    return Holding(
        revision=revision[0] if revision else "",
        tables={
            str(one["table"]): Table(int(one["rows"]), str(one["checksum"]))
            for one in told
            if "table" in one
        },
    )


def quoted(name: str) -> str:
    """Return a name as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"
