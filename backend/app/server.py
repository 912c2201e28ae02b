"""The server process: the application on HOST and PORT, with limits on what clients may take."""

import logging
from collections.abc import Mapping
from typing import Any

import uvicorn
from fastapi import FastAPI

from app.impatience import ImpatientProtocol
from app.logs import configure_logging
from app.main import MAX_HEAD_BYTES, create_app
from app.settings import Settings, SettingsRefusedError, load_settings

OPTIONS: Mapping[str, Any] = {
    "http": ImpatientProtocol,
    "ws": "none",
    "h11_max_incomplete_event_size": MAX_HEAD_BYTES,
    # More are answered 503 at once.
    "limit_concurrency": 500,
    # The seconds that remain of a stop's ten close the database's connections.
    "timeout_graceful_shutdown": 6,
    "log_config": None,
    "access_log": False,
    "server_header": False,
    # app.client_address reads them.
    "proxy_headers": False,
}

logger = logging.getLogger(__name__)


def main() -> None:
    """Serve until a stop signal, then drain."""
    settings = _settings()
    uvicorn.run(create_app(settings), host=settings.host, port=settings.port, **OPTIONS)


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
