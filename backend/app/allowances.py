"""How much of something may be used in a span of time, counted for all processes together."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import DateTime, Integer, LargeBinary, case, cast, delete, extract, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.database.models import Base


class Use(Base):
    """What was used under one name since its span began. Names are hashed: some hold an e-mail."""

    __tablename__ = "uses"

    name_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    used: Mapped[int]
    resets_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


SECONDS_LEFT = cast(func.ceil(extract("epoch", Use.resets_at - func.now())), Integer)


@dataclass(frozen=True)
class Allowance:
    """At most `limit` in `span`, under one name."""

    name: str
    limit: int
    span: timedelta

    @property
    def name_hash(self) -> bytes:
        """Return what stands for the name in the database."""
        return hashlib.sha256(self.name.encode()).digest()


async def use(session: AsyncSession, allowance: Allowance, amount: int = 1) -> int | None:
    """Count a use; return the seconds to wait where it is one too many, None where it is not."""
    fresh = insert(Use).values(
        name_hash=allowance.name_hash, used=amount, resets_at=func.now() + allowance.span
    )
    over = Use.resets_at <= func.now()
    counted = fresh.on_conflict_do_update(
        index_elements=[Use.name_hash],
        set_={
            "used": case((over, amount), else_=Use.used + amount),
            "resets_at": case((over, fresh.excluded.resets_at), else_=Use.resets_at),
        },
    ).returning(Use.used, SECONDS_LEFT)
    used, seconds = (await session.execute(counted)).one()
    return seconds if used > allowance.limit else None


async def exhausted(session: AsyncSession, allowance: Allowance) -> int | None:
    """Return the seconds to wait where all is used, None where some is left; counts nothing."""
    return await session.scalar(
        select(SECONDS_LEFT).where(
            Use.name_hash == allowance.name_hash,
            Use.used >= allowance.limit,
            Use.resets_at > func.now(),
        )
    )


async def forget(session: AsyncSession, allowance: Allowance) -> None:
    """Begin again at nothing used."""
    await session.execute(delete(Use).where(Use.name_hash == allowance.name_hash))


async def purge_uses(session: AsyncSession) -> None:
    """Delete what counts no more."""
    await session.execute(delete(Use).where(Use.resets_at <= func.now()))
