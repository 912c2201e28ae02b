"""The application, made from settings; importing this makes nothing."""

import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.datastructures import State

from app import __version__, health, metrics
from app.accounts import routes as accounts
from app.accounts.passwords import Passwords
from app.accounts.service import Accounts
from app.accounts.tokens import AccessTokens
from app.assistant import routes as assistant
from app.assistant.model import Model, make_model
from app.assistant.schemas import event_schemas
from app.body_deadline import BodyDeadline
from app.body_limit import BodyLimit
from app.database.address import read_address
from app.database.readiness import shipped_migrations
from app.database.sessions import Database
from app.envelope import Envelope
from app.errors import add_error_handlers
from app.settings import Settings
from app.tasks import routes as tasks

MAX_BODY_BYTES = 64 * 1024
BODY_SECONDS = 10.0

logger = logging.getLogger(__name__)


def create_app(settings: Settings) -> FastAPI:
    """Make the application. It starts without a database and uses it as soon as it is there.

    Its OpenAPI document is `create_app(...).openapi()`; no address serves it.
    """
    database = Database(read_address(settings.database_url.get_secret_value()))
    model = make_model(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        if model is not None:
            await model.close()
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
    _fill_state(app.state, settings, database, model)
    _add_middleware(app)
    add_error_handlers(app)
    for part in (health, metrics, accounts, tasks, assistant):
        app.include_router(part.router)
    _describe_events(app)
    return app


def _describe_events(app: FastAPI) -> None:
    """Have the document name what no answer is made of by itself: the events of a stream."""
    describe = app.openapi

    def openapi() -> dict[str, Any]:
        document = describe()
        document["components"]["schemas"] |= event_schemas()
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI has it extended


def _fill_state(state: State, settings: Settings, database: Database, model: Model | None) -> None:
    state.database = database
    state.migrations = shipped_migrations()
    key = _signing_key(settings)
    state.tokens = AccessTokens(key)
    state.accounts = Accounts(database, Passwords(), key.encode())
    state.model = model
    state.trusted_proxies = settings.forwarded_allow_ips
    state.metrics = metrics.make_metrics()
    state.metrics_token = settings.metrics_token


def _add_middleware(app: FastAPI) -> None:
    # The last one added is the outermost.
    app.add_middleware(BodyDeadline, seconds=BODY_SECONDS)
    app.add_middleware(BodyLimit, max_body_size=MAX_BODY_BYTES)
    app.add_middleware(metrics.Measured, metrics=app.state.metrics)
    app.add_middleware(Envelope)


def _signing_key(settings: Settings) -> str:
    if settings.better_auth_secret is not None:
        return settings.better_auth_secret.get_secret_value()
    logger.warning(
        "BETTER_AUTH_SECRET is not set: one for this process alone is used, "
        "which is fine on a laptop and nowhere else"
    )
    return secrets.token_urlsafe(48)
