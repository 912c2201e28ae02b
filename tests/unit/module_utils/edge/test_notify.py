"""Somebody outside is told: by a program, by a POST, and whether it was heard."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.todo.stack.plugins.module_utils.edge.notify import Notify


class Listener(http.server.BaseHTTPRequestHandler):
    """Keeps what it is told, and answers with the status that its path names."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((self.headers["Content-Type"], body))  # type: ignore[attr-defined]
        self.send_response(int(self.path[1:]))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[http.server.HTTPServer]:
    """Return a server that is told."""
    with http.server.HTTPServer(("127.0.0.1", 0), Listener) as found:
        found.heard = []  # type: ignore[attr-defined]
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield found
        found.shutdown()


def test_a_program_gets_it_over_standard_input(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    assert Notify(["sh", "-c", f"cat > {seen}"]).tell('{"a": "b c"}')
    assert seen.read_text() == '{"a": "b c"}'


@pytest.mark.parametrize("command", [["false"], ["/no/such/program"]])
def test_a_program_that_fails_has_not_heard_it(command: list[str]) -> None:
    assert not Notify(command).tell("{}")


@pytest.mark.parametrize(
    ("status", "heard"), [(200, True), (204, True), (404, False), (500, False)]
)
def test_an_address_has_heard_what_it_takes(
    server: http.server.HTTPServer, status: int, heard: bool
) -> None:
    url = f"http://127.0.0.1:{server.server_port}/{status}"
    assert Notify(url=url).tell('{"a": 1}') is heard
    assert server.heard == [("application/json", b'{"a": 1}')]  # type: ignore[attr-defined]


def test_an_address_that_nobody_answers_has_not_heard_it() -> None:
    assert not Notify(url="http://127.0.0.1:9/").tell("{}")
    assert not Notify(["true"], "http://127.0.0.1:9/").tell("{}")


def test_where_nobody_is_to_be_told_everybody_has_heard() -> None:
    assert Notify().tell("{}")
