"""The tables of users and of the sessions that keep them signed in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, ForeignKey, Identity, LargeBinary, String, func
from sqlalchemy.orm import Mapped, mapped_column

from app.database.models import Base

EMAIL_LENGTH = 254
NAME_LENGTH = 100


class User(Base):
    """Someone with an account. The e-mail is stored in lower case."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    email: Mapped[str] = mapped_column(String(EMAIL_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    password_hash: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class DeviceSession(Base):
    """One device that stays signed in. Deleting it revokes every token that came from it."""

    __tablename__ = "sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class SessionToken(Base):
    """One of a session's tokens, as its hash. The replaced ones stay, to recognise their reuse."""

    __tablename__ = "session_tokens"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    session_id: Mapped[UUID] = mapped_column(
        ForeignKey(DeviceSession.id, ondelete="CASCADE"), index=True
    )
    replaced_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
