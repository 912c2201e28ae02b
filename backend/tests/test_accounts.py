"""Accounts: signing up, in and out, and what only their owner may do."""

import asyncio
import statistics
import time
from typing import Any

import asyncpg
import httpx
import pytest

from app.accounts import attempts

from .conftest import execute
from .people import PASSWORD, bearer, email_of, renewed, sign_in, signed_up

ME = "/api/auth/me"


async def test_an_account_is_signed_in_at_once(stranger: httpx.AsyncClient) -> None:
    session = await signed_up(stranger, "ada")
    assert session["user"]["email"] == "ada@example.org"
    assert session["user"]["name"] == "Ada"
    assert session["expires_in"] == 900
    me = await stranger.get(ME, headers=bearer(session))
    assert (me.status_code, me.json()) == (200, session["user"])


async def test_an_email_has_one_account_however_it_is_written(stranger: httpx.AsyncClient) -> None:
    await signed_up(stranger, "ada")
    body = {"email": " ADA@Example.org ", "password": PASSWORD, "name": "A"}
    answer = await stranger.post("/api/auth/sign-up", json=body)
    assert answer.status_code == 409
    assert "e-mail" in answer.json()["detail"]
    signed_in = await stranger.post(
        "/api/auth/sign-in", json={"email": "ADA@example.ORG", "password": PASSWORD}
    )
    assert signed_in.status_code == 200


async def test_several_sign_ups_at_once_make_one_account(stranger: httpx.AsyncClient) -> None:
    body = {"email": email_of("ada"), "password": PASSWORD, "name": "Ada"}
    answers = await asyncio.gather(
        *(stranger.post("/api/auth/sign-up", json=body) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


@pytest.mark.parametrize(
    "change",
    [
        {"email": "ada"},
        {"email": "ada@localhost"},
        {"email": "ada@exa mple.org"},
        {"email": "ada@example.org\x00"},
        {"email": "a" * 65 + "@example.org"},
        {"email": "a@" + "b." * 130 + "org"},
        {"password": "short"},
        {"password": "x" * 129},
        {"password": None},
        {"name": ""},
        {"name": " \u00a0 "},
        {"name": "two\nlines"},
        {"admin": True},
    ],
)
async def test_a_wrong_account_is_refused(
    stranger: httpx.AsyncClient, change: dict[str, Any]
) -> None:
    body = {"email": email_of("ada"), "password": PASSWORD, "name": "Ada", **change}
    answer = await stranger.post("/api/auth/sign-up", json=body)
    assert answer.status_code == 422
    assert isinstance(answer.json()["detail"], str)


@pytest.mark.real_passwords
async def test_the_password_is_stored_as_an_argon2_hash(
    client: httpx.AsyncClient, database_url: str
) -> None:
    assert (await client.get(ME)).status_code == 200
    connection = await asyncpg.connect(database_url)
    stored = await connection.fetchval("SELECT password_hash FROM users")
    tokens = await connection.fetch("SELECT * FROM session_tokens")
    await connection.close()
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert [len(token["token_hash"]) for token in tokens] == [32]


async def test_a_wrong_password_and_no_account_are_answered_alike(
    stranger: httpx.AsyncClient,
) -> None:
    await signed_up(stranger, "ada")
    wrong, unknown = await sign_in(stranger, "ada", "x"), await sign_in(stranger, "bob", "x")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.content == unknown.content
    assert set(wrong.headers) == set(unknown.headers)


@pytest.mark.real_passwords
async def test_a_wrong_password_and_no_account_take_as_long(
    stranger: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "FOR_ACCOUNT", 1000)
    await signed_up(stranger, "ada")
    seconds: dict[str, list[float]] = {"ada": [], "nobody": []}
    for _ in range(10):
        for name, measured in seconds.items():
            started = time.perf_counter()
            await sign_in(stranger, name, "wrong")
            measured.append(time.perf_counter() - started)
    known, unknown = (statistics.median(measured) for measured in seconds.values())
    assert 0.5 < known / unknown < 2


async def test_signing_out_ends_the_session_at_once(stranger: httpx.AsyncClient) -> None:
    session = await signed_up(stranger, "ada")
    held = {"session_token": session["session_token"]}
    for _ in range(2):
        assert (await stranger.post("/api/auth/sign-out", json=held)).status_code == 204
    assert (await stranger.get(ME, headers=bearer(session))).status_code == 401
    assert (await renewed(stranger, session["session_token"])).status_code == 401


async def test_a_new_password_ends_every_other_session(stranger: httpx.AsyncClient) -> None:
    here = await signed_up(stranger, "ada")
    there = (await sign_in(stranger, "ada")).json()
    change = {"current_password": PASSWORD, "new_password": "another battery horse"}
    wrong = await stranger.post(
        "/api/auth/password", json={**change, "current_password": "x"}, headers=bearer(here)
    )
    assert wrong.status_code == 403
    done = await stranger.post("/api/auth/password", json=change, headers=bearer(here))
    assert done.status_code == 204
    assert (await stranger.get(ME, headers=bearer(here))).status_code == 200
    assert (await stranger.get(ME, headers=bearer(there))).status_code == 401
    assert (await renewed(stranger, there["session_token"])).status_code == 401
    assert (await sign_in(stranger, "ada")).status_code == 401
    assert (await sign_in(stranger, "ada", "another battery horse")).status_code == 200


async def test_a_closed_account_is_gone_with_its_tasks(
    client: httpx.AsyncClient, database_url: str
) -> None:
    kept, deleted = [
        (await client.post("/api/tasks", json={"title": title})).json() for title in ("a", "b")
    ]
    await client.delete(f"/api/tasks/{deleted['id']}")
    wrong = await client.request("DELETE", ME, json={"password": "x"})
    assert wrong.status_code == 403
    assert (await client.get(f"/api/tasks/{kept['id']}")).status_code == 200
    assert (await client.request("DELETE", ME, json={"password": PASSWORD})).status_code == 204
    for answer in (await client.get(ME), await client.post("/api/tasks", json={"title": "x"})):
        assert answer.status_code == 401
    connection = await asyncpg.connect(database_url)
    for table in ("users", "sessions", "session_tokens", "tasks"):
        assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 0  # noqa: S608
    await connection.close()
    assert (await sign_in(client, "ada")).status_code == 401


async def test_tasks_from_before_there_were_accounts_go_to_the_first(
    stranger: httpx.AsyncClient, database_url: str
) -> None:
    await execute(database_url, "INSERT INTO tasks (title) VALUES ('old'), ('older')")
    for name, titles in (("ada", ["old", "older"]), ("bob", [])):
        session = await signed_up(stranger, name)
        tasks = await stranger.get("/api/tasks", headers=bearer(session))
        assert sorted(task["title"] for task in tasks.json()["items"]) == titles
