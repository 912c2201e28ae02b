"""The application, made from settings; importing this makes nothing."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from app import __version__, health
from app.body_limit import BodyLimit
from app.database.address import read_address
from app.database.readiness import expected_revisions
from app.database.sessions import Database
from app.envelope import Envelope
from app.errors import add_error_handlers
from app.logs import configure_logging
from app.settings import Settings, SettingsRefusedError, load_settings
from app.tasks import routes as tasks

MAX_BODY_BYTES = 64 * 1024

logger = logging.getLogger(__name__)


def create_app(settings: Settings) -> FastAPI:
    """Make the application. It starts without a database and uses it as soon as it is there."""
    database = Database(read_address(settings.database_url.get_secret_value()))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await database.close()

    app = FastAPI(
        title="Todo",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.state.database = database
    app.state.expected_revisions = expected_revisions()
    app.add_middleware(BodyLimit, max_body_size=MAX_BODY_BYTES)
    app.add_middleware(Envelope)  # last, hence outermost
    add_error_handlers(app)
    app.include_router(health.router)
    app.include_router(tasks.router)
    return app


def from_environment() -> FastAPI:
    """Make the application of this process; the server calls it. Exits 2 on bad settings."""
    configure_logging()
    try:
        settings = load_settings()
    except SettingsRefusedError as error:
        for problem in error.problems:
            logger.critical("setting refused: %s", problem)
        raise SystemExit(2) from None
    if settings.better_auth_secret is None:
        logger.warning("BETTER_AUTH_SECRET is not set: fine on a laptop, nowhere else")
    return create_app(settings)
