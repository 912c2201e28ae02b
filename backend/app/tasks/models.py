"""The table of tasks."""

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, Identity, String, false, func
from sqlalchemy.orm import Mapped, mapped_column

from app.database.models import Base

TITLE_LENGTH = 200


class Task(Base):
    """One thing to do. Ids grow, so that they order tasks by age."""

    __tablename__ = "tasks"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    done: Mapped[bool] = mapped_column(server_default=false())
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
