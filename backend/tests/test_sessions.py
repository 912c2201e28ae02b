"""Sessions: each renewal replaces the token, and a stolen one ends them."""

import asyncio

import httpx

from .conftest import execute
from .people import bearer, renewed, sign_in, signed_up

ME = "/api/auth/me"
PAST_GRACE = "UPDATE session_tokens SET replaced_at = replaced_at - interval '11 seconds'"


async def test_a_renewal_gives_new_tokens(stranger: httpx.AsyncClient) -> None:
    old = await signed_up(stranger, "ada")
    answer = await renewed(stranger, old["session_token"])
    assert answer.status_code == 200
    new = answer.json()
    assert new["user"] == old["user"]
    assert new["session_token"] != old["session_token"]
    assert new["session_expires_in"] == 30 * 24 * 3600
    assert (await stranger.get(ME, headers=bearer(new))).status_code == 200


async def test_tabs_that_renew_at_once_all_stay_signed_in(stranger: httpx.AsyncClient) -> None:
    session = await signed_up(stranger, "ada")
    answers = await asyncio.gather(*(renewed(stranger, session["session_token"]) for _ in range(5)))
    assert [answer.status_code for answer in answers] == [200] * 5
    tokens = {answer.json()["session_token"] for answer in answers}
    (token,) = tokens
    for answer in answers:
        assert (await stranger.get(ME, headers=bearer(answer.json()))).status_code == 200
    assert (await renewed(stranger, token)).status_code == 200


async def test_reuse_of_a_replaced_token_ends_the_whole_session(
    stranger: httpx.AsyncClient, database_url: str
) -> None:
    stolen = await signed_up(stranger, "ada")
    other_device = (await sign_in(stranger, "ada")).json()
    current = (await renewed(stranger, stolen["session_token"])).json()
    await execute(database_url, PAST_GRACE)
    assert (await renewed(stranger, stolen["session_token"])).status_code == 401
    assert (await renewed(stranger, current["session_token"])).status_code == 401
    assert (await stranger.get(ME, headers=bearer(current))).status_code == 401
    assert (await stranger.get(ME, headers=bearer(other_device))).status_code == 200


async def test_an_expired_session_is_over(stranger: httpx.AsyncClient, database_url: str) -> None:
    session = await signed_up(stranger, "ada")
    await execute(database_url, "UPDATE sessions SET expires_at = now()")
    assert (await renewed(stranger, session["session_token"])).status_code == 401
    assert (await stranger.get(ME, headers=bearer(session))).status_code == 401


async def test_a_token_nobody_was_given_is_refused(stranger: httpx.AsyncClient) -> None:
    for token in ("x", "\x00", "'; DROP TABLE sessions; --", "ä" * 200):
        assert (await renewed(stranger, token)).status_code == 401
        signed_out = await stranger.post("/api/auth/sign-out", json={"session_token": token})
        assert signed_out.status_code == 204
