"""The rows of images built before, as they are kept for later runs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
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
    records: Mapping[str, list[dict[str, Any]]],
    image: str,
    row: dict[str, Any],
    released: Collection[str],
) -> dict[str, list[dict[str, Any]]]:
    """Return the records with a new newest row; the oldest beyond ten are dropped.

    Of each image that a kept release runs, by its reference, the slowest build stays: it is judged.
    """
    rows = [row, *records.get(image, [])]
    lasting: dict[str, dict[str, Any]] = {}
    for one in rows[_RECORDS_KEPT:]:
        name = str(one.get("content_image", ""))
        if name in released and _seconds(one) >= _seconds(lasting.get(name, {})):
            lasting[name] = one
    return {**records, image: [*rows[:_RECORDS_KEPT], *lasting.values()]}


def _seconds(row: Mapping[str, Any]) -> float:
    told = row.get("build_seconds")
    return float(told) if isinstance(told, (int, float)) else -1.0


def find_record(
    records: Mapping[str, list[dict[str, Any]]], image: str, digest: str, image_id: str
) -> dict[str, Any] | None:
    """Return the record of the image that really is there: same content, same ID."""
    rows = records.get(image, [])
    wanted = (digest, image_id)
    return next((r for r in rows if (r.get("digest"), r.get("image_id")) == wanted), None)


def _are_rows(rows: object) -> bool:
    return isinstance(rows, list) and all(isinstance(row, dict) for row in rows)
