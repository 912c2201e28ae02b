"""Image size and build time against the contract's budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.labels import CONTENT_LABEL
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Budget, Contract
from ansible_collections.todo.stack.plugins.module_utils.judge.check import BUILD_REMEDY, Finding
from ansible_collections.todo.stack.plugins.module_utils.judge.subject import (
    Subject,
    image_reference,
)
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Seen, Service

MEASURE = "`-e images_no_cache=true` measures one"
Image = Mapping[str, Any]


def image_size(subject: Subject) -> Finding:
    """Return the sum of the image's uncompressed layers against the budget, in bytes."""
    limit, image = budget_of(subject).bytes, subject.image
    if image is None:
        return Finding(None, limit, _absent(subject), unit="bytes")
    measured = size_bytes(image)
    if measured is None:
        fault = f"no build of this image is on record, so its layers are unknown; {MEASURE}"
    else:
        over = limit is not None and measured > limit
        fault = "over the budget; the report lists its layers, drop what is not needed" * over
    return Finding(measured, limit, fault, unit="bytes")


def build_time(subject: Subject) -> Finding:
    """Return the slowest recorded build of this image's content against the budget, in seconds."""
    limit, image = budget_of(subject).seconds, subject.image
    if image is None:
        return Finding(None, limit, _absent(subject), unit="seconds")
    records = recorded_builds(subject.seen, subject.contract, image)
    if not records:
        fault = f"no build of this content is on record; {MEASURE}"
        return Finding(None, limit, fault, unit="seconds")
    cached = int(records[0].get("cached_steps") or 0)
    note = f"{cached} steps came from the cache" if cached else ""
    over = limit is not None and _seconds(records[0]) > limit
    fault = "slower than the budget; the report's timeline shows the slow steps" * over
    return Finding(round(_seconds(records[0]), 1), limit, fault, note, "seconds")


def recorded_builds(seen: Seen, contract: Contract | None, image: Image) -> list[Image]:
    """Return the records of the builds that made this image's content, the slowest first.

    A rebuild from the cache takes a second: the budget is for the build that did the work.
    """
    content = ((image.get("Config") or {}).get("Labels") or {}).get(CONTENT_LABEL)
    rows = seen.builds.get(contract.image, ()) if contract else ()
    found = [
        build
        for build in rows
        if content and build.get("digest") == content and _is_number(build.get("build_seconds"))
    ]
    return sorted(found, key=_seconds, reverse=True)


def size_bytes(image: Image) -> int | None:
    """Return the sum of the image's uncompressed layers, None where they were never weighed."""
    layers = image.get("Layers")
    return sum(int(layer["bytes"]) for layer in layers) if layers else None


def image_rows(
    contracts: Sequence[Contract], seen: Seen, reasons: Sequence[str]
) -> list[dict[str, Any]]:
    """Return what is known of the images that are to run: slowest build, real layers, reason."""
    rows = []
    for contract in contracts:
        if not contract.build:
            continue
        service = next((one for one in seen.services if one.name == contract.service), None)
        reference = image_reference(seen, service or Service(contract.service), contract)
        if image := seen.image(reference):
            rows.append({**_row(contract, seen, image, reasons), "image": reference})
    return rows


def _row(contract: Contract, seen: Seen, image: Image, reasons: Sequence[str]) -> dict[str, Any]:
    builds = recorded_builds(seen, contract, image)
    whole = {**(image.get("Record") or {}), **(builds[0] if builds else {})}
    start = f"{contract.service}: "
    why = next((line[len(start) :] for line in reasons if line.startswith(start)), "")
    return {
        **whole,
        "service": contract.service,
        "reason": why or whole.get("reason", ""),
        "image_id": image.get("Id", ""),
        "size_bytes": size_bytes(image) or 0,
        "layers": [dict(layer) for layer in image.get("Layers") or ()],
        "budget": asdict(contract.build.budget) if contract.build else {},
    }


def budget_of(subject: Subject) -> Budget:
    """Return what the service's image may cost: nothing is said of one that it does not build."""
    build = subject.contract.build if subject.contract else None
    return build.budget if build else Budget()


def _absent(subject: Subject) -> str:
    return f"there is no image {subject.reference}; {BUILD_REMEDY}"


def _seconds(build: Image) -> float:
    return float(build["build_seconds"])


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
