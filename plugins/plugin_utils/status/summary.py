"""The status of a host as data: what `stack_output=json` prints, and the screen is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.backup import Backup
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.module_utils.decide.expiry import (
    base_image_warnings,
    bases_of,
    expiry_warnings,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.going_back import (
    obstacles,
    reachable,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.images import wanted_images
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import Action, plan
from ansible_collections.todo.stack.plugins.module_utils.decide.schema import schema_of_now
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Container,
    ReleaseSeen,
    Seen,
)
from ansible_collections.todo.stack.plugins.module_utils.look.status import Status
from ansible_collections.todo.stack.plugins.module_utils.look.usage import Usage

_NANO = 10**9


def summary(host: str, status: Status, now: datetime, secret_max_age_days: int) -> dict[str, Any]:
    """Return all that is told of a host's stack; sizes in bytes, times ISO 8601 in UTC.

    ``secret_max_age_days``: from when on a secret is told to be old; 0 for never.
    """
    seen, contracts = status.seen, status.spec.contracts
    return {
        "host": host,
        "reached": True,
        "stack": seen.stack,
        "problem": seen.problem,
        "release": _release(seen, contracts),
        "services": _services(status),
        "disk": [asdict(one) for one in seen.space],
        "available_memory_bytes": seen.available_memory_bytes,
        "back_to": _back_to(seen, contracts),
        "drift": [one.as_result() for one in drift(seen, contracts)],
        "backups": [_backup(one) for one in status.backups],
        "audit": [asdict(one) for one in status.audit],
        "warnings": [
            *seen.warnings,
            *base_image_warnings(bases_of(seen), now.date()),
            *expiry_warnings(seen, contracts, now, secret_max_age_days),
        ],
    }


def unreached(host: str, why: str) -> dict[str, Any]:
    """Return what is told of a host that cannot be reached."""
    return {"host": host, "reached": False, "problem": " ".join(why.split())}


def drift(seen: Seen, contracts: Sequence[Contract]) -> Sequence[Action]:
    """Return what a run would do to have the release that runs as it was released."""
    if not seen.release.number:
        return ()
    return plan(seen, contracts, wanted_images(seen, contracts, ()))


def _backup(backup: Backup) -> dict[str, Any]:
    keys = ("name", "service", "at", "why", "release", "bytes", "proven", "problem")
    told = {key: getattr(backup, key) for key in keys}
    return {**told, "schema": backup.holding.revision, "encrypted": bool(backup.recipient)}


def _release(seen: Seen, contracts: Sequence[Contract]) -> dict[str, Any]:
    release = seen.release
    told = {key: getattr(release, key) for key in ("number", "began", "at", "by", "commit")}
    return {
        **told,
        "back_to": release.back_to or None,
        "schema": schema_of_now(seen, contracts),
        "accepted": release.accepted,
        "failed": list(release.failed),
    }


def _services(status: Status) -> list[dict[str, Any]]:
    seen, usage = status.seen, {one.container: one for one in status.usage}
    known = [one.name for one in seen.services]
    lasting = [one for one in seen.containers if not one.one_off]
    names = dict.fromkeys([*known, *(one.service for one in lasting)])
    rows = []
    for name in names:
        own = seen.of_service(name)
        rows += [_service(seen, one, usage.get(one.name)) for one in own]
        wanted = next((one.replicas for one in seen.services if one.name == name), 0)
        if not own and wanted and not _ended_before(seen, name):
            rows.append({"service": name, "state": "absent", "health": "none"})
    return rows


def _service(seen: Seen, container: Container, usage: Usage | None) -> dict[str, Any]:
    image: Mapping[str, Any] = seen.image(container.image_id) or {}
    record = image.get("Record") or {}
    settings, inside = container.settings, container.inside
    nano = int(settings.get("NanoCpus") or 0)
    return {
        "service": container.service,
        "container": container.name,
        "state": container.state,
        "health": container.health,
        "exit_code": container.exit_code,
        "restarts": container.restarts,
        "up_seconds": round(inside.uptime_seconds) if container.pid else None,
        "image": container.image,
        "image_id": container.image_id,
        "image_bytes": record.get("size_bytes") or image.get("Size"),
        "memory_bytes": usage.memory_bytes if usage else None,
        "memory_limit_bytes": settings.get("Memory") or None,
        "cpu_percent": usage.cpu_percent if usage else None,
        "cpu_limit_percent": round(100 * nano / _NANO) or None,
    }


def _ended_before(seen: Seen, name: str) -> bool:
    """Tell whether a one-shot has no container because it is done."""
    return name in seen.release.one_shots


def _back_to(seen: Seen, contracts: Sequence[Contract]) -> list[dict[str, Any]]:
    """Return the kept releases but the one that runs, the newest first, each with what forbids."""
    able = reachable(seen, contracts)
    others: list[ReleaseSeen] = [o for o in seen.releases if o.number != seen.release.number]
    return [
        {
            "number": one.number,
            "began": one.began,
            "commit": one.commit,
            "by": one.by,
            "schema": one.schema,
            "possible": one.number in able,
            "why_not": [p.what for p in obstacles(seen, one, contracts)],
        }
        for one in reversed(others)
    ]
