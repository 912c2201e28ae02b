"""A short load on a backend of this machine: how fast it creates and lists tasks.

    python -m tests.load --url http://127.0.0.1:8000 --clients 8 --seconds 10

Makes an account of its own and closes it at the end.
"""

import argparse
import asyncio
import itertools
import json
import secrets
import statistics
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass

import httpx

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
MOST_CLIENTS = 64
MOST_SECONDS = 60

type Request = Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]


@dataclass(frozen=True)
class Result:
    """How one operation went."""

    operation: str
    requests: int
    requests_per_second: float
    p50_milliseconds: float
    p99_milliseconds: float
    statuses: dict[str, int]


async def measure(
    operation: str, request: Request, client: httpx.AsyncClient, clients: int, seconds: float
) -> Result:
    """Repeat a request from several clients for some seconds."""
    milliseconds: list[float] = []
    statuses: Counter[str] = Counter()
    started = time.perf_counter()

    async def repeat() -> None:
        while (before := time.perf_counter()) - started < seconds:
            try:
                status = str((await request(client)).status_code)
            except httpx.TransportError as error:
                status = type(error).__name__
            milliseconds.append((time.perf_counter() - before) * 1000)
            statuses[status] += 1

    await asyncio.gather(*(repeat() for _ in range(clients)))
    cuts = statistics.quantiles(milliseconds, n=100, method="inclusive")
    return Result(
        operation=operation,
        requests=len(milliseconds),
        requests_per_second=round(len(milliseconds) / (time.perf_counter() - started), 1),
        p50_milliseconds=round(cuts[49], 1),
        p99_milliseconds=round(cuts[98], 1),
        statuses=dict(statuses),
    )


async def run(url: str, clients: int, seconds: float) -> list[Result]:
    """Create tasks, then list them, as one user."""
    password = secrets.token_urlsafe()
    numbers = itertools.count(1)
    limits = httpx.Limits(max_connections=clients, max_keepalive_connections=clients)
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=30) as client:
        email = f"load-{secrets.token_hex(8)}@example.org"
        account = {"email": email, "password": password, "name": "Load"}
        signed_up = await client.post("/api/auth/sign-up", json=account)
        signed_up.raise_for_status()
        client.headers["Authorization"] = f"Bearer {signed_up.json()['access_token']}"
        operations: dict[str, Request] = {
            "create": lambda c: c.post("/api/tasks", json={"title": f"Task {next(numbers)}"}),
            "list": lambda c: c.get("/api/tasks?limit=50&sort=due&order=asc"),
        }
        try:
            return [
                await measure(name, request, client, clients, seconds)
                for name, request in operations.items()
            ]
        finally:
            await client.request("DELETE", "/api/auth/me", json={"password": password})


def main() -> int:
    """Print one line of JSON for each operation; exit 1 where any request failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=10)
    given = parser.parse_args()
    if httpx.URL(given.url).host not in LOOPBACK:
        parser.error("only a backend of this machine may be put under load")
    if not 1 <= given.clients <= MOST_CLIENTS or not 0 < given.seconds <= MOST_SECONDS:
        parser.error(f"at most {MOST_CLIENTS} clients and {MOST_SECONDS} seconds")
    results = asyncio.run(run(given.url, given.clients, given.seconds))
    for result in results:
        print(json.dumps(asdict(result)))
    return int(any(not status.startswith("2") for row in results for status in row.statuses))


if __name__ == "__main__":
    sys.exit(main())
