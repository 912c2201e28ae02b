"""What is measured of each release, so that trends can be seen: images, builds, restarts."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.module_utils.judge.image import image_rows
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Measured,
    ReleaseSeen,
    Seen,
)


def measured(contracts: Sequence[Contract], seen: Seen) -> dict[str, Measured]:
    """Return what each lasting service is like, as it is seen at the end of its release."""
    rows = {row["service"]: row for row in image_rows(contracts, seen, ())}
    return {
        one.name: Measured(
            size_bytes=rows.get(one.name, {}).get("size_bytes") or None,
            build_seconds=rows.get(one.name, {}).get("build_seconds"),
            counted=_counted(seen, one.name),
        )
        for one in seen.services
        if not one.one_shot
    }


def restarts_in(release: ReleaseSeen, seen: Seen) -> dict[str, int]:
    """Return how often each service has restarted in the release that runs, up to what is seen."""
    return {
        name: one.restarts + _since(one.counted, _counted(seen, name))
        for name, one in release.measured.items()
    }


def _counted(seen: Seen, service: str) -> int:
    return sum(container.restarts for container in seen.of_service(service))


def _since(before: int, now: int) -> int:
    # A container that was made anew counts from 0 again.
    return now - before if now >= before else now
