"""Tasks as they travel."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID, uuid4

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    model_validator,
)
from pydantic import StringConstraints as Constraints

from app.tasks.models import TITLE_LENGTH, Priority
from app.text import lines, one_line

MOST_TAGS = 10

Title = Annotated[str, one_line(TITLE_LENGTH)]
Notes = Annotated[str, lines(4000)]
# One word, so that tags can be typed in a row; the comma for the same reason.
Tag = Annotated[
    str,
    Constraints(
        to_lower=True,
        min_length=1,
        max_length=30,
        pattern=r"^[^\s\x00-\x1f\x7f-\x9f,\u200e\u200f\u2028-\u202e\u2066-\u2069]+$",
    ),
]


def _written_as_a_day(value: object) -> object:
    # A number or a time of day would be taken for a date as well.
    if value is None or (isinstance(value, str) and len(value) == len("2026-12-24")):
        return value
    raise ValueError("must be a date like 2026-12-24")


DueDate = Annotated[date | None, BeforeValidator(_written_as_a_day)]


def _without_repeats(tags: list[str]) -> list[str]:
    return list(dict.fromkeys(tags))


Tags = Annotated[list[Tag], Field(max_length=MOST_TAGS), AfterValidator(_without_repeats)]


class TaskFields(BaseModel):
    """What a task to be made says."""

    model_config = ConfigDict(extra="forbid")

    title: Title
    notes: Notes = ""
    priority: Priority = Priority.NORMAL
    due_date: DueDate = None
    tags: Tags = []


class NewTask(TaskFields):
    """A task to be made."""

    id: UUID = Field(
        default_factory=uuid4,
        description="Its id, made by the sender: sent again with the same one, it is made once",
    )


class TaskChange(BaseModel):
    """What to change; a field left out stays as it is."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"minProperties": 1})

    title: Title = ""
    notes: Notes = ""
    priority: Priority = Priority.NORMAL
    due_date: DueDate = None
    tags: Tags = []
    done: StrictBool = False

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("must change something")
        return self


class TaskView(BaseModel):
    """A task as it is shown."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID = Field(validation_alias="uuid")
    title: str
    notes: str
    priority: Priority
    due_date: date | None
    tags: list[str]
    done: bool
    created_at: datetime
    updated_at: datetime


class TaskPage(BaseModel):
    """Some tasks, and where the next ones begin; null at the end."""

    items: list[TaskView]
    next_cursor: str | None


class TagCount(BaseModel):
    """A tag, and how many tasks carry it."""

    model_config = ConfigDict(from_attributes=True)

    tag: str
    count: int


class TagCounts(BaseModel):
    """Every tag in use."""

    items: list[TagCount]
