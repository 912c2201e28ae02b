"""The table of tasks."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Computed,
    Date,
    DateTime,
    Enum,
    ForeignKey,
    Identity,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    func,
    literal_column,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.models import User
from app.database.models import Base

TITLE_LENGTH = 200


class Priority(StrEnum):
    """How much a task matters; PostgreSQL sorts them in this order."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class Task(Base):
    """One thing to do."""

    __tablename__ = "tasks"
    # Its owner's alone: nobody can learn of another's id, nor take it.
    __table_args__ = (UniqueConstraint("user_id", "uuid"),)

    # Grows, so that it orders tasks by age. Never shown.
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    # Its id for everybody else; made by whoever adds it, so that adding it again adds nothing.
    uuid: Mapped[UUID] = mapped_column(server_default=func.gen_random_uuid())
    # None: made before there were accounts; the next account to be made adopts it.
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    notes: Mapped[str] = mapped_column(Text, server_default="")
    priority: Mapped[Priority] = mapped_column(
        Enum(Priority, name="priority", values_callable=list), server_default=Priority.NORMAL
    )
    due_date: Mapped[date | None] = mapped_column(Date)
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    done: Mapped[bool] = mapped_column(server_default=false())
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), onupdate=func.now()
    )
    # Set: deleted, and to be had back for a while; then its title is empty, as nothing else's is.
    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # What is searched, as `searchable` writes it, with a blank before every word. Never read.
    words: Mapped[str] = mapped_column(
        Text, Computed("task_words(title, notes, tags)", persisted=True), deferred=True
    )


# Undated tasks count as due at the end of time.
DUE = func.coalesce(Task.due_date, literal_column("'infinity'::date"), type_=Date)
TITLE = func.lower(Task.title)

_LIVING = Task.deleted_at.is_(None)
# One for each order a page can have; the id makes every place in it unique.
Index("ix_tasks_by_creation", Task.user_id, Task.id, postgresql_where=_LIVING)
Index("ix_tasks_by_due_date", Task.user_id, DUE, Task.id, postgresql_where=_LIVING)
Index("ix_tasks_by_priority", Task.user_id, Task.priority, Task.id, postgresql_where=_LIVING)
Index("ix_tasks_by_title", Task.user_id, TITLE, Task.id, postgresql_where=_LIVING)
# Of many tasks most are done, and the open ones may all lie at the far end.
_OPEN = _LIVING & Task.done.is_(False)
Index("ix_tasks_open_by_due_date", Task.user_id, DUE, Task.id, postgresql_where=_OPEN)
Index("ix_tasks_open_by_priority", Task.user_id, Task.priority, Task.id, postgresql_where=_OPEN)
# Trigrams find any part of a word.
Index(
    "ix_tasks_words",
    Task.words,
    postgresql_using="gin",
    postgresql_ops={"words": "gin_trgm_ops"},
    postgresql_where=_LIVING,
)
_TO_PURGE = Task.deleted_at.is_not(None) & (Task.title != "")
Index("ix_tasks_to_purge", Task.deleted_at, postgresql_where=_TO_PURGE)
