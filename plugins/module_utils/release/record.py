"""The record of a release: what was released, without any value; and the images it keeps."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.build.build_records import BuildRecords
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import to_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.labels import (
    CONTENT_LABEL,
    STACK_LABEL,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import Images
from ansible_collections.todo.stack.plugins.module_utils.decide.resolution import given_names
from ansible_collections.todo.stack.plugins.module_utils.decide.schema import told_of_schema
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.state import (
    amend_record,
    is_same,
    read_record,
    released_images,
    write_record,
)
from ansible_collections.todo.stack.plugins.module_utils.judge.check import Check
from ansible_collections.todo.stack.plugins.module_utils.judge.measures import (
    measured,
    restarts_in,
)
from ansible_collections.todo.stack.plugins.module_utils.look.environment import fingerprints
from ansible_collections.todo.stack.plugins.module_utils.look.look import Look
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Seen
from ansible_collections.todo.stack.plugins.module_utils.look.releases import read_migrations

# Builds that were never released keep their tag while they are among the last ones.
_BUILDS_KEPT = 2
# What a release that is mended keeps of its record.
_GOES_ON = ("began", "back_to", "rollout_seconds")


def this_moment() -> str:
    """Return the time, ISO 8601 in UTC."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def record(
    number: int, spec: StackSpec, looked: Look, images: Images, checks: Sequence[Check]
) -> dict[str, Any]:
    """Return what is recorded of a release, as it was seen and judged at its end."""
    key, seen = Path(spec.state.fingerprint_key), looked.seen
    given = seen.release.given if seen.wanted else given_names(spec.contracts, spec.given)
    return {
        "number": number,
        "stack": spec.name,
        "at": this_moment(),
        "images": {
            name: {"reference": image.reference, "image_id": image.id}
            for name, image in sorted(images.items())
        },
        "environment": fingerprints(key, looked.rendered.values),
        # Who goes back gives nothing: what was given last is in use still.
        "given": given,
        "definition": f"sha256:{hashlib.sha256(spec.definition.encode()).hexdigest()}",
        **_schema(looked, spec),
        "back_to": seen.wanted,
        "one_shots": _one_shots(looked),
        "parts": dict(looked.parts),
        "measured": to_plain(measured(spec.contracts, seen)),
        "acceptance": {
            "passed": sum(one.passed for one in checks),
            "failed": [one.id for one in checks if not one.passed],
        },
    }


def keep_record(state: StateDir, number: int, told: dict[str, Any], left: Seen, keep: int) -> None:
    """Write the record of a release, and into that of the one before how it has fared.

    ``left``: what was seen before. A release that only mends is the one before, and goes on.
    """
    before, restarts = read_record(state, number - 1), restarts_in(left.release, left)
    if is_same(before, told):
        told |= {key: before[key] for key in _GOES_ON if key in before}
        told["measured"] = _with_restarts(told["measured"], restarts)
    elif before:
        fared = {**before, "measured": _with_restarts(before.get("measured") or {}, restarts)}
        amend_record(state, number - 1, fared)
    write_record(state, number, told, keep)


def _with_restarts(rows: Mapping[str, Any], restarts: Mapping[str, int]) -> dict[str, Any]:
    return {name: {**row, "restarts": restarts.get(name, 0)} for name, row in rows.items()}


def forget_images(
    docker: DockerCli, spec: StackSpec, pins: Mapping[str, str], failed: Collection[str] = ()
) -> None:
    """Remove content tags that no kept release runs and that are not among the last builds.

    ``pins``: what ran before. ``failed``: what was built for a release that failed goes too.
    """
    kept = released_images(spec.state) | set(pins.values())
    builds = BuildRecords(Path(spec.state.builds)).images
    for contract in [one for one in spec.contracts if one.build]:
        rows = builds.get(contract.image, ())[:_BUILDS_KEPT]
        recent = {str(row.get("content_image", "")) for row in rows} - set(failed)
        spared = {*kept, *recent, f"{contract.image}:latest"}
        mine = f"{STACK_LABEL}={spec.name}"
        ours = docker.image_names(CONTENT_LABEL, mine, repository=contract.image)
        docker.remove_images(one for one in ours if one not in spared)


def _schema(looked: Look, spec: StackSpec) -> dict[str, Any]:
    """Return the schema's revision and the migrations that led there, as the services tell."""
    schema, told = told_of_schema(looked.seen, spec.contracts)
    migrations = read_migrations(told)
    if schema not in [one.revision for one in migrations]:
        # Older code does not know what newer code has migrated: what was known of it goes on.
        migrations = looked.seen.release.migrations
    return {"schema": schema, "migrations": to_plain(migrations)}


def _one_shots(looked: Look) -> dict[str, str]:
    """Return for each one-shot that has ended well what it was: its image and its hash."""
    due = {one.name: one for one in looked.seen.services if one.one_shot}
    before = looked.seen.release.one_shots
    ended = {
        name: f"{one.image_id} {service.alone_hash}"
        for name, service in due.items()
        for one in looked.seen.of_service(name)
        if one.ended_well
    }
    return {**{name: said for name, said in before.items() if name in due}, **ended}
