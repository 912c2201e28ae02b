"""What is tried on accounts, each as it is tried."""

import asyncio
import time
from typing import Any

import httpx
import pytest

from app.accounts import attempts, passwords
from app.accounts.passwords import Passwords
from app.errors import BusyError
from app.main import create_app

from .conftest import serving, settings
from .live import live
from .people import PASSWORD, bearer, email_of, renewed, sign_in, signed_up

ME = "/api/auth/me"
NEW = "another battery horse"


async def change(
    client: httpx.AsyncClient, session: dict[str, Any], new: str, current: str = PASSWORD
) -> httpx.Response:
    body = {"current_password": current, "new_password": new}
    return await client.post("/api/auth/password", json=body, headers=bearer(session))


class SlowHasher:
    """Hashes in a time that can be told from none."""

    def hash(self, _password: str) -> str:
        """Take a while."""
        time.sleep(0.02)
        return "hash"


class Hold:
    """Lets the next few passwords that are verified wait before anything is made of it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
        self._left = count
        self._arrived = asyncio.Semaphore(0)
        self._released = asyncio.Event()
        self._count = count
        verify = Passwords.match

        async def match(passwords: Passwords, *given: Any) -> bool:
            same = await verify(passwords, *given)
            if self._left > 0:
                self._left -= 1
                self._arrived.release()
                await self._released.wait()
            return same

        monkeypatch.setattr(Passwords, "match", match)

    async def all_wait(self) -> None:
        """Wait until they are there."""
        for _ in range(self._count):
            await self._arrived.acquire()

    def release(self) -> None:
        """Let them go on."""
        self._released.set()


async def test_the_old_password_begins_no_session_that_outlives_its_change(
    stranger: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await signed_up(stranger, "ada")
    hold = Hold(monkeypatch, 5)
    stolen = [asyncio.create_task(sign_in(stranger, "ada")) for _ in range(5)]
    await hold.all_wait()
    assert (await change(stranger, owner, NEW)).status_code == 204
    hold.release()
    assert [answer.status_code for answer in await asyncio.gather(*stolen)] == [401] * 5
    assert (await stranger.get(ME, headers=bearer(owner))).status_code == 200


@pytest.mark.real_passwords
async def test_signing_in_all_the_while_a_password_changes_leaves_nobody_in(
    stranger: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "FOR_ACCOUNT", 1000)
    owner = await signed_up(stranger, "ada")
    over = asyncio.Event()
    sessions: list[dict[str, Any]] = []

    async def attack() -> None:
        while not over.is_set():
            answer = await sign_in(stranger, "ada")
            if answer.status_code == 200:
                sessions.append(answer.json())

    attackers = [asyncio.create_task(attack()) for _ in range(4)]
    await asyncio.sleep(0.5)
    assert (await change(stranger, owner, NEW)).status_code == 204
    await asyncio.sleep(0.5)
    over.set()
    await asyncio.gather(*attackers)
    assert sessions
    for session in sessions:
        assert (await stranger.get(ME, headers=bearer(session))).status_code == 401


@pytest.mark.parametrize(("devices", "late"), [(1, 409), (2, 401)])
async def test_of_two_changes_at_once_one_is_told_that_it_came_too_late(
    stranger: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, devices: int, late: int
) -> None:
    here = await signed_up(stranger, "ada")
    there = here if devices == 1 else (await sign_in(stranger, "ada")).json()
    hold = Hold(monkeypatch, 2)
    words = ("first battery horse", "second battery horse")
    changes = [
        asyncio.create_task(change(stranger, session, word))
        for session, word in zip((here, there), words, strict=True)
    ]
    await hold.all_wait()
    hold.release()
    statuses = [answer.status_code for answer in await asyncio.gather(*changes)]
    assert sorted(statuses) == [204, late]
    kept, lost = words if statuses[0] == 204 else words[::-1]
    assert (await sign_in(stranger, "ada", kept)).status_code == 200
    assert (await sign_in(stranger, "ada", lost)).status_code == 401


async def test_a_password_that_was_changed_meanwhile_closes_no_account(
    stranger: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await signed_up(stranger, "ada")
    hold = Hold(monkeypatch, 1)
    farewell = stranger.request("DELETE", ME, json={"password": PASSWORD}, headers=bearer(session))
    closing = asyncio.create_task(farewell)
    await hold.all_wait()
    assert (await change(stranger, session, NEW)).status_code == 204
    hold.release()
    answer = await closing
    assert (answer.status_code, answer.json()["code"]) == (409, "password_changed")
    assert (await sign_in(stranger, "ada", NEW)).status_code == 200


async def test_a_flood_of_sign_ups_leaves_places_to_those_who_have_an_account(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Passwords, "_same", lambda *_: True)
    queue = Passwords()
    monkeypatch.setattr(queue, "_hasher", SlowHasher())

    async def newcomer() -> str:
        async with queue.newcomers.turn():
            return await queue.hashed("x")

    flood = [asyncio.create_task(newcomer()) for _ in range(400)]
    await asyncio.sleep(0)
    assert await queue.match("x", "stored")
    # One of them is at work at most, and that one was not waited for.
    assert sum(task.done() and not task.exception() for task in flood) <= 1
    outcomes = await asyncio.gather(*flood, return_exceptions=True)
    taken = passwords.NEW_AT_ONCE + passwords.MOST_NEW_WAITING
    assert sum(isinstance(outcome, BusyError) for outcome in outcomes) == 400 - taken
    assert outcomes.count("hash") == taken


async def test_the_queue_of_passwords_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = Passwords()
    monkeypatch.setattr(queue, "_hasher", SlowHasher())
    most = passwords.AT_ONCE + passwords.MOST_WAITING
    for _ in range(2):  # and is open again afterwards
        tries = (queue.hashed("x") for _ in range(most + 5))
        outcomes = await asyncio.gather(*tries, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [str] * most + [BusyError] * 5


async def test_a_flood_of_sign_ups_is_told_when_to_come_again(
    stranger: httpx.AsyncClient,
) -> None:
    await signed_up(stranger, "ada")
    flood = [
        asyncio.create_task(
            stranger.post(
                "/api/auth/sign-up",
                json={"email": email_of(f"bot{number}"), "password": PASSWORD, "name": "Bot"},
            )
        )
        for number in range(60)
    ]
    assert (await sign_in(stranger, "ada")).status_code == 200
    answers = await asyncio.gather(*flood)
    refused = [answer for answer in answers if answer.status_code == 503]
    assert {answer.status_code for answer in answers} == {201, 503}
    assert {answer.json()["detail"] for answer in refused} == {BusyError.detail}
    assert {answer.headers["retry-after"] for answer in refused} == {"2"}


async def test_one_address_cannot_make_accounts_without_end(
    stranger: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "SIGN_UPS", 3)
    for number in range(3):
        await signed_up(stranger, f"user{number}")
    body = {"email": email_of("ada"), "password": PASSWORD, "name": "Ada"}
    refused = await stranger.post("/api/auth/sign-up", json=body)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 900
    stranger.headers["X-Forwarded-For"] = "203.0.113.9"
    assert (await stranger.post("/api/auth/sign-up", json=body)).status_code == 201


@pytest.mark.parametrize("most", [1000, 20])
async def test_strangers_cannot_lock_the_owner_out(
    stranger: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(attempts, "FROM_STRANGERS", most)
    stranger.headers["X-Forwarded-For"] = "203.0.113.5"
    session = await signed_up(stranger, "ada")
    for number in range(3):
        stranger.headers["X-Forwarded-For"] = f"198.51.100.{number}"
        statuses = [(await sign_in(stranger, "ada", "wrong")).status_code for _ in range(11)]
        assert statuses[-1] == 429
    # From where she is known, and in the session that she has.
    stranger.headers["X-Forwarded-For"] = "203.0.113.5"
    assert (await sign_in(stranger, "ada")).status_code == 200
    stranger.headers["X-Forwarded-For"] = "198.51.100.0"
    assert (await change(stranger, session, NEW)).status_code == 204
    # From elsewhere only as long as not too many have tried in all.
    stranger.headers["X-Forwarded-For"] = "203.0.113.77"
    expected = 200 if most == 1000 else 429
    assert (await sign_in(stranger, "ada", NEW)).status_code == expected


async def test_signing_in_to_an_account_of_ones_own_wins_no_more_tries(
    stranger: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "FROM_ADDRESS", 5)
    await signed_up(stranger, "mallory")
    for _ in range(5):
        assert (await sign_in(stranger, "mallory")).status_code == 200
    statuses = [(await sign_in(stranger, f"user{n}", "wrong")).status_code for n in range(6)]
    assert statuses == [401] * 5 + [429]


async def test_a_session_renewed_twice_is_not_two_sessions(stranger: httpx.AsyncClient) -> None:
    session = await signed_up(stranger, "ada")
    owners, thiefs = [(await renewed(stranger, session["session_token"])).json() for _ in range(2)]
    assert owners["session_token"] == thiefs["session_token"]
    later = (await renewed(stranger, owners["session_token"])).json()
    assert later["session_token"] not in (owners["session_token"], session["session_token"])


@pytest.mark.parametrize("token", ["", "x" * 201, "x" * 5000, "%", "\U0001f511" * 300])
async def test_a_token_of_any_length_is_no_session_and_no_error(
    stranger: httpx.AsyncClient, token: str
) -> None:
    assert (await renewed(stranger, token)).status_code == 401
    held = {"session_token": token}
    assert (await stranger.post("/api/auth/sign-out", json=held)).status_code == 204


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("GET", path) for path in ("/api/%ff", "/api/tasks/%ff", "/%00", "/%", "/api/%zz")),
        *((method, "/api/tasks") for method in ("TRACE", "CONNECT", "PROPFIND", "OPTIONS")),
        *(("TRACE", path) for path in ("/health", "/api/%ff", "/nowhere")),
    ],
)
async def test_what_no_client_sends_is_refused_like_everything_else(
    database_url: str, method: str, path: str
) -> None:
    with live(create_app(settings(database_url))) as port:
        async with httpx.AsyncClient(timeout=30) as client:
            target = httpx.URL(f"http://127.0.0.1:{port}").copy_with(raw_path=path.encode())
            answer = await client.request(method, target)
    assert 400 <= answer.status_code < 500
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert isinstance(answer.json()["detail"], str)


async def test_a_page_of_another_account_reads_and_writes_nothing(
    database_url: str,
) -> None:
    async with serving(database_url) as client:
        ada, bob = await signed_up(client, "ada"), await signed_up(client, "bob")
        client.headers.update(bearer(bob))
        meant = {"X-Account": ada["user"]["id"]}
        task = (await client.post("/api/tasks", json={"title": "bob's"})).json()
        place = f"/api/tasks/{task['id']}"
        for method, path, body in (
            ("POST", "/api/tasks", {"title": "ada's"}),
            ("PATCH", place, {"done": True}),
            ("DELETE", place, None),
            ("POST", f"{place}/restore", None),
            ("GET", "/api/tasks", None),
            ("GET", "/api/tags", None),
            ("GET", ME, None),
            ("GET", "/api/assistant", None),
            ("POST", "/api/assistant", {"messages": [{"role": "user", "content": "x"}]}),
            ("POST", "/api/auth/password", {"current_password": PASSWORD, "new_password": NEW}),
            ("DELETE", ME, {"password": PASSWORD}),
        ):
            answer = await client.request(method, path, json=body, headers=meant)
            assert (answer.status_code, answer.json()["code"]) == (409, "other_account"), path
        assert (await client.get("/api/tasks")).json()["items"] == [task]
        own = {"X-Account": bob["user"]["id"]}
        done = await client.patch(place, json={"done": True}, headers=own)
        assert done.json()["done"] is True
