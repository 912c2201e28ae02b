"""The database gone, frozen, back again; without a restart and without showing its address."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession

from .conftest import serving
from .gate import Gate, State
from .people import carry, signed_up, token_of_nobody

LIMIT_SECONDS = 5.0


@pytest.fixture
async def gate(database_url: str) -> AsyncIterator[Gate]:
    url = make_url(database_url)
    async with Gate(str(url.host), url.port or 5432).standing() as gate:
        yield gate


@pytest.fixture
async def gated(gate: Gate, database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    url = make_url(database_url).set(host="127.0.0.1", port=gate.port)
    async with serving(url.render_as_string(hide_password=False)) as client:
        carry(client, await signed_up(client, "ada"))
        yield client


async def timed(client: httpx.AsyncClient, path: str) -> tuple[httpx.Response, float]:
    started = time.monotonic()
    answer = await client.get(path)
    return answer, time.monotonic() - started


async def seconds_until_ok(client: httpx.AsyncClient, path: str) -> float:
    started = time.monotonic()
    while (await client.get(path)).status_code != 200:
        assert time.monotonic() - started < 30
        await asyncio.sleep(0.05)
    return time.monotonic() - started


@pytest.mark.parametrize("state", ["shut", "frozen"])
async def test_a_lost_database_is_503_in_time_and_comes_back(
    gate: Gate, gated: httpx.AsyncClient, state: State
) -> None:
    assert (await gated.get("/api/tasks")).status_code == 200
    gate.turn(state)
    for path in ("/api/tasks", "/ready", "/api/tasks"):
        answer, seconds = await timed(gated, path)
        assert answer.status_code == 503
        assert seconds < LIMIT_SECONDS
    assert (await gated.get("/health")).status_code == 200
    gate.turn("open")
    assert await seconds_until_ok(gated, "/api/tasks") < LIMIT_SECONDS
    assert (await gated.get("/ready")).status_code == 200


@pytest.mark.parametrize("state", ["shut", "frozen"])
async def test_under_load_every_request_is_answered_in_time(
    gate: Gate, gated: httpx.AsyncClient, state: State
) -> None:
    await asyncio.gather(*(gated.get("/api/tasks") for _ in range(40)))
    gate.turn(state)
    answers = await asyncio.gather(*(timed(gated, "/api/tasks") for _ in range(100)))
    assert {answer.status_code for answer, _ in answers} == {503}
    assert max(seconds for _, seconds in answers) < LIMIT_SECONDS
    gate.turn("open")
    assert await seconds_until_ok(gated, "/api/tasks") < LIMIT_SECONDS
    again = await asyncio.gather(*(gated.get("/api/tasks") for _ in range(100)))
    assert {answer.status_code for answer in again} == {200}


async def test_a_database_frozen_while_a_task_is_stored_is_no_success(
    gate: Gate, gated: httpx.AsyncClient
) -> None:
    assert (await gated.get("/api/tasks")).status_code == 200
    pending = asyncio.create_task(gated.post("/api/tasks", json={"title": "x"}))
    gate.turn("frozen")
    answer = await pending
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "2"


async def test_a_session_ended_by_the_server_is_replaced(
    client: httpx.AsyncClient, database_url: str
) -> None:
    assert (await client.get("/api/tasks")).status_code == 200
    connection = await asyncpg.connect(database_url)
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await connection.close()
    assert (await client.get("/api/tasks")).status_code == 200


@pytest.mark.parametrize("where", ["127.0.0.1:{dead}", "no-such-host.invalid:5432", "[::1]:{dead}"])
async def test_an_unreachable_database_is_named_and_its_address_is_not(
    where: str, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        dead = unused.getsockname()[1]
    url = f"postgresql://owner:s3cr@{where.format(dead=dead)}/hidden"
    async with serving(url) as client:
        client.headers["Authorization"] = f"Bearer {token_of_nobody()}"
        ready, seconds = await timed(client, "/ready")
        tasks = await client.get("/api/tasks")
        assert (await client.get("/health")).json()["status"] == "ok"
    assert seconds < LIMIT_SECONDS
    assert (ready.status_code, tasks.status_code) == (503, 503)
    assert ready.json() == {"status": "unavailable", "dependency": "database"}
    assert tasks.json() == {"detail": "database unavailable"}
    for part in ("owner", "s3cr", "hidden", str(dead), "no-such-host"):
        assert part not in ready.text + tasks.text + caplog.text


async def test_a_wrong_password_or_name_counts_as_no_database(database_url: str) -> None:
    url = make_url(database_url)
    for wrong in (url.set(password="s3cr"), url.set(database="absent")):
        async with serving(wrong.render_as_string(hide_password=False)) as client:
            answer = await client.get("/ready")
            assert (answer.status_code, answer.json()["dependency"]) == (503, "database")


async def test_a_commit_that_fails_is_no_success(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(_session: AsyncSession) -> None:
        raise ConnectionResetError

    monkeypatch.setattr(AsyncSession, "commit", lost)
    assert (await client.post("/api/tasks", json={"title": "x"})).status_code == 503
    monkeypatch.undo()
    assert (await client.get("/api/tasks")).json()["items"] == []
