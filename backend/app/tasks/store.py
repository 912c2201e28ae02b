"""Tasks in the database."""

from collections.abc import Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.tasks.models import Task
from app.tasks.schemas import NewTask, TaskChange


async def list_tasks(session: AsyncSession, *, limit: int, before: int | None) -> Sequence[Task]:
    """Return at most `limit` tasks, newest first; with `before`, those older than that task."""
    query = select(Task).order_by(Task.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Task.id < before)
    return (await session.scalars(query)).all()


async def add_task(session: AsyncSession, new: NewTask) -> Task:
    """Store a new task and return it with its id and time."""
    task = Task(**new.model_dump())
    session.add(task)
    await session.flush()
    await session.refresh(task)
    return task


async def change_task(session: AsyncSession, task_id: int, change: TaskChange) -> Task | None:
    """Change only the fields that were given; None where there is no such task."""
    values = change.model_dump(exclude_unset=True)
    query = update(Task).where(Task.id == task_id).values(values).returning(Task)
    return await session.scalar(query)


async def delete_task(session: AsyncSession, task_id: int) -> bool:
    """Delete a task; False where there is no such task."""
    query = delete(Task).where(Task.id == task_id).returning(Task.id)
    return await session.scalar(query) is not None
