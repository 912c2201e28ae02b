"""What is said to the assistant, and what it answers."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.tasks.schemas import TaskView

Content = Annotated[str, StringConstraints(min_length=1, max_length=4000)]


class Message(BaseModel):
    """One turn of the conversation so far."""

    model_config = ConfigDict(extra="forbid")

    role: Literal["user", "assistant"]
    content: Content


class Conversation(BaseModel):
    """The turns so far, the newest last."""

    model_config = ConfigDict(extra="forbid")

    messages: Annotated[list[Message], Field(min_length=1, max_length=40)]


class Availability(BaseModel):
    """Whether there is an assistant."""

    available: bool


class Said(BaseModel):
    """A piece of the answer's text."""

    delta: str


class Touched(BaseModel):
    """What was done with a task; listed ones are not repeated here."""

    action: Literal["created", "updated", "deleted", "listed"]
    task: TaskView | None = None


class Finished(BaseModel):
    """The answer is complete."""


class Failed(BaseModel):
    """The answer ends here, and why."""

    detail: str


type Event = Said | Touched | Finished | Failed

NAMES: dict[type[BaseModel], str] = {
    Said: "text",
    Touched: "task",
    Finished: "done",
    Failed: "error",
}


def written(event: Event) -> str:
    """Return an event as it travels in a text/event-stream."""
    data = event.model_dump_json(exclude_none=isinstance(event, Touched) and event.task is None)
    return f"event: {NAMES[type(event)]}\ndata: {data}\n\n"
