"""The server process: the application on HOST and PORT, with limits on what clients may take."""

import logging
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import uvicorn
from fastapi import FastAPI

from app.database.address import UnusableCertificateError
from app.impatience import ImpatientProtocol
from app.logs import configure_logging
from app.main import create_app
from app.settings import Settings, SettingsRefusedError, load_settings

OPTIONS: Mapping[str, Any] = {
    "http": ImpatientProtocol,
    "ws": "none",
    # Of a head that is not whole yet: one without end is refused.
    "h11_max_incomplete_event_size": 16 * 1024,
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

STARTUP_FAILURE = 3

logger = logging.getLogger(__name__)


def main() -> None:
    """Serve until a stop signal, then drain."""
    settings = _settings()
    config = uvicorn.Config(
        _application(settings), host=settings.host, port=settings.port, **OPTIONS
    )
    # A socket of our own: one that asyncio binds to :: takes no IPv4.
    server = uvicorn.Server(config)
    with suppress(KeyboardInterrupt):  # raised anew after a clean stop
        server.run(sockets=[config.bind_socket()])
    if not server.started:
        raise SystemExit(STARTUP_FAILURE)


def from_environment() -> FastAPI:
    """Make the application for a server that reloads it."""
    return _application(_settings())


def _settings() -> Settings:
    configure_logging()
    try:
        return load_settings()
    except SettingsRefusedError as error:
        raise _refused(error.problems) from None


def _application(settings: Settings) -> FastAPI:
    try:
        return create_app(settings)
    except UnusableCertificateError as error:
        raise _refused([f"DATABASE_URL: {error} -> check the path of sslrootcert"]) from None


def _refused(problems: list[str]) -> SystemExit:
    for problem in problems:
        logger.critical("setting refused: %s", problem)
    return SystemExit(2)


if __name__ == "__main__":
    main()
