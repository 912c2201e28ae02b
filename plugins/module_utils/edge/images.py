"""Bring the images of this host to the wanted content: look, decide, build, record."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.edge.builder import Builder
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.engine import describe_engine
from ansible_collections.todo.stack.plugins.module_utils.edge.records import BuildRecords
from ansible_collections.todo.stack.plugins.module_utils.errors import ProblemList, StackError
from ansible_collections.todo.stack.plugins.module_utils.image.content import (
    CONTENT_LABEL,
)
from ansible_collections.todo.stack.plugins.module_utils.image.record import (
    find_record,
)
from ansible_collections.todo.stack.plugins.module_utils.image.spec import (
    Decision,
    ImageSpec,
    decide,
    read_spec,
    spec_problems,
)

_OLDER_TAGS_KEPT = 1  # the content tag before the running image's


@dataclass(frozen=True)
class Wanted:
    """The module's parameters."""

    specs: tuple[ImageSpec, ...]
    ca_bundle: str | None
    proxies: Mapping[str, str]
    state_dir: Path
    no_cache: bool
    progress_file: Path | None

    @classmethod
    def read(cls, params: Mapping[str, Any]) -> Wanted:
        """Return the parameters, checked; raise ProblemList with every wrong name."""
        specs = tuple(read_spec(image, params["bases"]) for image in params["images"])
        if problems := spec_problems(specs):
            raise ProblemList(problems)
        ca_bundle = params["ca_bundle"]
        return cls(
            specs=specs,
            ca_bundle=ca_bundle if ca_bundle and Path(ca_bundle).is_file() else None,
            proxies={name: str(value) for name, value in params["proxies"].items()},
            state_dir=Path(params["state_dir"]),
            no_cache=params["no_cache"],
            progress_file=Path(params["progress_file"]) if params["progress_file"] else None,
        )


def ensure_images(
    docker: DockerCli, wanted: Wanted, *, check_mode: bool
) -> tuple[dict[str, Any], list[str]]:
    """Return the result after building what changed, or what a run would build, and warnings."""
    records = BuildRecords(wanted.state_dir)
    found = _inspect(docker, _references(wanted.specs), check_mode=check_mode)
    if found is None:
        decisions = [_foreseen(spec) for spec in wanted.specs]
        return _result(decisions, [_row(records, d, {}) for d in decisions]), records.warnings
    decisions = [_decide(spec, found, records, no_cache=wanted.no_cache) for spec in wanted.specs]
    due = [decision for decision in decisions if decision.build]
    built: list[dict[str, Any]] = []
    if due and not check_mode:
        built = _build(docker, wanted, due)
        records.add({d.spec.image: row for d, row in zip(due, built)})
        _drop_old_tags(docker, due)
    rows = {row["service"]: row for row in built}
    images = [_row(records, d, found, rows.get(d.spec.service)) for d in decisions]
    return _result(decisions, images), records.warnings


def _inspect(
    docker: DockerCli, refs: Sequence[str], *, check_mode: bool
) -> dict[str, dict[str, Any]] | None:
    """Return the images there are; None for the preview of a host without a running engine."""
    if which("docker"):
        try:
            return docker.inspect_images(refs)
        except StackError as problem:
            failure = problem
    state = describe_engine(docker.run, os.environ)
    if state.running:
        raise failure
    if check_mode:
        return None
    raise StackError(state.message, where="image_build", remedy=state.remedy)


def _build(docker: DockerCli, wanted: Wanted, due: Sequence[Decision]) -> list[dict[str, Any]]:
    # Not the folder of the task: what the module unpacks as root its user could not remove.
    with tempfile.TemporaryDirectory(prefix="todo-stack-build-") as scratch:
        builder = Builder(
            docker,
            Path(scratch),
            wanted.ca_bundle,
            wanted.proxies,
            wanted.progress_file,
            wanted.no_cache,
        )
        return builder.build(due)


def _foreseen(spec: ImageSpec) -> Decision:
    return Decision(spec, spec.content({}), build=True, reason="there is no running engine yet")


def _row(
    records: BuildRecords,
    decision: Decision,
    found: Mapping[str, dict[str, Any]],
    built: dict[str, Any] | None = None,
) -> dict[str, Any]:
    row = built or _known_row(records, decision, found)
    return {**row, "changed": decision.build, "reason": decision.reason}


def _references(specs: Sequence[ImageSpec]) -> list[str]:
    return list(dict.fromkeys(ref for s in specs for ref in (s.reference, *s.bases)))


def _decide(
    spec: ImageSpec,
    found: Mapping[str, dict[str, Any]],
    records: BuildRecords,
    *,
    no_cache: bool,
) -> Decision:
    content = spec.content({ref: found[ref]["Id"] for ref in spec.bases if ref in found})
    existing = found.get(spec.reference)
    record = _record(records, spec, content.digest, found)
    return decide(spec, content, existing, measured=record is not None, no_cache=no_cache)


def _record(
    records: BuildRecords, spec: ImageSpec, digest: str, found: Mapping[str, dict[str, Any]]
) -> dict[str, Any] | None:
    image = found.get(spec.reference)
    return find_record(records.images, spec.image, digest, str(image["Id"])) if image else None


def _known_row(
    records: BuildRecords, decision: Decision, found: Mapping[str, dict[str, Any]]
) -> dict[str, Any]:
    """Return the row of an image that is not built now, as its record tells it."""
    spec, digest = decision.spec, decision.content.digest
    known = _record(records, spec, digest, found) if not decision.build else None
    if known:
        return {**known, "budget": spec.budget.as_result()}
    return {"service": spec.service, "image": spec.reference, "digest": digest}


def _drop_old_tags(docker: DockerCli, decisions: Sequence[Decision]) -> None:
    """Remove the content tags of builds before the last two; nothing but our own is touched."""
    for decision in decisions:
        image = decision.spec.image
        ours = docker.image_tags(CONTENT_LABEL, repository=image)
        # The cache may give an image its first birthday back, so age alone would not keep it.
        current = {decision.spec.reference, decision.spec.content_reference(decision.content)}
        docker.remove_images([tag for tag in ours if tag not in current][_OLDER_TAGS_KEPT:])


def _result(decisions: Sequence[Decision], images: list[dict[str, Any]]) -> dict[str, Any]:
    reasons = "; ".join(f"{d.spec.service}: {d.reason}" for d in decisions)
    changed = any(decision.build for decision in decisions)
    single = images[0] if len(images) == 1 else {}
    return {
        **single,
        "changed": changed,
        "reason": reasons,
        "images": images,
        "diff": [_diff(d) for d in decisions if d.build],
    }


def _diff(decision: Decision) -> dict[str, str]:
    return {
        "before_header": decision.spec.reference,
        "after_header": decision.spec.reference,
        "prepared": "".join(f"{decision.spec.service}: {line}\n" for line in decision.diff),
    }
