"""People with accounts, as tests need them."""

from typing import Any
from uuid import uuid4

import httpx

from app.accounts.tokens import AccessTokens, Claims

# Signs in every test.
SECRET = "k8Jx2mQ9vLr4Tz7Wn1Yb5Hc3Gd6Fs0AbPe"
METRICS_TOKEN = "Zr7Yq3Lx9Vb1Nt5Kw8Md2Hs6Pf4Jc0GaUeTi"
PASSWORD = "correct horse battery"


def email_of(name: str) -> str:
    """Return somebody's e-mail."""
    return f"{name}@example.org"


async def signed_up(client: httpx.AsyncClient, name: str) -> dict[str, Any]:
    """Make an account and return its session."""
    body = {"email": email_of(name), "password": PASSWORD, "name": name.title()}
    answer = await client.post("/api/auth/sign-up", json=body)
    assert answer.status_code == 201, answer.text
    session: dict[str, Any] = answer.json()
    return session


async def sign_in(client: httpx.AsyncClient, name: str, password: str = PASSWORD) -> httpx.Response:
    """Try to sign in."""
    body = {"email": email_of(name), "password": password}
    return await client.post("/api/auth/sign-in", json=body)


async def renewed(client: httpx.AsyncClient, token: str) -> httpx.Response:
    """Try to renew a session."""
    return await client.post("/api/auth/renew", json={"session_token": token})


def bearer(session: dict[str, Any]) -> dict[str, str]:
    """Return the header of a session's access token."""
    return {"Authorization": f"Bearer {session['access_token']}"}


def carry(client: httpx.AsyncClient, session: dict[str, Any]) -> None:
    """Let the client send a session's access token from now on."""
    client.headers.update(bearer(session))


def token_of_nobody() -> str:
    """Return a good access token of a session that is in no database."""
    return AccessTokens(SECRET).issue(Claims(1, uuid4()))
