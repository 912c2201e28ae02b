"""Tasks over HTTP. Another user's task is answered like one that does not exist."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from app.accounts.caller import Caller
from app.database.sessions import Session
from app.errors import RefusedError, problems
from app.tasks import store
from app.tasks.filters import TaskQuery
from app.tasks.models import Task
from app.tasks.schemas import (
    NewTask,
    TagCount,
    TagCounts,
    TaskChange,
    TaskPage,
    TaskView,
)
from app.today import Today

router = APIRouter(prefix="/api", tags=["tasks"], responses=problems(401, 409, 422, 503))
WITH_BODY = (400, 408, 413)


class NoSuchTaskError(RefusedError):
    """There is none, or it is not the caller's."""

    status = 404
    detail = "no such task"


@router.get("/tasks")
async def list_tasks(
    caller: Caller, session: Session, today: Today, query: Annotated[TaskQuery, Query()]
) -> TaskPage:
    """List tasks, a page at a time."""
    tasks, cursor = await store.list_tasks(session, caller.id, query, today)
    items = [TaskView.model_validate(task) for task in tasks]
    return TaskPage(items=items, next_cursor=cursor.written() if cursor else None)


@router.post(
    "/tasks",
    response_model=TaskView,
    status_code=status.HTTP_201_CREATED,
    responses=problems(404, *WITH_BODY),
)
async def create_task(caller: Caller, session: Session, response: Response, new: NewTask) -> Task:
    """Make a task; sent again with the same id, the answer is the task as it is by now."""
    task = _existing(await store.add_task(session, caller.id, new))
    response.headers["Location"] = f"{router.prefix}/tasks/{task.uuid}"
    return task


@router.get("/tasks/{task_id}", response_model=TaskView, responses=problems(404))
async def show_task(caller: Caller, session: Session, task_id: UUID) -> Task:
    """Show a task."""
    return _existing(await store.find_task(session, caller.id, task_id))


@router.patch("/tasks/{task_id}", response_model=TaskView, responses=problems(404, *WITH_BODY))
async def change_task(caller: Caller, session: Session, task_id: UUID, change: TaskChange) -> Task:
    """Change any of a task's fields."""
    return _existing(await store.change_task(session, caller.id, task_id, change))


@router.delete("/tasks/{task_id}", status_code=status.HTTP_204_NO_CONTENT, responses=problems(404))
async def delete_task(caller: Caller, session: Session, task_id: UUID) -> None:
    """Delete a task; for ten minutes it can be restored."""
    _existing(await store.delete_task(session, caller.id, task_id))


@router.post("/tasks/{task_id}/restore", response_model=TaskView, responses=problems(404))
async def restore_task(caller: Caller, session: Session, task_id: UUID) -> Task:
    """Take back that a task was deleted."""
    return _existing(await store.restore_task(session, caller.id, task_id))


@router.get("/tags")
async def list_tags(caller: Caller, session: Session) -> TagCounts:
    """List the tags in use."""
    counted = await store.count_tags(session, caller.id)
    return TagCounts(items=[TagCount.model_validate(row) for row in counted])


def _existing(task: Task | None) -> Task:
    if task is None:
        raise NoSuchTaskError
    return task
