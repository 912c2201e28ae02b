"""What one client cannot take from the others: a slow head, a slow body, a head without end."""

import socket
import time
from collections.abc import Iterator

import httpx
import pytest

from app import impatience, main
from app.main import create_app

from .conftest import settings
from .live import live

POST = b"POST /api/auth/sign-out HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
LIMIT_SECONDS = 0.5


@pytest.fixture
def port(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(impatience, "HEAD_SECONDS", LIMIT_SECONDS)
    monkeypatch.setattr(main, "BODY_SECONDS", LIMIT_SECONDS)
    with live(create_app(settings(database_url))) as port:
        yield port


def answer_to(port: int, *pieces: bytes, pause_seconds: float = 0.1) -> tuple[bytes, float]:
    """Send pieces slowly, read to the end; return what came and after how many seconds."""
    started = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        for piece in pieces:
            try:
                connection.sendall(piece)
            except OSError:
                break
            time.sleep(pause_seconds)
        received = b""
        try:
            while data := connection.recv(65536):
                received += data
        except ConnectionResetError:
            pass
    return received, time.monotonic() - started


@pytest.mark.parametrize("pieces", [[], [b"GET"], [b"GET / HTTP/1.1\r\n", *[b"X: 1\r\n"] * 30]])
def test_a_head_that_is_not_whole_in_time_ends_the_connection(
    port: int, pieces: list[bytes]
) -> None:
    received, seconds = answer_to(port, *pieces)
    assert received == b""
    assert seconds < LIMIT_SECONDS + len(pieces) * 0.1 + 2


def test_a_second_head_on_a_connection_has_to_come_in_time_too(port: int) -> None:
    whole = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
    received, _ = answer_to(port, whole, b"GET /hea")
    assert received.count(b"HTTP/1.1 200") == 1


@pytest.mark.parametrize(
    "pieces",
    [
        [POST + b"Content-Length: 9\r\n\r\n", *[b"{"] * 8],
        [POST + b"Transfer-Encoding: chunked\r\n\r\n", *[b"1\r\n \r\n"] * 30],
    ],
)
def test_a_body_that_is_not_whole_in_time_is_408(port: int, pieces: list[bytes]) -> None:
    received, _ = answer_to(port, *pieces)
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408")
    assert b"connection: close" in head.lower()
    assert body == b'{"detail":"the body came too slowly"}'


def test_a_body_nobody_waits_for_is_not_waited_for(port: int) -> None:
    post = b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n"
    received, seconds = answer_to(port, post, *[b"x"] * 30)
    assert received.startswith(b"HTTP/1.1 404")
    assert seconds < 5


def test_a_body_that_comes_in_time_is_taken_and_the_connection_kept(port: int) -> None:
    body = b'{"session_token": "x"}'
    post = POST + b"Content-Length: %d\r\n\r\n" % len(body)
    last = post.replace(b"Host: x", b"Host: x\r\nConnection: close")
    received, _ = answer_to(port, post, body[:9], body[9:], last + body)
    assert received.count(b"HTTP/1.1 204") == 2


@pytest.mark.parametrize("begin", [b"GET /health HTTP/1.1\r\nX: ", b"GET /health?", b""])
def test_a_head_without_end_is_refused(port: int, begin: bytes) -> None:
    received, seconds = answer_to(port, begin, *[b"x" * 8_000] * 20, pause_seconds=0.01)
    assert received.startswith(b"HTTP/1.1 400")
    assert seconds < 5


def test_a_head_that_is_large_and_whole_is_read(port: int) -> None:
    answer = httpx.get(f"http://127.0.0.1:{port}/health", headers={"X": "x" * 8_000})
    assert answer.status_code == 200


def test_a_head_without_sense_is_refused(port: int) -> None:
    for head in (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", b"GET\r\n\r\n"):
        received, _ = answer_to(port, head)
        assert received.startswith(b"HTTP/1.1 400")
