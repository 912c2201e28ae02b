"""A server that speaks as much of OpenAI's chat API as the assistant needs, and knows one trick."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar


class _Handler(BaseHTTPRequestHandler):
    """Has the task that was asked for created, then says so in pieces."""

    asked: ClassVar[list[dict[str, Any]]] = []

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append(asked)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        last = asked["messages"][-1]
        if last["role"] == "tool":
            for piece in ("It is ", "on ", "your list."):
                self._send({"content": piece})
            self._end("stop")
        else:
            self._send({"tool_calls": [_creation(last["content"])]})
            self._end("tool_calls")

    def log_message(self, *_: object) -> None:
        """Stay silent."""

    def _send(self, delta: dict[str, Any], finish_reason: str | None = None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        chunk = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "stand-in"}
        self.wfile.write(f"data: {json.dumps(chunk | {'choices': [choice]})}\n\n".encode())
        self.wfile.flush()

    def _end(self, reason: str) -> None:
        self._send({}, reason)
        self.wfile.write(b"data: [DONE]\n\n")


def _creation(title: str) -> dict[str, Any]:
    function = {"name": "create_task", "arguments": json.dumps({"title": title})}
    return {"index": 0, "id": "call_0", "type": "function", "function": function}


@contextmanager
def openai_stand_in(address: str) -> Iterator[str]:
    """Run it on a free port of this address; give its base URL."""
    with ThreadingHTTPServer((address, 0), _Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://{address}:{server.server_port}/v1"
        server.shutdown()
