"""What is seen of the wanted images before anything is decided; reads only."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.build.build_records import BuildRecords
from ansible_collections.todo.stack.plugins.module_utils.build.plan import Sight
from ansible_collections.todo.stack.plugins.module_utils.build.spec import ImageSpec
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli


def look(
    docker: DockerCli,
    specs: Sequence[ImageSpec],
    found: Mapping[str, dict[str, Any]],
    secret_prints: Mapping[str, Mapping[str, str]],
    records: BuildRecords,
) -> Sight:
    """Return what is seen; a registry is asked only where the pull policy says so."""
    ids = {ref: str(image["Id"]) for ref, image in found.items()}
    asked = {
        ref: spec.stand_ins.get(ref, ref) for spec in specs if spec.pulls for ref in spec.bases
    }
    newest = {ref: _newest(docker, at, found.get(ref)) for ref, at in asked.items()}
    return Sight(found, {**ids, **newest}, secret_prints, records.images)


def _newest(docker: DockerCli, ref: str, local: Mapping[str, Any] | None) -> str:
    """Return the ID of the local image if it is the registry's newest, else that one's digest."""
    out = docker.read("buildx", "imagetools", "inspect", "--format", "{{json .Manifest}}", ref)
    digest = json.loads(out).get("digest")
    if not digest:
        raise StackError(f"the registry tells no digest of {ref}", where="pull: always")
    here = (local or {}).get("RepoDigests") or ()
    return str(local["Id"]) if local and any(d.endswith(f"@{digest}") for d in here) else digest
