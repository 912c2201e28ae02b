"""Orders of tasks, and the cursor: the place after a page's last task, as opaque text."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Literal

from sqlalchemy import ColumnElement, tuple_

from app.errors import RefusedError
from app.tasks.models import DUE, TITLE, Priority, Task

LARGEST_ID = 2**63 - 1

type Order = Literal["asc", "desc"]


class Sort(StrEnum):
    """What a list can be sorted by."""

    CREATED = "created"
    DUE = "due"
    PRIORITY = "priority"
    TITLE = "title"


class WrongCursorError(RefusedError):
    """Not a cursor of this service, or of another order."""

    status = 422
    detail = "cursor: is none of this list"


KEYS: Mapping[Sort, ColumnElement[Any]] = {
    Sort.CREATED: Task.id.expression,
    Sort.DUE: DUE,
    Sort.PRIORITY: Task.priority.expression,
    Sort.TITLE: TITLE,
}


@dataclass(frozen=True)
class Cursor:
    """The sort key and the id of the last task that was shown."""

    sort: Sort
    key: Any
    task_id: int

    def written(self) -> str:
        """Return it as text that fits into an address."""
        key = self.key.isoformat() if isinstance(self.key, date) else self.key
        raw = json.dumps([self.sort, key, self.task_id], ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")

    def beyond(self, order: Order) -> ColumnElement[bool]:
        """Return the condition on tasks that come after it; an index answers it."""
        columns = [KEYS[self.sort], Task.id.expression]
        here = tuple_(self.key, self.task_id, types=[column.type for column in columns])
        there = tuple_(*columns)
        return there > here if order == "asc" else there < here


def read_cursor(text: str, sort: Sort) -> Cursor:
    """Read a cursor back. Raises WrongCursorError for any text that is none of this order."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        written_sort, key, task_id = json.loads(raw)
        if written_sort != sort or type(task_id) is not int or not 1 <= task_id <= LARGEST_ID:
            raise WrongCursorError
        return Cursor(sort, _key(sort, key), task_id)
    except (ValueError, TypeError, RecursionError):
        raise WrongCursorError from None


def _key(sort: Sort, raw: object) -> Any:
    if sort is Sort.CREATED and type(raw) is int and 1 <= raw <= LARGEST_ID:
        return raw
    if sort is Sort.DUE and isinstance(raw, str):
        return date.fromisoformat(raw)
    if sort is Sort.PRIORITY and isinstance(raw, str):
        return Priority(raw)
    if sort is Sort.TITLE and isinstance(raw, str) and "\0" not in raw:
        raw.encode()  # half a surrogate pair is a ValueError here, and could not be sent
        return raw
    raise WrongCursorError
