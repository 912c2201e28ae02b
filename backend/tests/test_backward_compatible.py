"""A migration that says so is one on whose schema the code of before it runs."""

import re
from dataclasses import dataclass, field

import asyncpg
import pytest

from app.database.readiness import MIGRATIONS, shipped_migrations

from .conftest import execute, run_alembic

COLUMNS = """
SELECT table_name, column_name, data_type || coalesce(character_maximum_length::text, '') AS type,
  is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO' AND is_generated = 'NEVER'
  AS demanded
FROM information_schema.columns WHERE table_schema = 'public'
"""
# Each rule of a table with its columns: constraints, and indexes that allow a value only once.
RULES = """
SELECT conrelid::regclass::text AS table_name, pg_get_constraintdef(c.oid) AS rule,
  ARRAY(SELECT attname FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY(conkey))::text[]
  AS names
FROM pg_constraint c WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f', 'u', 'x')
UNION ALL
SELECT indrelid::regclass::text, pg_get_indexdef(indexrelid),
  ARRAY(SELECT attname FROM pg_attribute WHERE attrelid = indrelid AND attnum = ANY(indkey))::text[]
FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
WHERE indisunique AND NOT indisprimary AND relnamespace = 'public'::regnamespace
"""


@dataclass(frozen=True)
class Schema:
    """Columns by table and name, each its type and whether an INSERT has to give it; and rules."""

    columns: dict[tuple[str, str], tuple[str, bool]]
    rules: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    @property
    def tables(self) -> set[str]:
        return {table for table, _ in self.columns}


async def schema_of(connection: "asyncpg.Connection[asyncpg.Record]") -> Schema:
    """Return the schema that a database has."""
    columns, rules = await connection.fetch(COLUMNS), await connection.fetch(RULES)
    return Schema(
        {(r["table_name"], r["column_name"]): (r["type"], r["demanded"]) for r in columns},
        {(r["table_name"], r["rule"]): frozenset(r["names"]) for r in rules},
    )


def broken(before: Schema, after: Schema) -> list[str]:
    """Return what code that knows the schema before would stumble over in the one after."""
    found = [
        f"{table}.{name} is gone or another"
        for (table, name), (kind, _) in before.columns.items()
        if after.columns.get((table, name), ("",))[0] != kind
    ]
    found += [
        f"{table}.{name} must be given"
        for (table, name), (_, demanded) in after.columns.items()
        if table in before.tables
        and demanded
        and not before.columns.get((table, name), ("", False))[1]
    ]
    for (table, rule), names in after.rules.items():
        own = {name for where, name in before.columns if where == table}
        # A rule on new columns alone holds for code that does not write them.
        if (table, rule) not in before.rules and (names & own or (not names and own)):
            found.append(f"{table} has a new rule: {rule}")
    return found


def test_every_migration_says_whether_it_is_backward_compatible() -> None:
    for file in MIGRATIONS.glob("*.py"):
        said = re.findall(r"^backward_compatible = (?:True|False)$", file.read_text(), re.MULTILINE)
        assert len(said) == 1, file.name


async def test_code_of_before_runs_on_what_says_that_it_is_backward_compatible(
    empty_url: str,
) -> None:
    connection = await asyncpg.connect(empty_url)
    before = await schema_of(connection)
    for one in reversed(shipped_migrations()):
        run_alembic(empty_url, "upgrade", one.revision).check_returncode()
        after = await schema_of(connection)
        if one.backward_compatible:
            assert broken(before, after) == [], one.revision
        before = after
    await connection.close()


async def broken_by(url: str, statement: str) -> list[str]:
    """Return what a statement would break, and take it back."""
    connection = await asyncpg.connect(url)
    change = connection.transaction()
    await change.start()
    # A number like that of a user, to be made a rule of.
    await connection.execute("ALTER TABLE uses ALTER COLUMN used TYPE bigint")
    before = await schema_of(connection)
    await connection.execute(statement)
    found = broken(before, await schema_of(connection))
    await change.rollback()
    await connection.close()
    return found


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE uses",
        "ALTER TABLE uses RENAME TO used",
        "ALTER TABLE tasks DROP COLUMN due_date CASCADE",
        "ALTER TABLE tasks RENAME COLUMN done TO finished",
        "ALTER TABLE users ALTER COLUMN name TYPE varchar(200)",
        "ALTER TABLE tasks ADD COLUMN place text NOT NULL",
        "ALTER TABLE tasks ALTER COLUMN due_date SET NOT NULL",
        "ALTER TABLE tasks ALTER COLUMN priority DROP DEFAULT",
        "ALTER TABLE tasks ADD CHECK (title <> 'no')",
        "ALTER TABLE tasks ADD UNIQUE (user_id, title)",
        "CREATE UNIQUE INDEX ON users (name)",
        "CREATE UNIQUE INDEX ON users (lower(name))",
        "ALTER TABLE uses ADD FOREIGN KEY (used) REFERENCES users",
    ],
)
async def test_what_breaks_the_code_of_before_is_seen(database_url: str, statement: str) -> None:
    assert await broken_by(database_url, statement) != []


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE places (id bigint PRIMARY KEY, name text NOT NULL UNIQUE)",
        "ALTER TABLE tasks ADD COLUMN place text",
        "ALTER TABLE tasks ADD COLUMN place text NOT NULL DEFAULT ''",
        "ALTER TABLE tasks ADD COLUMN place text NOT NULL GENERATED ALWAYS AS (title) STORED",
        "ALTER TABLE tasks ADD COLUMN place bigint REFERENCES users",
        "ALTER TABLE tasks ADD COLUMN place bigint UNIQUE",
        "ALTER TABLE tasks ALTER COLUMN updated_at DROP NOT NULL",
        "CREATE INDEX ON tasks (updated_at)",
    ],
)
async def test_what_the_code_of_before_does_not_notice_is_none(
    database_url: str, statement: str
) -> None:
    assert await broken_by(database_url, statement) == []


async def test_older_code_leaves_the_schema_of_a_newer_version_as_it_is(empty_url: str) -> None:
    run_alembic(empty_url, "upgrade", "head").check_returncode()
    await execute(empty_url, "UPDATE alembic_version SET version_num = '9999'")
    done = run_alembic(empty_url, "upgrade", "head")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "newer than this version's" in done.stdout + done.stderr
    connection = await asyncpg.connect(empty_url)
    assert await connection.fetchval("SELECT version_num FROM alembic_version") == "9999"
    await connection.close()
    for command in (("downgrade", "0004"), ("check",)):
        assert run_alembic(empty_url, *command).returncode != 0, command
    await execute(empty_url, "UPDATE alembic_version SET version_num = 'other'")
    assert run_alembic(empty_url, "upgrade", "head").returncode != 0
