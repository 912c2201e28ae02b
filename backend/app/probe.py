"""The container's healthcheck: exits 0 when the service answers /health, 1 when it does not."""

import http.client
import os
import sys

TIMEOUT_SECONDS = 2
# To listen there is to listen on the loopback address as well.
EVERYWHERE = frozenset({"", "0.0.0.0", "::"})  # noqa: S104


def answers_ok(host: str, port: int) -> bool:
    """Ask the service where it listens, from inside its container."""
    asked = "127.0.0.1" if host in EVERYWHERE else host
    connection = http.client.HTTPConnection(asked, port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    healthy = answers_ok(os.environ.get("HOST", ""), int(os.environ.get("PORT") or 8000))
    sys.exit(0 if healthy else 1)
