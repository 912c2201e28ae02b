"""Whether the database can be used, and by this version."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from app.database.sessions import Database, DatabaseUnavailableError

MIGRATIONS = Path(__file__).parents[2] / "migrations" / "versions"
_REVISION = re.compile(r"[0-9]{4}")
_COMPATIBLE = re.compile(r"^backward_compatible = True$", re.MULTILINE)


@dataclass(frozen=True)
class Migration:
    """A migration; `backward_compatible`: the code of before it runs on the schema after it."""

    revision: str
    backward_compatible: bool


@dataclass(frozen=True)
class Ready:
    """The database can be used; `schema` is the revision that it is at."""

    schema: str


@dataclass(frozen=True)
class Unready:
    """What is missing for work to be done; `schema` is the older revision that is there, if any."""

    dependency: Literal["database", "migrations"]
    schema: str | None = None


def newest_revision() -> str:
    """Return the newest revision among the migrations shipped with this version.

    Read from the files' names, which count up: importing Alembic would take a sixth of the start.
    """
    return max(path.name.partition("_")[0] for path in MIGRATIONS.glob("*.py"))


def shipped_migrations() -> list[Migration]:
    """Return the migrations shipped with this version, the newest first."""
    files = sorted(MIGRATIONS.glob("*.py"), reverse=True)
    return [
        Migration(one.name.partition("_")[0], _COMPATIBLE.search(one.read_text()) is not None)
        for one in files
    ]


def is_newer(applied: str) -> bool:
    """Tell whether a newer version has migrated the database."""
    return _REVISION.fullmatch(applied) is not None and applied > newest_revision()


async def readiness(database: Database, needed: str) -> Ready | Unready:
    """Ask the database. It is ready, too, where a newer version has migrated it."""
    try:
        async with database.session() as session:
            applied = await session.scalar(text("SELECT version_num FROM alembic_version"))
    except DatabaseUnavailableError:
        return Unready("database")
    except ProgrammingError:
        return Unready("migrations")
    if applied is None or not _REVISION.fullmatch(applied):
        return Unready("migrations")
    if applied < needed:
        return Unready("migrations", applied)
    return Ready(applied)
