"""Whether the database can be used, and by this version."""

from pathlib import Path
from typing import Literal

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from app.database.sessions import Database, DatabaseUnavailableError

ALEMBIC_INI = Path(__file__).parents[2] / "alembic.ini"

Dependency = Literal["database", "migrations"]


def expected_revisions() -> frozenset[str]:
    """Return the newest revisions among the migrations shipped with this version."""
    return frozenset(ScriptDirectory.from_config(Config(ALEMBIC_INI)).get_heads())


async def failing_dependency(database: Database, expected: frozenset[str]) -> Dependency | None:
    """Name what is missing for work to be done, None where nothing is."""
    try:
        async with database.session() as session:
            applied = await session.scalars(text("SELECT version_num FROM alembic_version"))
            return None if frozenset(applied) == expected else "migrations"
    except DatabaseUnavailableError:
        return "database"
    except ProgrammingError:
        return "migrations"
