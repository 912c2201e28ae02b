"""What is said to the assistant, and what it answers."""

from typing import Annotated, Any, Literal

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


class _Event(BaseModel):
    """A kind of event, named by its `type`."""

    # Whoever reads events is always given all of their fields.
    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class Said(_Event):
    """A piece of the answer's text."""

    type: Literal["text"] = "text"
    delta: str


class Touched(_Event):
    """What was done with a task; listed ones are not repeated here."""

    type: Literal["task"] = "task"
    action: Literal["created", "updated", "deleted", "listed"]
    task: TaskView | None = None


class Finished(_Event):
    """The answer is complete."""

    type: Literal["done"] = "done"


class Failed(_Event):
    """The answer ends here, and why."""

    type: Literal["error"] = "error"
    detail: str


type Event = Said | Touched | Finished | Failed

KINDS: tuple[type[_Event], ...] = (Said, Touched, Finished, Failed)
REFERENCE = "#/components/schemas/{model}"


def written(event: Event) -> str:
    """Return an event as it travels in a text/event-stream."""
    return f"event: {event.type}\ndata: {event.model_dump_json()}\n\n"


def event_schemas() -> dict[str, Any]:
    """Return the schemas of what the events carry, by name; `AssistantEvent` is any of them."""
    found = {
        kind.__name__: kind.model_json_schema(ref_template=REFERENCE, mode="serialization")
        for kind in KINDS
    }
    # What they refer to is in the document already.
    for schema in found.values():
        schema.pop("$defs", None)
    return {**found, "AssistantEvent": {"oneOf": [_reference(kind) for kind in KINDS]}}


def stream_schema() -> dict[str, Any]:
    """Describe an event as it travels: its name, and its data as JSON."""
    kinds = [
        {
            "type": "object",
            "properties": {
                "event": {"const": kind.model_fields["type"].default},
                "data": {
                    "type": "string",
                    "contentMediaType": "application/json",
                    "contentSchema": _reference(kind),
                },
            },
            "required": ["event", "data"],
        }
        for kind in KINDS
    ]
    return {"oneOf": kinds}


def _reference(kind: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REFERENCE.format(model=kind.__name__)}
