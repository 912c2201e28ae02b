"""Bring the images of this host to the wanted content: look, decide, build, record."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from shutil import which
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.build.build_records import BuildRecords
from ansible_collections.todo.stack.plugins.module_utils.build.build_secrets import secret_prints
from ansible_collections.todo.stack.plugins.module_utils.build.builder import Builder
from ansible_collections.todo.stack.plugins.module_utils.build.image_sight import look
from ansible_collections.todo.stack.plugins.module_utils.build.plan import (
    contents,
    decide_all,
    result_of,
)
from ansible_collections.todo.stack.plugins.module_utils.build.record import with_growth
from ansible_collections.todo.stack.plugins.module_utils.build.spec import Decision, ImageSpec
from ansible_collections.todo.stack.plugins.module_utils.build.wanted import Wanted
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.decide.engine_state import (
    MINIMUM,
    shortfalls,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.state import as_it_is, released_images
from ansible_collections.todo.stack.plugins.module_utils.look.engine import describe_engine

# Not /tmp, which is a small tmpfs on many machines.
_SCRATCH = "/var/tmp"  # noqa: S108 - a folder of its own is made in it


def ensure_images(
    docker: DockerCli, wanted: Wanted, *, check_mode: bool
) -> tuple[dict[str, Any], list[str]]:
    """Return the result after building what changed, or what a run would build, and warnings."""
    state = as_it_is(wanted.state)
    records = BuildRecords(Path(state.builds))
    found = _inspect(docker, _references(wanted.specs), check_mode=check_mode)
    if found is None:
        return result_of([_foreseen(spec) for spec in wanted.specs]), records.warnings
    prints = secret_prints(wanted.secrets, Path(state.fingerprint_key), check_mode=check_mode)
    sight = look(docker, wanted.specs, found, prints, records)
    sight = sight.with_images(docker.inspect_images(contents(wanted.specs, sight)))
    decisions = decide_all(wanted.specs, sight, no_cache=wanted.no_cache)
    due = [decision for decision in decisions if decision.build]
    built: dict[str, dict[str, Any]] = {}
    warnings = list(records.warnings)
    if due and not check_mode:
        warnings += wanted.spared(due)
        built = _build(docker, wanted, due, records)
    return result_of(decisions, sight, built), warnings


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


def _build(
    docker: DockerCli, wanted: Wanted, due: Sequence[Decision], records: BuildRecords
) -> dict[str, dict[str, Any]]:
    _demand_builder(docker)
    # Not the folder of the task: what the module unpacks as root its user could not remove.
    with tempfile.TemporaryDirectory(prefix="todo-stack-build-", dir=_SCRATCH) as scratch:
        builder = Builder(
            docker,
            Path(scratch),
            wanted.ca_bundle,
            wanted.proxies,
            wanted.progress_file,
            wanted.no_cache,
            at_once=wanted.at_once(due),
            latest=wanted.latest,
        )
        rows = builder.build(due)
    grown = [with_growth(row, records.images.get(d.spec.image, ())) for d, row in zip(due, rows)]
    rows_by_image = {d.spec.image: row for d, row in zip(due, grown)}
    records.add(rows_by_image, released_images(wanted.state))
    return {row["service"]: row for row in grown}


def _demand_builder(docker: DockerCli) -> None:
    """Raise StackError when the engine or buildx is missing or too old to build."""
    state = describe_engine(docker.run, os.environ)
    least = {part: MINIMUM[part] for part in ("server", "buildx")}
    if lacks := shortfalls(state, least):
        raise StackError(
            "; ".join(lacks),
            where="image_build",
            remedy="the role docker_engine installs what is needed",
        )


def _references(specs: Sequence[ImageSpec]) -> list[str]:
    return list(dict.fromkeys(ref for s in specs for ref in (s.reference, *s.bases)))


def _foreseen(spec: ImageSpec) -> Decision:
    return Decision(spec, spec.content({}), build=True, reason="there is no running engine yet")
