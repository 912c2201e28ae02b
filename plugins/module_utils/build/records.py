"""The rows of images built before, as they are kept for later runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError

RECORDS_VERSION = 1
_RECORDS_KEPT = 10


def read_records(data: object) -> dict[str, list[dict[str, Any]]]:
    """Return the records of a parsed state file; raise StackError for one that is none."""
    if not isinstance(data, dict) or data.get("version") != RECORDS_VERSION:
        raise StackError("the build records are of no known version")
    images = data.get("images")
    if not isinstance(images, dict) or not all(map(_are_rows, images.values())):
        raise StackError("the build records are damaged")
    return images


def with_record(
    records: Mapping[str, list[dict[str, Any]]], image: str, row: dict[str, Any]
) -> dict[str, list[dict[str, Any]]]:
    """Return the records with a new newest row; the oldest beyond ten are dropped."""
    return {**records, image: [row, *records.get(image, [])][:_RECORDS_KEPT]}


def find_record(
    records: Mapping[str, list[dict[str, Any]]], image: str, digest: str, image_id: str
) -> dict[str, Any] | None:
    """Return the record of the image that really is there: same content, same ID."""
    rows = records.get(image, [])
    wanted = (digest, image_id)
    return next((r for r in rows if (r.get("digest"), r.get("image_id")) == wanted), None)


def _are_rows(rows: object) -> bool:
    return isinstance(rows, list) and all(isinstance(row, dict) for row in rows)
