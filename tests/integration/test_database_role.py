"""The embedded database's role is no superuser, in a new volume and in one from before."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from ansible_collections.todo.stack.plugins.module_utils.release.database import Change, statement
from ansible_collections.todo.stack.tests.integration.conftest import DOCKER, ROOT

pytestmark = pytest.mark.engine

IMAGE = "localhost/todo-stack/postgres:17"
# As the service stood when its role made the cluster.
BEFORE = {
    "command": ["postgres"],
    "environment": {"POSTGRES_USER": "todo"},
    "healthcheck": {"test": ["CMD", "pg_isready", "-q", "-h", "127.0.0.1", "-U", "todo"]},
}
MADE_BEFORE = """
CREATE EXTENSION pg_trgm;
CREATE TYPE priority AS ENUM ('low', 'high');
CREATE TABLE tasks (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text, priority priority);
CREATE INDEX ON tasks USING gin (title gin_trgm_ops);
CREATE FUNCTION one() RETURNS int LANGUAGE sql RETURN 1;
INSERT INTO tasks (title) VALUES ('kept');
"""  # noqa: E501
SUPERUSERS = "SELECT string_agg(rolname, ' ') FROM pg_roles WHERE rolsuper"
OWNED_BY_OTHERS = """
SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace
  AND relkind IN ('r', 'S', 'i') AND relowner <> 'todo'::regrole
"""


@dataclass(frozen=True)
class Database:
    """The product's service `postgres`, in a project of its own."""

    folder: Path
    project: str

    def compose(self, *args: str, before: bool = False, data: str = "") -> tuple[int, str]:
        files = ["-f", "compose.yaml", *(("-f", "before.json") if before else ())]
        done = subprocess.run(
            [DOCKER, "compose", "-p", self.project, *files, *args],
            cwd=self.folder, input=data, capture_output=True, text=True, check=False,
            env={**os.environ, "POSTGRES_IMAGE": IMAGE},
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    def up(self, *, before: bool = False) -> None:
        code, out = self.compose("up", "--wait", "postgres", before=before)
        assert code == 0, out + self.compose("logs", "postgres")[1]

    def sql(self, sql: str, *, role: str = "todo") -> str:
        """Return what is answered through the container's own socket, as text."""
        psql = ("exec", "-T", "postgres", "psql", "-AtqX", "-v", "ON_ERROR_STOP=1")
        code, out = self.compose(*psql, "-U", role, "-d", "todo", data=sql)
        assert code == 0, out
        return out.strip()

    def lets_in(self, role: str, password: str) -> bool:
        """Tell whether the password opens the database to other containers."""
        code, out = self.compose(
            "run", "--rm", "--no-deps", "-T", "--entrypoint", "psql", "-e",
            f"PGPASSWORD={password}", "postgres",
            "-AtX", "-h", "postgres", "-U", role, "-d", "todo", "-c", "SELECT 1",
        )  # fmt: skip
        assert code == 0 or "password authentication failed" in out, out
        return code == 0


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    shutil.copy(ROOT / "compose.yaml", tmp_path)
    (tmp_path / "before.json").write_text(json.dumps({"services": {"postgres": BEFORE}}))
    made = Database(tmp_path, f"todo-role-{os.getpid()}")
    yield made
    made.compose("down", "--volumes", "--timeout", "0")


def assert_least(database: Database, password: str) -> None:
    assert database.sql(SUPERUSERS) == "postgres"
    assert database.sql(OWNED_BY_OTHERS) == "0"
    assert database.lets_in("todo", password)
    assert not database.lets_in("todo", "another")
    assert not database.lets_in("postgres", password)


@pytest.mark.parametrize("before", [False, True])
def test_the_applications_role_owns_its_database_and_nothing_else(
    database: Database, before: bool
) -> None:
    if before:
        database.up(before=True)
        database.sql(MADE_BEFORE)
        database.compose("down")
    database.up()
    if not before:
        database.sql(MADE_BEFORE)
    assert_least(database, "todo")
    # It can go on with its migrations, and back to the version before.
    database.sql("ALTER TABLE tasks ADD note text; DROP FUNCTION one; CREATE EXTENSION unaccent")
    database.up(before=True)
    assert database.lets_in("todo", "todo")
    database.up()
    database.sql("ALTER TYPE priority ADD VALUE 'huge'; INSERT INTO tasks (title) VALUES ('new')")
    assert database.sql("SELECT string_agg(title, ' ') FROM tasks") == "kept new"


def test_a_new_password_is_taken_and_kept_over_a_restart(database: Database) -> None:
    database.up()
    database.sql(statement(Change("postgres", "postgres", "todo", "todo", "n'e\\w")))
    database.compose("restart", "postgres")
    database.up()
    assert_least(database, "n'e\\w")
