"""The one-shot step that runs before the service."""

from concurrent.futures import ThreadPoolExecutor

import asyncpg
from alembic.config import Config
from alembic.script import ScriptDirectory

from app.database.readiness import newest_revision

from .conftest import BACKEND, execute, run_alembic, serving
from .people import signed_up


def test_migrations_make_exactly_what_the_models_describe(migrated_url: str) -> None:
    done = run_alembic(migrated_url, "check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_service_and_alembic_name_the_same_newest_migration() -> None:
    heads = ScriptDirectory.from_config(Config(BACKEND / "alembic.ini")).get_heads()
    assert heads == [newest_revision()]


def test_migrations_can_be_taken_back_and_applied_again(empty_url: str) -> None:
    for step in (("upgrade", "head"), ("downgrade", "base"), ("upgrade", "head")):
        done = run_alembic(empty_url, *step)
        assert done.returncode == 0, done.stdout + done.stderr


async def test_tasks_outlive_every_migration_and_its_way_back(empty_url: str) -> None:
    run_alembic(empty_url, "upgrade", "0001").check_returncode()
    await execute(empty_url, "INSERT INTO tasks (title, done) VALUES ('old', true)")
    for step in (("upgrade", "head"), ("downgrade", "0001"), ("upgrade", "head")):
        run_alembic(empty_url, *step).check_returncode()
        connection = await asyncpg.connect(empty_url)
        kept = await connection.fetch("SELECT title, done FROM tasks")
        # What the version before this one does while it still runs beside the new tables.
        await connection.execute("INSERT INTO tasks (title) VALUES ('meanwhile')")
        await connection.execute("DELETE FROM tasks WHERE title = 'meanwhile'")
        await connection.close()
        assert [tuple(task) for task in kept] == [("old", True)]


def test_several_runs_at_once_apply_each_migration_once(empty_url: str) -> None:
    with ThreadPoolExecutor() as pool:
        runs = list(pool.map(lambda _: run_alembic(empty_url, "upgrade", "head"), range(4)))
    assert [run.returncode for run in runs] == [0, 0, 0, 0]
    assert run_alembic(empty_url, "check").returncode == 0


async def test_a_schema_of_its_own_is_made_and_nothing_else_is_touched(empty_url: str) -> None:
    await execute(empty_url, "CREATE EXTENSION pg_trgm")
    for _ in range(2):
        done = run_alembic(f"{empty_url}?schema=shop", "upgrade", "head")
        assert done.returncode == 0, done.stdout + done.stderr
    connection = await asyncpg.connect(empty_url)
    made = await connection.fetch(
        "SELECT DISTINCT schemaname FROM pg_tables WHERE tablename IN ('tasks', 'alembic_version')"
    )
    await connection.close()
    assert [row["schemaname"] for row in made] == ["shop"]
    async with serving(f"{empty_url}?schema=shop") as client:
        assert (await client.get("/ready")).status_code == 200
        assert (await signed_up(client, "ada"))["user"]["name"] == "Ada"


def test_a_refused_address_is_one_line_that_does_not_quote_it() -> None:
    done = run_alembic("postgresql://owner:s3cr@db:54x2/todo", "upgrade", "head")
    assert done.returncode != 0
    shown = done.stdout + done.stderr
    assert "DATABASE_URL: has a bad port" in shown
    assert "s3cr" not in shown
    assert "Traceback" not in shown


def test_a_wrong_password_ends_without_showing_the_address(migrated_url: str) -> None:
    scheme, _, rest = migrated_url.partition("://")
    wrong = f"{scheme}://todo:s3cr@{rest.partition('@')[2]}"
    done = run_alembic(wrong, "upgrade", "head")
    assert done.returncode != 0
    shown = done.stdout + done.stderr
    assert "database unavailable: InvalidPasswordError" in shown
    assert "s3cr" not in shown
    assert "Traceback" not in shown
