"""One bounded HTTP GET: done within its timeout, at most 1 MiB, no redirect followed."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

MAX_BODY_BYTES = 1024 * 1024
HEADERS = {"User-Agent": "todo.stack", "Accept": "*/*", "Connection": "close"}


@dataclass(frozen=True)
class Answer:
    """What one GET brought: ``error`` is empty for a whole answer, ``status`` 0 for none."""

    status: int
    body: bytes
    content_type: str
    error: str
    seconds: float


def reached_at(bind_address: str) -> str:
    """Return the address at which this host reaches a published port: a wildcard's is loopback."""
    wildcards = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - looked up, not bound to
    return wildcards.get(bind_address, bind_address)


def get(
    host: str, port: int, path: str, timeout: float, clock: Callable[[], float] = time.monotonic
) -> Answer:
    """GET ``http://host:port/path``; what came back within ``timeout`` seconds, never raises."""
    started = clock()
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
    expired = threading.Event()
    status, body, content_type, error = 0, b"", "", ""
    try:
        connection.connect()
        with _Deadline(connection.sock, timeout - (clock() - started), expired):
            connection.request("GET", path, headers=HEADERS)
            response = connection.getresponse()
            status, content_type = response.status, response.getheader("Content-Type", "")
            body = response.read(MAX_BODY_BYTES + 1)
            # read(n) ends silently where the promised length was not delivered.
            if response.length and len(body) <= MAX_BODY_BYTES:
                error = "the body is shorter than its Content-Length"
    except (OSError, http.client.HTTPException, ValueError) as problem:
        error = _describe(problem, timeout)
    finally:
        connection.close()
    if expired.is_set():
        error = f"no complete answer within {timeout:g} s"
    elif len(body) > MAX_BODY_BYTES:
        error = "the body is larger than 1 MiB"
    return Answer(status, body[:MAX_BODY_BYTES], content_type, error, clock() - started)


class _Deadline:
    """Ends the conversation when time is up: a socket timeout alone restarts with every byte."""

    def __init__(self, sock: socket.socket, seconds: float, expired: threading.Event) -> None:
        self._sock = sock
        self._expired = expired
        self._timer = threading.Timer(max(seconds, 0.0), self._expire)
        self._timer.daemon = True

    def _expire(self) -> None:
        self._expired.set()
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()


def _describe(problem: Exception, timeout: float) -> str:
    if isinstance(problem, (socket.timeout, TimeoutError)):
        return f"no answer within {timeout:g} s"
    if isinstance(problem, ConnectionRefusedError):
        return "connection refused"
    if isinstance(problem, (http.client.RemoteDisconnected, ConnectionResetError)):
        return "the connection was closed without an answer"
    if isinstance(problem, http.client.HTTPException):
        return f"the answer is not valid HTTP ({type(problem).__name__})"
    return getattr(problem, "strerror", None) or type(problem).__name__
