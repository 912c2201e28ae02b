"""Whose address a request comes from."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from app.accounts import attempts
from app.client_address import client_address, read_networks
from app.main import create_app

from .conftest import serving, settings
from .live import live
from .people import sign_in, signed_up

TRUSTED = read_networks("10.0.0.1, 192.168.7.0/24, fd00::/8")
PROXIES: Mapping[str, Any] = {"forwarded_allow_ips": read_networks("127.0.0.1")}


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "expected"),
    [
        ("10.0.0.1", ["203.0.113.5"], "203.0.113.5"),
        ("::ffff:10.0.0.1", ["::ffff:203.0.113.5"], "203.0.113.5"),
        # What a client claims stands to the left of what a trusted proxy saw.
        ("10.0.0.1", ["198.51.100.9, 203.0.113.5"], "203.0.113.5"),
        ("10.0.0.1", ["198.51.100.9", "203.0.113.5, 192.168.7.3"], "203.0.113.5"),
        ("fd00::2", ["2001:db8:1:2:3::4"], "2001:db8:1:2::/64"),
        # No proxy, one that is not named, one that does not tell, and no address.
        (None, ["203.0.113.5"], None),
        ("testclient", ["203.0.113.5"], None),
        ("10.0.0.2", ["203.0.113.5"], "10.0.0.2"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["192.168.7.3"], "192.168.7.3"),
        ("10.0.0.1", ["203.0.113.5, unknown"], "10.0.0.1"),
        ("10.0.0.1", ["203.0.113.5,"], "10.0.0.1"),
    ],
)
def test_only_what_trusted_proxies_saw_is_believed(
    peer: str | None, forwarded_for: list[str], expected: str | None
) -> None:
    assert client_address(peer, forwarded_for, TRUSTED) == expected


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "expected"),
    [
        ("172.19.0.3", ["203.0.113.5"], "203.0.113.5"),
        ("127.0.0.1", ["198.51.100.9, 203.0.113.5"], "203.0.113.5"),
        ("172.19.0.3", ["192.168.7.3"], "192.168.7.3"),
        ("172.19.0.3", ["unknown"], "172.19.0.3"),
        ("172.19.0.3", [], "172.19.0.3"),
        # Who comes from outside says of itself what it likes.
        ("8.8.8.8", ["203.0.113.5"], "8.8.8.8"),
        ("2001:4860:4860::8888", ["203.0.113.5"], "2001:4860:4860::/64"),
    ],
)
def test_with_no_proxy_named_a_neighbour_is_believed(
    peer: str, forwarded_for: list[str], expected: str
) -> None:
    assert client_address(peer, forwarded_for, ()) == expected


def test_where_everybody_is_trusted_the_farthest_address_counts() -> None:
    everybody = read_networks("*")
    assert client_address("8.8.8.8", ["203.0.113.5, 10.0.0.1"], everybody) == "203.0.113.5"
    assert client_address("8.8.8.8", [], everybody) == "8.8.8.8"


async def test_many_accounts_cannot_be_tried_from_one_address_by_default(
    stranger: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "FROM_ADDRESS", 5)
    await signed_up(stranger, "ada")
    answers = [await sign_in(stranger, f"user{number}", "wrong") for number in range(8)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429] * 3
    # Others, too, may come from there: who has signed in before goes on.
    assert (await sign_in(stranger, "ada")).status_code == 200


async def test_one_address_behind_a_trusted_proxy_cannot_try_many_accounts(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "FROM_ADDRESS", 5)
    async with serving(database_url, **PROXIES) as proxy:
        await signed_up(proxy, "ada")
        statuses: list[int] = []
        for number in range(6):
            proxy.headers["X-Forwarded-For"] = f"198.51.100.{number}, 203.0.113.5"
            statuses.append((await sign_in(proxy, f"user{number}", "wrong")).status_code)
        assert statuses == [401] * 5 + [429]
        assert (await sign_in(proxy, "ada")).status_code == 429
        proxy.headers["X-Forwarded-For"] = "203.0.113.6"
        assert (await sign_in(proxy, "ada")).status_code == 200


@pytest.mark.parametrize(("trusted", "expected"), [("10.9.9.9", 429), ("127.0.0.1", 401)])
async def test_the_server_leaves_the_judgement_to_the_application(
    database_url: str, monkeypatch: pytest.MonkeyPatch, trusted: str, expected: int
) -> None:
    monkeypatch.setattr(attempts, "FROM_ADDRESS", 1)
    # A server that read this itself would believe whoever asks.
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    proxies = read_networks(trusted)
    with live(create_app(settings(database_url, forwarded_allow_ips=proxies))) as port:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            for number, status in enumerate((401, expected)):
                client.headers["X-Forwarded-For"] = f"203.0.113.{number}"
                answer = await sign_in(client, f"user{number}", "wrong")
                assert answer.status_code == status
