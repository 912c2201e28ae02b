"""The operations the model may ask for, each on the tasks of the signed-in user alone."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.assistant.schemas import Touched
from app.assistant.turns import ToolCall
from app.database.sessions import Database
from app.tasks import store
from app.tasks.filters import TaskFilter, TaskQuery
from app.tasks.models import Task
from app.tasks.schemas import NewTask, TaskChange, TaskFields, TaskView

MOST_LISTED = 50


class Chosen(BaseModel):
    """Which task is meant."""

    model_config = ConfigDict(extra="forbid")

    id: UUID


class Changed(Chosen):
    """Which task to change, and how."""

    change: TaskChange


@dataclass(frozen=True)
class Outcome:
    """What the model hears of an operation, and what the user's screen does."""

    told: Any
    event: Touched | None = None


NO_SUCH_TASK = Outcome({"error": "no such task"})


async def _list(session: AsyncSession, toolbox: "Toolbox", asked: TaskFilter) -> Outcome:
    query = TaskQuery(**asked.model_dump(), limit=MOST_LISTED)
    tasks, more = await store.list_tasks(session, toolbox.owner, query, toolbox.today)
    told = {"tasks": [_told(task) for task in tasks], "more": more is not None}
    return Outcome(told, Touched(action="listed"))


async def _create(session: AsyncSession, toolbox: "Toolbox", fields: TaskFields) -> Outcome:
    task = await store.add_task(session, toolbox.owner, NewTask(**fields.model_dump()))
    return _touched(task, "created") if task else NO_SUCH_TASK


async def _update(session: AsyncSession, toolbox: "Toolbox", changed: Changed) -> Outcome:
    task = await store.change_task(session, toolbox.owner, changed.id, changed.change)
    return _touched(task, "updated") if task else NO_SUCH_TASK


async def _delete(session: AsyncSession, toolbox: "Toolbox", chosen: Chosen) -> Outcome:
    task = await store.delete_task(session, toolbox.owner, chosen.id)
    return _touched(task, "deleted") if task else NO_SUCH_TASK


type Operation = Callable[[AsyncSession, "Toolbox", Any], Awaitable[Outcome]]

TOOLS: dict[str, tuple[str, type[BaseModel], Operation]] = {
    "list_tasks": ("Find tasks, the newest first.", TaskFilter, _list),
    "create_task": ("Make a task.", TaskFields, _create),
    "update_task": ("Change a task, or mark it as done.", Changed, _update),
    "delete_task": ("Delete a task.", Chosen, _delete),
}


def described() -> list[dict[str, Any]]:
    """Return the operations as the model's API describes functions."""
    return [
        {
            "type": "function",
            "function": {
                "name": name,
                "description": description,
                "parameters": arguments.model_json_schema(),
            },
        }
        for name, (description, arguments, _) in TOOLS.items()
    ]


@dataclass(frozen=True)
class Toolbox:
    """The operations in the hands of one user, on a day of theirs."""

    database: Database
    owner: int
    today: date

    async def run(self, call: ToolCall) -> Outcome:
        """Do what the model asks for; what it got wrong is told to it, so that it can mend it."""
        if call.name not in TOOLS:
            return Outcome({"error": "no such tool"})
        _, arguments, operation = TOOLS[call.name]
        try:
            given = arguments.model_validate_json(call.arguments or "{}")
        except ValidationError as error:
            found = error.errors(include_url=False, include_context=False, include_input=False)
            return Outcome({"error": "wrong arguments", "problems": json.dumps(found)})
        async with self.database.session() as session:
            return await operation(session, self, given)


def _touched(task: Task, action: Literal["created", "updated", "deleted"]) -> Outcome:
    return Outcome(_told(task), Touched(action=action, task=TaskView.model_validate(task)))


def _told(task: Task) -> dict[str, Any]:
    view = TaskView.model_validate(task)
    return view.model_dump(mode="json", exclude={"created_at", "updated_at"})
