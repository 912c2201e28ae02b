"""Tasks in the database. Every query is bound to their owner."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.tasks.filters import TaskQuery
from app.tasks.models import Priority, Task
from app.tasks.paging import KEYS, Cursor, read_cursor
from app.tasks.schemas import NewTask, TaskChange

UNDO = timedelta(minutes=10)
MOST_TAGS_SHOWN = 200


async def list_tasks(
    session: AsyncSession, owner: int, query: TaskQuery, today: date
) -> tuple[list[Task], Cursor | None]:
    """Return a page, and the cursor of the next one where there are more tasks."""
    if query.q:
        # How to search depends on how many tasks have the words: a plan for any words takes seconds
        # for common ones.
        await session.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))
    rows = (await session.execute(page(owner, query, today))).all()
    shown = rows[: query.limit]
    tasks = [row[0] for row in shown]
    if len(rows) == len(shown):
        return tasks, None
    last, key = shown[-1]
    return tasks, Cursor(query.sort, key, last.id)


def page(owner: int, query: TaskQuery, today: date) -> Select[tuple[Task, Any]]:
    """Return the query of a page, one task longer to know whether there are more."""
    key = KEYS[query.sort]
    selected = select(Task, key.label("key")).where(*_living(owner), *query.conditions(today))
    if query.cursor is not None:
        selected = selected.where(read_cursor(query.cursor, query.sort).beyond(query.order))
    columns = [key, Task.id.expression]
    ordered = [column.desc() if query.order == "desc" else column for column in columns]
    return selected.order_by(*ordered).limit(query.limit + 1)


async def find_task(session: AsyncSession, owner: int, task_id: UUID) -> Task | None:
    """Return one task; None where the owner has no such task."""
    return await session.scalar(select(Task).where(*_living(owner), Task.uuid == task_id))


async def add_task(session: AsyncSession, owner: int, new: NewTask) -> Task | None:
    """Store a new task once, however often it is sent; None where it was deleted since."""
    values = {"user_id": owner, "uuid": new.id, **new.model_dump(exclude={"id"})}
    # Of two at once, the second waits here for the first.
    added = insert(Task).values(values).on_conflict_do_nothing(index_elements=["user_id", "uuid"])
    task = await session.scalar(added.returning(Task))
    return task or await find_task(session, owner, new.id)


async def change_task(
    session: AsyncSession, owner: int, task_id: UUID, change: TaskChange
) -> Task | None:
    """Change only the fields that were given; None where the owner has no such task."""
    changed = update(Task).where(*_living(owner), Task.uuid == task_id)
    values = change.model_dump(exclude_unset=True)
    return await session.scalar(changed.values(values).returning(Task))


async def delete_task(session: AsyncSession, owner: int, task_id: UUID) -> Task | None:
    """Mark a task as deleted and return it; None where the owner has no such task."""
    await purge_tasks(session)
    deleted = update(Task).where(*_living(owner), Task.uuid == task_id)
    return await session.scalar(deleted.values(deleted_at=func.now()).returning(Task))


async def restore_task(session: AsyncSession, owner: int, task_id: UUID) -> Task | None:
    """Take a deletion back, if there was one; None where it is too long ago."""
    lately = Task.deleted_at > func.now() - UNDO
    restored = update(Task).where(Task.user_id == owner, Task.uuid == task_id, lately)
    task = await session.scalar(restored.values(deleted_at=None).returning(Task))
    return task or await find_task(session, owner, task_id)


async def count_tags(session: AsyncSession, owner: int) -> Sequence[Row[tuple[str, int]]]:
    """Return the tags of most tasks first, with how many tasks carry each."""
    tags = select(func.unnest(Task.tags).label("tag")).where(*_living(owner)).subquery()
    count = func.count().label("count")
    counted = select(tags.c.tag, count).group_by(tags.c.tag).order_by(count.desc(), tags.c.tag)
    return (await session.execute(counted.limit(MOST_TAGS_SHOWN))).all()


async def adopt_tasks(session: AsyncSession, owner: int) -> None:
    """Give the tasks from before there were accounts to a new one: the first, that is."""
    await session.execute(update(Task).where(Task.user_id.is_(None)).values(user_id=owner))


async def purge_tasks(session: AsyncSession) -> None:
    """Delete for good what nobody can restore any more; the ids stay taken.

    A page that was away for weeks may send once more what it added: that is not to come back.
    """
    purged = update(Task).where(Task.deleted_at <= func.now() - UNDO, Task.title != "")
    nothing = purged.values(
        title="", notes="", tags=[], due_date=None, done=False, priority=Priority.NORMAL
    )
    await session.execute(nothing)


def _living(owner: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Task.user_id == owner, Task.deleted_at.is_(None)
