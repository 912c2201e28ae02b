"""A server that speaks OpenAI's chat API as far as the assistant uses it, and says what it is told.

Standard library only: a browser test can run it on its own as well.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

type Step = Callable[[BaseHTTPRequestHandler], None]


def say(*pieces: str, tokens: int = 100, pause_seconds: float = 0) -> Step:
    """Say a text in pieces, with a pause between them."""

    def step(handler: BaseHTTPRequestHandler) -> None:
        _begin(handler)
        for piece in pieces:
            _send(handler, _chunk({"content": piece}))
            time.sleep(pause_seconds)
        _end(handler, "stop", tokens)

    return step


def call(*calls: tuple[str, object], tokens: int = 100) -> Step:
    """Ask for operations; arguments that are text are sent as they are, and always in pieces."""

    def step(handler: BaseHTTPRequestHandler) -> None:
        _begin(handler)
        for index, (name, arguments) in enumerate(calls):
            text = arguments if isinstance(arguments, str) else json.dumps(arguments)
            function = {"name": name, "arguments": ""}
            start = {"index": index, "id": f"call_{index}", "type": "function"}
            _send(handler, _chunk({"tool_calls": [{**start, "function": function}]}))
            for piece in (text[:7], text[7:]):
                part = {"index": index, "function": {"arguments": piece}}
                _send(handler, _chunk({"tool_calls": [part]}))
        _end(handler, "tool_calls", tokens)

    return step


def refuse(status: int, words: str = "no") -> Step:
    """Answer with an error, as the API words it."""

    def step(handler: BaseHTTPRequestHandler) -> None:
        _begin(handler, status, "application/json")
        handler.wfile.write(json.dumps({"error": {"message": words, "type": "x"}}).encode())

    return step


def break_off(*lines: str) -> Step:
    """Begin a stream, send raw lines, and hang up."""

    def step(handler: BaseHTTPRequestHandler) -> None:
        _begin(handler)
        _send(handler, _chunk({"content": "I will"}))
        for line in lines:
            handler.wfile.write(f"{line}\n\n".encode())

    return step


def hang(seconds: float) -> Step:
    """Take the request and stay silent."""
    return lambda _handler: time.sleep(seconds)


class StandIn:
    """Takes one step of its script for each request; the last one again and again."""

    def __init__(self) -> None:
        self.script: list[Step] = [say("Hello.")]
        self.requests: list[dict[str, Any]] = []
        self.authorizations: list[str | None] = []
        self.base_url = ""

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        """Take a request's step."""
        length = int(handler.headers.get("Content-Length", 0))
        self.requests.append(json.loads(handler.rfile.read(length)))
        self.authorizations.append(handler.headers.get("Authorization"))
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        step(handler)


@contextmanager
def standing_in() -> Iterator[StandIn]:
    """Run it on a free port of the loopback address."""
    stand_in = StandIn()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            known = self.path == "/v1/chat/completions"
            (stand_in.serve if known else refuse(404))(self)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        stand_in.base_url = f"http://127.0.0.1:{server.server_port}/v1"
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield stand_in
        server.shutdown()


def _begin(
    handler: BaseHTTPRequestHandler, status: int = 200, kind: str = "text/event-stream"
) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.end_headers()


def _chunk(delta: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "stand-in"} | {
        "choices": [choice]
    }


def _end(handler: BaseHTTPRequestHandler, reason: str, tokens: int) -> None:
    _send(handler, _chunk({}, reason))
    usage = {"prompt_tokens": 0, "completion_tokens": tokens, "total_tokens": tokens}
    _send(handler, {**_chunk({}), "choices": [], "usage": usage})
    handler.wfile.write(b"data: [DONE]\n\n")


def _send(handler: BaseHTTPRequestHandler, data: dict[str, Any]) -> None:
    handler.wfile.write(f"data: {json.dumps(data)}\n\n".encode())
    handler.wfile.flush()
