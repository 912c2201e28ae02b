"""The record of a release: what was released, without any value; and the images it keeps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.build.build_records import BuildRecords
from ansible_collections.todo.stack.plugins.module_utils.contract.labels import (
    CONTENT_LABEL,
    STACK_LABEL,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import Images
from ansible_collections.todo.stack.plugins.module_utils.decide.resolution import given_names
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.state import numbers, read_record
from ansible_collections.todo.stack.plugins.module_utils.judge.check import Check
from ansible_collections.todo.stack.plugins.module_utils.look.environment import fingerprints
from ansible_collections.todo.stack.plugins.module_utils.look.look import Look

# Builds that were never released keep their tag while they are among the last ones.
_BUILDS_KEPT = 2


def record(
    number: int, spec: StackSpec, looked: Look, images: Images, checks: Sequence[Check]
) -> dict[str, Any]:
    """Return what is recorded of a release, as it was seen and judged at its end."""
    key = Path(spec.state.fingerprint_key)
    return {
        "number": number,
        "stack": spec.name,
        "at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "images": {
            name: {"reference": image.reference, "image_id": image.id}
            for name, image in sorted(images.items())
        },
        "environment": fingerprints(key, looked.rendered.values),
        "given": given_names(spec.contracts, spec.given),
        "definition": f"sha256:{hashlib.sha256(spec.definition.encode()).hexdigest()}",
        "schema": _schema(looked, spec),
        "one_shots": _one_shots(looked),
        "parts": dict(looked.parts),
        "acceptance": {
            "passed": sum(one.passed for one in checks),
            "failed": [one.id for one in checks if not one.passed],
        },
    }


def forget_images(
    docker: DockerCli, spec: StackSpec, pins: Mapping[str, str], failed: Collection[str] = ()
) -> None:
    """Remove content tags that no kept release runs and that are not among the last builds.

    ``pins``: what ran before. ``failed``: what was built for a release that failed goes too.
    """
    records = [read_record(spec.state, number) for number in numbers(spec.state)]
    kept = {row["reference"] for one in records for row in (one.get("images") or {}).values()}
    kept |= set(pins.values())
    builds = BuildRecords(Path(spec.state.builds)).images
    for contract in spec.contracts:
        rows = builds.get(contract.image, ())[:_BUILDS_KEPT]
        recent = {str(row.get("content_image", "")) for row in rows} - set(failed)
        spared = {*kept, *recent, f"{contract.image}:latest"}
        mine = f"{STACK_LABEL}={spec.name}"
        ours = docker.image_names(CONTENT_LABEL, mine, repository=contract.image)
        docker.remove_images(one for one in ours if one not in spared)


def _schema(looked: Look, spec: StackSpec) -> str:
    """Return the revision of the database's schema, as a check of a contract tells it."""
    for service in looked.seen.services:
        contract = spec.own_contract(service.name)
        for check in contract.run.checks if contract else ():
            answer = service.probes.get(check.name)
            if check.revision and answer and answer.body:
                with suppress(ValueError):
                    return str((json.loads(answer.body) or {}).get(check.revision) or "")
    return ""


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
