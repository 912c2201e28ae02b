"""Access tokens: signed, short-lived, for one session."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt

ALGORITHM = "HS256"
ISSUER = "todo-backend"
AUDIENCE = "todo"
LIFE = timedelta(minutes=15)
# What the clocks of two replicas may differ by.
LEEWAY = timedelta(seconds=10)
_REQUIRED = ("exp", "iat", "sub", "aud", "iss", "sid")
_USER_ID = re.compile(r"[1-9][0-9]{0,17}")


class TokenRefusedError(Exception):
    """The token is not one of ours, or not any more."""


@dataclass(frozen=True)
class Claims:
    """Whose token it is, and of which session."""

    user_id: int
    session_id: UUID


class AccessTokens:
    """Issues and reads access tokens under one key."""

    def __init__(self, key: str) -> None:
        self._key = key

    def issue(self, claims: Claims) -> str:
        """Sign a token that lives for LIFE from now."""
        now = datetime.now(UTC)
        payload = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(claims.user_id),
            "sid": str(claims.session_id),
            "iat": now,
            "exp": now + LIFE,
        }
        return jwt.encode(payload, self._key, algorithm=ALGORITHM)

    def read(self, token: str) -> Claims:
        """Return what the token says. Raises TokenRefusedError for any that is not ours."""
        try:
            payload = jwt.decode(
                token,
                self._key,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                leeway=LEEWAY,
                options={"require": list(_REQUIRED)},
            )
            if payload["exp"] - payload["iat"] > LIFE.total_seconds():
                raise TokenRefusedError
            if not _USER_ID.fullmatch(payload["sub"]):
                raise TokenRefusedError
            return Claims(int(payload["sub"]), UUID(payload["sid"]))
        except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError, OverflowError):
            raise TokenRefusedError from None
