"""Tasks over HTTP."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Response, status

from app.database.sessions import Session
from app.tasks import store
from app.tasks.models import Task
from app.tasks.schemas import LARGEST_PAGE, NewTask, TaskChange, TaskId, TaskView

router = APIRouter(prefix="/api/tasks")

Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE)]


@router.get("", response_model=list[TaskView])
async def list_tasks(
    session: Session, response: Response, limit: Limit = 100, before: TaskId | None = None
) -> Sequence[Task]:
    """List the newest tasks; the Link header holds the address of the next page."""
    tasks = await store.list_tasks(session, limit=limit, before=before)
    if len(tasks) == limit:
        address = f"{router.prefix}?limit={limit}&before={tasks[-1].id}"
        response.headers["Link"] = f'<{address}>; rel="next"'
    return tasks


@router.post("", response_model=TaskView, status_code=status.HTTP_201_CREATED)
async def create_task(session: Session, response: Response, new: NewTask) -> Task:
    """Make a task."""
    task = await store.add_task(session, new)
    response.headers["Location"] = f"{router.prefix}/{task.id}"
    return task


@router.patch("/{task_id}", response_model=TaskView)
async def change_task(session: Session, task_id: TaskId, change: TaskChange) -> Task:
    """Change a task's title, whether it is done, or both."""
    task = await store.change_task(session, task_id, change)
    if task is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "no such task")
    return task


@router.delete("/{task_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_task(session: Session, task_id: TaskId) -> None:
    """Delete a task."""
    if not await store.delete_task(session, task_id):
        raise HTTPException(status.HTTP_404_NOT_FOUND, "no such task")
