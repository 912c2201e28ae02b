"""Image size and build time against the contract's budget."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.judge.check import BUILD_REMEDY, Check
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Observation

CONTENT_LABEL = "todo.stack.content"


def image_size(contract: Mapping[str, Any], seen: Observation) -> Check:
    """Return the sum of the image's uncompressed layers against the budget, in bytes."""
    limit = int(contract["build"]["budget"]["bytes"])
    measured, message = None, _absent(contract, seen)
    if not message:
        measured = size_bytes(seen)
        if measured > limit:
            message = "over the budget; the report lists its layers, drop what is not needed"
    return Check(contract["service"], "image_size", not message, measured, limit, "bytes", message)


def build_time(contract: Mapping[str, Any], seen: Observation) -> Check:
    """Return the slowest recorded build of this image's content against the budget, in seconds."""
    limit = int(contract["build"]["budget"]["seconds"])
    measured, message, passed = None, _absent(contract, seen), False
    records = recorded_builds(seen)
    if not message and not records:
        message = "no build of this content is on record; `-e images_no_cache=true` measures one"
    if not message:
        build = records[0]
        measured, passed = round(_seconds(build), 1), _seconds(build) < limit
        message = _build_message(build, passed)
    return Check(contract["service"], "build_time", passed, measured, limit, "seconds", message)


def recorded_builds(seen: Observation) -> list[Mapping[str, Any]]:
    """Return the records of the builds that made this image's content, the slowest first.

    A rebuild from the cache takes a second: the budget is for the build that did the work.
    """
    content = content_of(seen)
    found = [
        build
        for build in seen.builds
        if content and build.get("digest") == content and _is_number(build.get("build_seconds"))
    ]
    return sorted(found, key=_seconds, reverse=True)


def content_of(seen: Observation) -> str:
    """Return the content digest on the image's label, or nothing."""
    labels = ((seen.image or {}).get("Config") or {}).get("Labels") or {}
    return str(labels.get(CONTENT_LABEL, ""))


def size_bytes(seen: Observation) -> int:
    """Return the sum of the image's uncompressed layers."""
    return sum(int(layer["bytes"]) for layer in seen.layers)


def _absent(contract: Mapping[str, Any], seen: Observation) -> str:
    if seen.problem:
        return seen.problem
    if seen.image is None:
        return f"there is no image {contract['image']}:latest; {BUILD_REMEDY}"
    return ""


def _build_message(build: Mapping[str, Any], passed: bool) -> str:
    cached = int(build.get("cached_steps") or 0)
    note = f"{cached} steps came from the cache" if cached else ""
    if passed:
        return note
    advice = "the report's timeline shows the slow steps"
    return f"slower than the budget; {advice}" + (f" ({note})" if note else "")


def _seconds(build: Mapping[str, Any]) -> float:
    return float(build["build_seconds"])


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
