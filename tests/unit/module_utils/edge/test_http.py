"""A GET is bounded in time and size, whatever answers."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from ansible_collections.todo.stack.plugins.module_utils.edge.http import (
    MAX_BODY_BYTES,
    get,
    reached_at,
)

Talk = Callable[[socket.socket], None]


@contextmanager
def server(talk: Talk, host: str = "127.0.0.1") -> Iterator[int]:
    """Serve one connection with ``talk`` and yield the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.bind((host, 0))
    listener.listen()

    def serve() -> None:
        with suppress(OSError):
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                talk(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


def says(answer: bytes) -> Talk:
    def talk(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(answer)

    return talk


def drips(connection: socket.socket) -> None:
    connection.recv(4096)
    for _ in range(100):
        connection.sendall(b"H")
        time.sleep(0.05)


def test_a_whole_answer_is_returned() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n"
    with server(says(head + b'{"status":"ok"}')) as port:
        result = get("127.0.0.1", port, "/health", 2)
    assert (result.status, result.body, result.error) == (200, b'{"status":"ok"}', "")
    assert result.content_type == "application/json"


def test_ipv6_is_asked_too() -> None:
    with server(says(b"HTTP/1.1 204 No Content\r\n\r\n"), "::1") as port:
        assert get("::1", port, "/", 2).status == 204


def test_a_redirect_is_reported_and_not_followed() -> None:
    with server(says(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n")) as port:
        result = get("127.0.0.1", port, "/", 2)
    assert (result.status, result.error) == (302, "")


@pytest.mark.parametrize(
    ("talk", "error"),
    [
        (lambda _: time.sleep(2), "answer within 0.4 s"),
        (drips, "no complete answer within 0.4 s"),
        (says(b""), "closed without an answer"),
        (says(b"SSH-2.0-OpenSSH\r\n"), "not valid HTTP"),
        (
            says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"),
            "shorter than its Content-Length",
        ),
        (says(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (MAX_BODY_BYTES + 5)), "larger than 1 MiB"),
    ],
    ids=["mute", "drip", "closes", "not-http", "cut-short", "endless"],
)
def test_a_bad_answer_ends_within_the_timeout_and_says_why(talk: Talk, error: str) -> None:
    started = time.monotonic()
    with server(talk) as port:
        result = get("127.0.0.1", port, "/", 0.4)
    assert error in result.error
    assert len(result.body) <= MAX_BODY_BYTES
    assert time.monotonic() - started < 1.5


def test_a_closed_port_is_refused_by_name() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    result = get("127.0.0.1", port, "/", 1)
    assert (result.status, result.error) == (0, "connection refused")


def test_a_path_that_is_none_is_an_error_not_an_exception() -> None:
    with server(says(b"")) as port:
        assert get("127.0.0.1", port, "/a b\r\nX: y", 1).error


@pytest.mark.parametrize(
    ("address", "expected"),
    [("0.0.0.0", "127.0.0.1"), ("::", "::1"), ("127.0.0.1", "127.0.0.1"), ("10.0.0.7", "10.0.0.7")],  # noqa: S104
)
def test_a_wildcard_is_reached_over_loopback(address: str, expected: str) -> None:
    assert reached_at(address) == expected
