"""The container's healthcheck: exits 0 when the service answers /health, 1 when it does not."""

import http.client
import os
import sys

TIMEOUT_SECONDS = 2


def answers_ok(port: int) -> bool:
    """Ask the service on this container's loopback address."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if answers_ok(int(os.environ.get("PORT") or 8000)) else 1)
