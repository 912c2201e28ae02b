"""What a JSON schema cannot tell a generator of requests."""

from typing import Any

import schemathesis

from app.tasks.models import Priority
from app.tasks.paging import Cursor, Sort

KEYS = {Sort.CREATED: 7, Sort.DUE: "2026-12-24", Sort.PRIORITY: Priority.LOW, Sort.TITLE: "x"}


@schemathesis.hook
def before_call(
    _context: schemathesis.HookContext, case: schemathesis.Case[Any], _kwargs: dict[str, Any]
) -> None:
    """Put a cursor of the list that is asked for where any text would fit the schema."""
    asked = case.query or {}
    if "cursor" in asked and case.meta and case.meta.generation.mode.is_positive:
        sort = Sort(asked.get("sort", Sort.CREATED))
        asked["cursor"] = Cursor(sort, KEYS[sort], 7).written()
