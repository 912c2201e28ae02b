"""Tasks as they travel."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from app.tasks.models import TITLE_LENGTH

LARGEST_ID = 2**63 - 1
LARGEST_PAGE = 200


def _one_line(value: str) -> str:
    if not value.isprintable():
        raise ValueError("must be one line without control characters")
    return value


Title = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=TITLE_LENGTH),
    AfterValidator(_one_line),
]
TaskId = Annotated[int, Field(ge=1, le=LARGEST_ID)]


class NewTask(BaseModel):
    """A task to be made."""

    model_config = ConfigDict(extra="forbid")

    title: Title
    done: bool = False


class TaskChange(BaseModel):
    """What to change; a field left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    title: Title = ""
    done: bool = False

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("must change the title, done, or both")
        return self


class TaskView(BaseModel):
    """A task as it is shown. Its id is text: JavaScript would round a large number."""

    model_config = ConfigDict(from_attributes=True)

    id: Annotated[str, BeforeValidator(str)]
    title: str
    done: bool
    created_at: datetime
