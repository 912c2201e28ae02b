"""How Alembic reaches the database: the service's own settings and driver, one run at a time."""

import asyncio
import logging
import time

from alembic import context
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.schema import CreateSchema

from app import allowances as _allowances  # noqa: F401  its table belongs to Base.metadata
from app.database.address import UnusableCertificateError, read_address
from app.database.models import Base
from app.database.readiness import is_newer
from app.database.sessions import is_unavailable, name_of_cause, open_engine, sqlstate
from app.logs import configure_logging
from app.settings import SettingsRefusedError, load_settings
from app.tasks import models as _tasks  # noqa: F401  its table and that of accounts, too

logger = logging.getLogger("alembic.env")

WAIT_SECONDS = 30
PAUSE_SECONDS = 1
# Classes of SQLSTATE that waiting does not mend: who may come in, and to which database.
REFUSALS = ("28", "3D")
# Any number, as long as every run takes the same one.
LOCK = 7_203_117
# What lies under it, in words that name no part of the address.
WORDS = {
    "gaierror": "nobody knows the name of its host",
    "ConnectionRefusedError": "nothing listens at its port",
    "TimeoutError": "it does not answer",
}


def run(connection: Connection, schema: str | None) -> None:
    """Apply what is asked in one transaction; a second run at the same time waits."""
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        # IF NOT EXISTS asks for the right to make one even where there is nothing to make.
        if schema is not None and not inspect(connection).has_schema(schema):
            connection.execute(CreateSchema(schema))
        applied = MigrationContext.configure(connection).get_current_revision()
        if applied is not None and is_newer(applied) and to_newest():
            # After a rollback: a newer version's schema is there, on which this one runs.
            logger.info("the schema is newer than this version's, and left as it is")
            return
        context.run_migrations()


def to_newest() -> bool:
    """Tell whether the command is `upgrade head`."""
    return getattr(context.config.cmd_opts, "revision", "") == "head"


async def connected(engine: AsyncEngine) -> AsyncConnection:
    """Connect, waiting a while for a database that is still starting or waking up."""
    give_up = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return await engine.connect()
        except Exception as error:
            if not is_unavailable(error):
                raise
            if sqlstate(error).startswith(REFUSALS) or time.monotonic() >= give_up:
                cause = name_of_cause(error)
                said = f"database unavailable: {cause}"
                if words := WORDS.get(cause):
                    said += f", {words}: look at DATABASE_URL"
                raise CommandError(said) from None
        await asyncio.sleep(PAUSE_SECONDS)


async def migrate() -> None:
    """Run Alembic's command against the database of the settings."""
    try:
        settings = load_settings()
    except SettingsRefusedError as error:
        raise CommandError(str(error)) from None
    address = read_address(settings.database_url.get_secret_value())
    try:
        engine = open_engine(address, command_seconds=None)
    except UnusableCertificateError as error:
        raise CommandError(f"DATABASE_URL: {error}") from None
    try:
        connection = await connected(engine)
        try:
            await connection.run_sync(run, address.schema)
        finally:
            await connection.close()
    finally:
        await engine.dispose()


if context.is_offline_mode():
    raise CommandError("offline mode (--sql) is not supported")
configure_logging()
asyncio.run(migrate())
