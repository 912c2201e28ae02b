"""The server process: the application on HOST and PORT, with limits on what clients may take."""

import logging

import uvicorn
from fastapi import FastAPI

from app.impatience import ImpatientProtocol
from app.logs import configure_logging
from app.main import create_app
from app.settings import Settings, SettingsRefusedError, load_settings

HEAD_BYTES = 16 * 1024
CONNECTIONS = 500
DRAIN_SECONDS = 6

logger = logging.getLogger(__name__)


def main() -> None:
    """Serve until a stop signal, then drain."""
    settings = _settings()
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        http=ImpatientProtocol,
        ws="none",
        h11_max_incomplete_event_size=HEAD_BYTES,
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        log_config=None,
        access_log=False,
        server_header=False,
    )


def from_environment() -> FastAPI:
    """Make the application for a server that reloads it."""
    return create_app(_settings())


def _settings() -> Settings:
    configure_logging()
    try:
        return load_settings()
    except SettingsRefusedError as error:
        for problem in error.problems:
            logger.critical("setting refused: %s", problem)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
