"""How often a password may be tried."""

import asyncio

import httpx
import pytest

from app.accounts import attempts

from .conftest import execute, serving
from .people import PASSWORD, bearer, sign_in, signed_up


@pytest.mark.parametrize("name", ["ada", "nobody"])
async def test_an_account_can_be_tried_ten_times_whether_it_exists_or_not(
    stranger: httpx.AsyncClient, name: str
) -> None:
    await signed_up(stranger, "ada")
    answers = [await sign_in(stranger, name, "wrong") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 900
    assert (await sign_in(stranger, name)).status_code == 429
    assert (await sign_in(stranger, "other", "wrong")).status_code == 401


async def test_processes_count_together_and_attempts_at_once_all_count(
    stranger: httpx.AsyncClient, database_url: str
) -> None:
    await signed_up(stranger, "ada")
    async with serving(database_url) as second:
        answers = await asyncio.gather(
            *(sign_in(process, "ada", "wrong") for process in (stranger, second) * 8)
        )
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(401) == attempts.FOR_ACCOUNT
    assert statuses.count(429) == 6


async def test_the_right_password_begins_the_count_again(stranger: httpx.AsyncClient) -> None:
    await signed_up(stranger, "ada")
    for _ in range(2):
        for _ in range(9):
            assert (await sign_in(stranger, "ada", "wrong")).status_code == 401
        assert (await sign_in(stranger, "ada")).status_code == 200


async def test_waiting_opens_the_account_again(
    stranger: httpx.AsyncClient, database_url: str
) -> None:
    await signed_up(stranger, "ada")
    for _ in range(11):
        await sign_in(stranger, "ada", "wrong")
    await execute(database_url, "UPDATE uses SET resets_at = now()")
    assert (await sign_in(stranger, "ada")).status_code == 200


async def test_a_stolen_access_token_cannot_try_passwords_for_ever(
    stranger: httpx.AsyncClient,
) -> None:
    session = await signed_up(stranger, "ada")
    body = {"current_password": "wrong", "new_password": PASSWORD}
    statuses = [
        (await stranger.post("/api/auth/password", json=body, headers=bearer(session))).status_code
        for _ in range(11)
    ]
    assert statuses == [403] * 10 + [429]
