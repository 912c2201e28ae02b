"""Requests without a pause from the host itself, while something is done to its stack."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.todo.stack.molecule.eyes import Eyes

PROGRAM = "/run/poller.py"
RESULT = "/run/polled.json"

# The page, the API through the page (refused by the backend itself: nobody is signed in), a write
# through it, and the backend. A request may be held for ten seconds while the backend is replaced.
POLLER = """
import http.client, json, signal, sys, threading, time

TARGETS = {
    "page": (3000, "GET", "/", 200, b"Todo"),
    "api": (3000, "GET", "/api/tasks", 401, b""),
    "write": (3000, "POST", "/api/tasks", 401, b""),
    "backend": (8000, "GET", "/health", 200, b"ok"),
}
LONGEST_SECONDS, EVERY_SECONDS, PATIENCE_SECONDS = 400, 0.08, 15
over = threading.Event()
found = {}

def ask(port, method, path, status, text):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    try:
        headers = {"Content-Type": "application/json"}
        connection.request(method, path, b"{}" if method == "POST" else None, headers)
        answer = connection.getresponse()
        body = answer.read()
        if (answer.status, text in body) != (status, True):
            return "%d %r" % (answer.status, body[:80])
        return ""
    except (OSError, http.client.HTTPException) as problem:
        return repr(problem)
    finally:
        connection.close()

def poll(name):
    begun = last = time.monotonic()
    row = found[name] = {"asked": 0, "failed": 0, "gap_seconds": 0.0, "told": []}
    while not over.is_set() and time.monotonic() - begun < LONGEST_SECONDS:
        asked = time.monotonic()
        problem = ask(*TARGETS[name])
        now = time.monotonic()
        row["asked"] += 1
        if problem:
            row["failed"] += 1
            row["told"] = row["told"][:9] + ["%.1f s: %s" % (asked - begun, problem)]
        else:
            row["gap_seconds"], last = max(row["gap_seconds"], now - last), now
        over.wait(EVERY_SECONDS)
    row["gap_seconds"] = max(row["gap_seconds"], time.monotonic() - last)

signal.signal(signal.SIGTERM, lambda *_: over.set())
threads = [threading.Thread(target=poll, args=[name]) for name in TARGETS]
for one in threads:
    one.start()
while not over.is_set() and any(one.is_alive() for one in threads):
    time.sleep(0.1)
for one in threads:
    one.join()
with open(sys.argv[1], "w") as file:
    json.dump(found, file)
"""


@dataclass(frozen=True)
class Polled:
    """What the requests to one target came to; the gap is the longest time without an answer."""

    asked: int
    failed: int
    gap_seconds: float
    told: list[str]


@dataclass
class Polls:
    """What was asked, by target: page, api, write, backend; empty while it is being asked."""

    rows: dict[str, Polled] = field(default_factory=dict)

    def failed(self) -> dict[str, list[str]]:
        """Return the requests that failed, by target."""
        return {name: row.told for name, row in self.rows.items() if row.failed}

    def __str__(self) -> str:
        return ", ".join(
            f"{name}: {row.failed} of {row.asked} failed, {row.gap_seconds:.2f} s without answer"
            for name, row in self.rows.items()
        )


@contextmanager
def polled(eyes: Eyes) -> Iterator[Polls]:
    """Ask for the duration, and a little before and after it."""
    eyes.sh("systemctl stop poller 2>/dev/null || true; printf %s \"$0\" > $1; rm -f $2;"
            " systemd-run --quiet --collect --unit=poller python3 $1 $2",
            POLLER, PROGRAM, RESULT)  # fmt: skip
    polls = Polls()
    time.sleep(0.5)
    try:
        yield polls
        time.sleep(0.5)
    finally:
        eyes.run("systemctl", "stop", "poller")
        rows: dict[str, dict[str, Any]] = json.loads(eyes.run("cat", RESULT))
        polls.rows = {name: Polled(**row) for name, row in rows.items()}
        print(polls)
