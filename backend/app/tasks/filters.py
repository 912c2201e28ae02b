"""Which tasks a list shows, and in which order."""

from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, and_, func, literal

from app.tasks.models import DUE, Priority, Task
from app.tasks.paging import Order, Sort
from app.tasks.schemas import Tag
from app.text import Search

LARGEST_PAGE = 200
MOST_WORDS = 10
TRIGRAM = 3
FIRST_IDEOGRAPH = "\u2e80"


class Due(StrEnum):
    """When a task is due, seen from today; `week` is today and the six days after it."""

    OVERDUE = "overdue"
    TODAY = "today"
    WEEK = "week"
    NONE = "none"


class TaskFilter(BaseModel):
    """What tasks must be like; a field left out asks for nothing."""

    model_config = ConfigDict(extra="forbid")

    q: Search | None = Field(
        None,
        description="Words of title, notes or tags in any order, accents and case aside; one of "
        "three letters or more may be any part of a word, a shorter one is its beginning",
    )
    done: bool | None = None
    priority: Priority | None = None
    tag: Tag | None = None
    due: Due | None = None

    def conditions(self, today: date) -> Iterator[ColumnElement[bool]]:
        """Give the conditions for the database, seen from the user's today."""
        # A long text is looked up by its longest words: the others would hardly tell more.
        # A tag is shown with a sign that it is kept without.
        asked = {word.lstrip("#") or word for word in (self.q or "").split()}
        words = sorted(asked, key=len, reverse=True)
        for word in words[:MOST_WORDS]:
            yield Task.words.like(_pattern(word))
        if self.done is not None:
            yield Task.done.is_(self.done)
        if self.priority is not None:
            yield Task.priority == self.priority
        if self.tag is not None:
            yield Task.tags.contains([self.tag])
        if self.due is not None:
            yield _due(self.due, today)


class TaskQuery(TaskFilter):
    """A page of a filtered list."""

    sort: Sort = Sort.CREATED
    order: Order = "desc"
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = 50
    cursor: Annotated[
        str | None,
        Field(max_length=2000, description="`next_cursor` of the page before, of the same order"),
    ] = None


def _pattern(word: str) -> ColumnElement[str]:
    # A shorter part of a word has no trigram, its beginning has: the blank before it is a letter.
    # Chinese and Japanese have short words and no blanks.
    short = len(word) < TRIGRAM and word.isalnum() and max(word) < FIRST_IDEOGRAPH
    begins = " " if short else ""
    plain: ColumnElement[str] = func.searchable(word)
    for special in ("\\", "%", "_"):
        plain = func.replace(plain, special, f"\\{special}")
    return literal(f"%{begins}") + plain + literal("%")


def _due(due: Due, today: date) -> ColumnElement[bool]:
    # DUE and not the column, because the indexes hold that. Ruff takes it for a constant.
    match due:
        case Due.OVERDUE:
            return and_(DUE < today, Task.done.is_(False))  # noqa: SIM300
        case Due.TODAY:
            return DUE == today  # noqa: SIM300
        case Due.WEEK:
            return DUE.between(today, today + timedelta(days=6))
        case Due.NONE:
            return Task.due_date.is_(None)
