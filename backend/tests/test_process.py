"""The server process: how it starts, logs and stops."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from app.probe import answers_ok
from app.server import STARTUP_FAILURE

from .conftest import BACKEND
from .people import PASSWORD, SECRET, token_of_nobody
from .stand_in import say, standing_in

COMMAND = re.compile(r"^CMD (\[.*\])$", re.MULTILINE)


def image_command() -> list[str]:
    """The command of the image's last stage, as its Dockerfile has it."""
    command: list[str] = json.loads(COMMAND.findall((BACKEND / "Dockerfile").read_text())[-1])
    return command


@contextmanager
def running(port: int, **environment: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        image_command(),
        cwd=BACKEND,
        env={
            **os.environ,
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "BETTER_AUTH_SECRET": SECRET,
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
        return number


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            httpx.get(f"http://127.0.0.1:{port}/health").raise_for_status()
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the server does not answer")


def signed_up(client: httpx.Client) -> str:
    """Make an account; return its access token."""
    person = {"email": "ada@example.org", "password": PASSWORD, "name": "Ada"}
    token: str = client.post("/api/auth/sign-up", json=person).json()["access_token"]
    return token


def test_it_serves_on_host_and_port_and_logs_json(port: int, database_url: str) -> None:
    with running(port, DATABASE_URL=database_url, BETTER_AUTH_SECRET="") as process:
        wait_for(port)
        answer = httpx.get(f"http://127.0.0.1:{port}/api/tasks")
        process.terminate()
        output, _ = process.communicate(timeout=10)
    assert answer.status_code == 401
    assert "server" not in answer.headers
    lines = [json.loads(line) for line in output.splitlines()]
    assert any("BETTER_AUTH_SECRET is not set" in line["message"] for line in lines)
    request = next(line for line in lines if line["message"] == "request")
    assert request["request_id"] == answer.headers["x-request-id"]
    assert database_url not in output


def test_it_starts_without_a_database(port: int) -> None:
    with running(port, DATABASE_URL="postgresql://todo:s3cr@127.0.0.1:1/todo") as process:
        wait_for(port)
        assert httpx.get(f"http://127.0.0.1:{port}/ready").status_code == 503
        assert process.poll() is None


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_drains_what_is_in_flight_and_stops_in_time(port: int, stop: signal.Signals) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://todo:s3cr@127.0.0.1:{silent.getsockname()[1]}/todo"
        with running(port, DATABASE_URL=url) as process:
            wait_for(port)
            with socket.create_connection(("127.0.0.1", port)) as request:
                request.sendall(
                    b"GET /api/tasks HTTP/1.1\r\nHost: x\r\n"
                    b"Authorization: Bearer " + token_of_nobody().encode() + b"\r\n\r\n"
                )
                time.sleep(0.5)
                started = time.monotonic()
                process.send_signal(stop)
                assert request.recv(64).startswith(b"HTTP/1.1 503")
            output, _ = process.communicate(timeout=10)
            assert time.monotonic() - started < 10
    assert "Traceback" not in output


def test_a_client_that_never_finishes_does_not_hold_it_up(port: int, database_url: str) -> None:
    with running(port, DATABASE_URL=database_url) as process:
        wait_for(port)
        with socket.create_connection(("127.0.0.1", port)) as request:
            request.sendall(b"POST /api/tasks HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
            time.sleep(0.5)
            started = time.monotonic()
            process.terminate()
            process.communicate(timeout=10)
            assert time.monotonic() - started < 10


def test_an_answer_of_the_assistant_arrives_as_it_is_said(port: int, database_url: str) -> None:
    with (
        standing_in() as stand_in,
        running(
            port,
            DATABASE_URL=database_url,
            OPENAI_API_KEY="sk-s3cr-4711",
            OPENAI_BASE_URL=stand_in.base_url,
        ) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        wait_for(port)
        stand_in.script = [say("one", "two", "three", pause_seconds=0.5)]
        token = signed_up(client)
        client.headers["Authorization"] = f"Bearer {token}"
        body = {"messages": [{"role": "user", "content": "count"}]}
        arrivals: dict[str, float] = {}
        with client.stream("POST", "/api/assistant", json=body) as answer:
            for line in answer.iter_lines():
                arrivals[line] = time.monotonic()
        process.terminate()
        output, _ = process.communicate(timeout=10)
    first, last = arrivals['data: {"type":"text","delta":"one"}'], arrivals["event: done"]
    assert last - first > 1
    for secret in ("s3cr", stand_in.base_url, PASSWORD, token):
        assert secret not in output


def test_an_answer_that_goes_on_does_not_hold_up_a_stop(port: int, database_url: str) -> None:
    with (
        standing_in() as stand_in,
        running(
            port,
            DATABASE_URL=database_url,
            OPENAI_API_KEY="sk-s3cr-4711",
            OPENAI_BASE_URL=stand_in.base_url,
        ) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        wait_for(port)
        stand_in.script = [say(*["and so on"] * 60, pause_seconds=0.5)]
        client.headers["Authorization"] = f"Bearer {signed_up(client)}"
        body = {"messages": [{"role": "user", "content": "tell me a story"}]}
        with client.stream("POST", "/api/assistant", json=body) as answer:
            assert "event: text" in next(answer.iter_text())
            started = time.monotonic()
            process.terminate()
            output, _ = process.communicate(timeout=12)
    assert time.monotonic() - started < 10
    assert "Traceback" not in output


def test_refused_settings_end_it_with_one_line_each(port: int) -> None:
    url = "postgresql://todo:s3cr@db/todo?sslmode=on"
    with running(port, DATABASE_URL=url, BETTER_AUTH_SECRET="changeme") as process:
        output, _ = process.communicate(timeout=20)
    assert process.returncode == 2
    messages = [json.loads(line)["message"] for line in output.splitlines()]
    assert len(messages) == 2
    assert messages[0].startswith("setting refused: DATABASE_URL: has an unknown sslmode")
    assert messages[1].startswith("setting refused: BETTER_AUTH_SECRET: is a placeholder -> ")
    assert "s3cr" not in output


def test_a_certificate_that_is_not_there_ends_it_with_one_line(port: int) -> None:
    url = "postgresql://todo:s3cr@db/todo?sslmode=verify-full&sslrootcert=/s3cr.pem"
    with running(port, DATABASE_URL=url) as process:
        output, _ = process.communicate(timeout=20)
    assert process.returncode == 2
    (message,) = [json.loads(line)["message"] for line in output.splitlines()]
    assert "DATABASE_URL: names an sslrootcert that cannot be read -> check" in message
    assert "s3cr" not in output


def test_listening_everywhere_in_ipv6_is_listening_in_ipv4_too(port: int) -> None:
    with running(port, HOST="::", DATABASE_URL="postgresql://todo:s3cr@127.0.0.1:1/todo"):
        wait_for(port)
        assert answers_ok("::", port)


def test_a_taken_port_ends_it(port: int) -> None:
    url = "postgresql://todo:s3cr@127.0.0.1:1/todo"
    with (
        socket.create_server(("127.0.0.1", port)),
        running(port, DATABASE_URL=url) as process,
    ):
        output, _ = process.communicate(timeout=20)
    assert process.returncode == STARTUP_FAILURE
    assert "Address already in use" in output


def test_a_healthy_answer_needs_neither_the_assistant_nor_the_migrations() -> None:
    imported = "import app.server, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", imported], cwd=BACKEND, capture_output=True, text=True, check=True
    )
    assert not {"openai", "alembic", "httpx"} & set(done.stdout.split())
