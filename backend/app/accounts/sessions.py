"""Sessions keep a device signed in: each renewal replaces its token, and reuse ends the session."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import DeviceSession, SessionToken, User
from app.accounts.tokens import Claims

LIFE = timedelta(days=30)
# Two tabs that renew at once hold the same token; later than this, it is a stolen one.
GRACE = timedelta(seconds=10)
TOKEN_BYTES = 32


@dataclass(frozen=True)
class SignedIn:
    """A user on a device, with the session token that device must hold from now on."""

    user: User
    session_id: UUID
    session_token: str


async def start(session: AsyncSession, user: User) -> SignedIn:
    """Begin a session of a user."""
    device = DeviceSession(user_id=user.id, expires_at=func.now() + LIFE)
    session.add(device)
    await session.flush()
    token = secrets.token_urlsafe(TOKEN_BYTES)
    return SignedIn(user, device.id, await _keep(session, device.id, token))


async def renew(session: AsyncSession, token: str, key: bytes) -> SignedIn | None:
    """Replace a token; None where it is unknown, expired, or was replaced before the grace.

    Under one key a token has one successor: who renews it twice gets the same again, so that a
    session never has two tokens that live side by side.
    """
    query = (
        select(
            SessionToken,
            DeviceSession,
            User,
            (SessionToken.replaced_at < func.now() - GRACE).label("reused"),
        )
        .join(DeviceSession, DeviceSession.id == SessionToken.session_id)
        .join(User, User.id == DeviceSession.user_id)
        .where(SessionToken.token_hash == _hash(token), DeviceSession.expires_at > func.now())
        .with_for_update(of=SessionToken)
    )
    found = (await session.execute(query)).one_or_none()
    if found is None:
        return None
    held, device, user, reused = found
    if reused:
        await session.execute(delete(DeviceSession).where(DeviceSession.id == device.id))
        return None
    if held.replaced_at is None:
        held.replaced_at = func.now()
    device.expires_at = func.now() + LIFE
    return SignedIn(user, device.id, await _keep(session, device.id, _successor(token, key)))


async def end(session: AsyncSession, token: str) -> None:
    """End the session a token belongs to, if there is one."""
    of_token = select(SessionToken.session_id).where(SessionToken.token_hash == _hash(token))
    await session.execute(delete(DeviceSession).where(DeviceSession.id.in_(of_token)))


async def end_others(session: AsyncSession, claims: Claims) -> None:
    """End every session of the user but the one at hand."""
    await session.execute(
        delete(DeviceSession).where(
            DeviceSession.user_id == claims.user_id, DeviceSession.id != claims.session_id
        )
    )


async def user_of(session: AsyncSession, claims: Claims) -> User | None:
    """Return the user of a session that is still alive, None where it was revoked."""
    return await session.scalar(
        select(User)
        .join(DeviceSession, DeviceSession.user_id == User.id)
        .where(
            User.id == claims.user_id,
            DeviceSession.id == claims.session_id,
            DeviceSession.expires_at > func.now(),
        )
    )


async def purge_sessions(session: AsyncSession) -> None:
    """Delete what has expired."""
    await session.execute(delete(DeviceSession).where(DeviceSession.expires_at <= func.now()))


async def _keep(session: AsyncSession, session_id: UUID, token: str) -> str:
    kept = insert(SessionToken).values(token_hash=_hash(token), session_id=session_id)
    await session.execute(kept.on_conflict_do_nothing())
    return token


def _successor(token: str, key: bytes) -> str:
    made = hmac.digest(key, b"the session token after " + token.encode(), "sha256")
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def _hash(token: str) -> bytes:
    # Plain SHA-256 is enough: the token is 256 random bits, nothing can be guessed.
    return hashlib.sha256(token.encode()).digest()
