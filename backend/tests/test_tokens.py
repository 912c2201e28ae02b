"""Access tokens that are not ours, or not any more: 401, never 5xx."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest

from app.accounts.tokens import AUDIENCE, ISSUER, AccessTokens, Claims, TokenRefusedError

from .people import SECRET, signed_up

NOW = datetime.now(UTC).replace(microsecond=0)
GOOD: dict[str, Any] = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": "1",
    "sid": str(uuid4()),
    "iat": NOW,
    "exp": NOW + timedelta(minutes=15),
}
PATHS = ("/api/auth/me", "/api/tasks", "/api/tags", "/api/assistant")


def signed(
    key: str = SECRET, algorithm: str = "HS256", without: str = "", **changes: object
) -> str:
    payload = {name: value for name, value in {**GOOD, **changes}.items() if name != without}
    return jwt.encode(payload, key, algorithm=algorithm)


def unsigned(algorithm: str) -> str:
    head, payload = ({"alg": algorithm, "typ": "JWT"}, {**GOOD, "iat": 0, "exp": 2**33})
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()) for part in (head, payload))
    return b".".join(part.rstrip(b"=") for part in parts).decode() + "."


REFUSED = {
    "not a token": "x",
    "dots": "..",
    "cut": signed()[:-5],
    "no signature": signed().rpartition(".")[0] + ".",
    "another payload": ".".join([*signed(sub="2").split(".")[:2], signed().split(".")[2]]),
    "alg none": unsigned("none"),
    "alg None": unsigned("None"),
    "no alg": unsigned(""),
    "another key": signed(key="another-key-of-at-least-32-bytes-length"),
    "HS384": signed(algorithm="HS384", key=SECRET * 2),
    "HS512 of our key": signed(algorithm="HS512", key=SECRET * 2),
    "expired": signed(iat=NOW - timedelta(minutes=20), exp=NOW - timedelta(minutes=5)),
    # Far enough ahead for a run of these tests that takes long.
    "not yet issued": signed(iat=NOW + timedelta(days=1), exp=NOW + timedelta(days=1, minutes=5)),
    "a long life": signed(exp=NOW + timedelta(minutes=16)),
    "a foreign audience": signed(aud="billing"),
    "a foreign issuer": signed(iss="https://accounts.example.org"),
    "a number as subject": signed(sub="0"),
    "words as subject": signed(sub="1 OR 1=1"),
    "a huge subject": signed(sub="9" * 40),
    "no uuid as session": signed(sid="x"),
    **{f"no {name}": signed(without=name) for name in GOOD},
}


@pytest.mark.parametrize("token", REFUSED.values(), ids=REFUSED.keys())
def test_a_token_that_is_not_ours_is_refused(token: str) -> None:
    with pytest.raises(TokenRefusedError):
        AccessTokens(SECRET).read(token)


def test_a_token_of_ours_is_read() -> None:
    tokens = AccessTokens(SECRET)
    claims = Claims(user_id=7, session_id=uuid4())
    assert tokens.read(tokens.issue(claims)) == claims
    assert tokens.read(signed()).user_id == 1


async def test_every_refused_token_is_401(stranger: httpx.AsyncClient) -> None:
    for token in [*REFUSED.values(), signed(), signed(sub="9" * 18)]:
        for path in PATHS:
            answer = await stranger.get(path, headers={"Authorization": f"Bearer {token}"})
            assert (answer.status_code, answer.json()) == (401, {"detail": "not signed in"})
            assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "header",
    [b"", b"Bearer", b"Bearer ", b"Basic eDp5", b"bearer\xff", b"Bearer \xff", b"x" * 9000],
)
async def test_a_strange_authorization_header_is_401(
    stranger: httpx.AsyncClient, header: bytes
) -> None:
    for path in PATHS:
        answer = await stranger.get(path, headers=[(b"Authorization", header)])
        assert answer.status_code == 401


async def test_a_token_of_another_users_session_is_401(stranger: httpx.AsyncClient) -> None:
    ada, bob = [await signed_up(stranger, name) for name in ("ada", "bob")]
    sid = AccessTokens(SECRET).read(bob["access_token"]).session_id
    mixed = signed(sub=ada["user"]["id"], sid=str(sid))
    answer = await stranger.get(PATHS[0], headers={"Authorization": f"Bearer {mixed}"})
    assert answer.status_code == 401
