"""Build images on this host: one BuildKit session for all of them, tags only once all is well."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.process import (
    TimeLimitError,
    stream,
)
from ansible_collections.todo.stack.plugins.module_utils.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.image.bake import (
    BAKE_ENVIRONMENT,
    bake_argv,
    bake_definition,
)
from ansible_collections.todo.stack.plugins.module_utils.image.progress import BuildProgress
from ansible_collections.todo.stack.plugins.module_utils.image.record import image_row, over_budget
from ansible_collections.todo.stack.plugins.module_utils.image.spec import Decision

_LOST = ("error reading from server", "Cannot connect to the Docker daemon")


@dataclass(frozen=True)
class Builder:
    """What every build on this host needs: the CLI, a folder of its own, the network's ways."""

    docker: DockerCli
    scratch: Path
    ca_bundle: str | None
    proxies: Mapping[str, str]
    progress_file: Path | None = None
    no_cache: bool = False

    def build(self, decisions: Sequence[Decision]) -> list[dict[str, Any]]:
        """Build all, hold them to their budgets, then move their tags; return their rows.

        Raises StackError, with every tag where it was, when a build fails or breaks a budget.
        """
        progress = BuildProgress(tuple(d.spec.service for d in decisions))
        metadata = self._bake(decisions, progress)
        rows = [self._row(decision, metadata, progress) for decision in decisions]
        self._hold_budgets(decisions, rows)
        for decision, row in zip(decisions, rows):
            self.docker.tag(row["image_id"], decision.spec.content_reference(decision.content))
            self.docker.tag(row["image_id"], decision.spec.reference)
        return rows

    def _bake(self, decisions: Sequence[Decision], progress: BuildProgress) -> dict[str, Any]:
        metadata_file = self.scratch / "metadata.json"
        placed = [unpacked(decision, self.scratch) for decision in decisions]
        definition = bake_definition(
            placed, ca_bundle=self.ca_bundle, proxies=self.proxies, no_cache=self.no_cache
        )
        limits = [d.spec.budget.seconds for d in decisions]
        limit = max((s for s in limits if s is not None), default=None) if all(limits) else None
        try:
            code = stream(
                bake_argv(str(metadata_file)),
                stdin=json.dumps(definition),
                environment=BAKE_ENVIRONMENT,
                on_line=self._listener(progress),
                time_limit=limit,
            )
        except TimeLimitError:
            raise _too_slow(progress, limit or 0) from None
        if code != 0:
            raise build_failure(progress)
        found: dict[str, Any] = json.loads(metadata_file.read_text())
        return found

    def _listener(self, progress: BuildProgress) -> Callable[[str], None]:
        shown: list[dict[str, Any]] = []

        def listen(line: str) -> None:
            nonlocal shown
            progress.feed(line)
            if self.progress_file is None or progress.pending:
                return
            # A long step may be silent: whoever watches must know of it from its first line.
            if (steps := _under_way(progress)) != shown:
                shown = steps
                self.progress_file.write_text(json.dumps(steps))

        return listen

    def _row(
        self, decision: Decision, metadata: Mapping[str, Any], progress: BuildProgress
    ) -> dict[str, Any]:
        told = metadata[decision.spec.service]
        image_id = self._image_id(told)
        base = decision.spec.bases[-1] if decision.spec.bases else None
        return image_row(
            decision, image_id, self.docker.history(image_id), self.base_bytes(base), progress
        )

    def _image_id(self, told: Mapping[str, Any]) -> str:
        # The classic store names an image by its configuration, containerd's by its manifest.
        for key in ("containerimage.config.digest", "containerimage.digest"):
            image = self.docker.inspect_image(str(told[key])) if key in told else None
            if image is not None:
                return str(image["Id"])
        raise StackError(
            "the build ended well but left no image in the engine's store",
            where="docker buildx bake",
            remedy="check `docker buildx ls`: the builder 'default' must use the driver 'docker'",
        )

    def base_bytes(self, base: str | None) -> int | None:
        """Return the uncompressed bytes of a base image's layers, None when it is not here."""
        if base is None or self.docker.inspect_image(base) is None:
            return None
        return self.docker.size_bytes(base)

    def _hold_budgets(self, decisions: Sequence[Decision], rows: list[dict[str, Any]]) -> None:
        broken = [
            text for d, row in zip(decisions, rows) for text in over_budget(row, d.spec.budget)
        ]
        if broken:
            self._remove_untagged([row["image_id"] for row in rows])
            raise StackError(
                "over budget, no tag was moved: " + " | ".join(broken),
                where="image_build",
                remedy="make the image smaller or its build shorter, or raise build.budget",
                images=rows,
            )

    def _remove_untagged(self, image_ids: Sequence[str]) -> None:
        """Remove new images; one that the cache gave again may be the old one, which serves."""
        found = self.docker.inspect_images(image_ids)
        self.docker.remove_images(ref for ref, one in found.items() if not one.get("RepoTags"))


def unpacked(decision: Decision, scratch: Path) -> Decision:
    """Return the decision with its context as a folder: one that was shipped is an archive."""
    archive = Path(decision.spec.context)
    if not archive.is_file():
        return decision
    folder = scratch / decision.spec.service
    with tarfile.open(archive) as tar:
        tar.extractall(folder)  # noqa: S202 - written by our own action plugin
    return replace(decision, spec=replace(decision.spec, context=str(folder)))


def build_failure(progress: BuildProgress) -> StackError:
    """Return the error of a build that BuildKit gave up, with the step's last lines."""
    told = _verdict(progress.messages)
    failed = progress.failed_step()
    if failed is None and (any(sign in told for sign in _LOST) or told.endswith("EOF")):
        return StackError(
            f"the engine was lost during the build: {told}",
            where="docker buildx bake",
            remedy="start the engine and run again; the old tags are untouched",
        )
    if failed is None:
        marked = " ".join(line for line in progress.messages if ">>>" in line)
        return StackError(
            " ".join(
                [told or "the build failed without a word", *([f"({marked})"] if marked else [])]
            ),
            where="docker buildx bake",
        )
    step, log = failed
    if "no space left on device" in " ".join([step.error, *log]):
        return StackError(
            "disk full during the build", where=step.name, remedy="free space, then run again"
        )
    return StackError(
        step.error, where=step.name, remedy="the step's last lines are in `log`", log=log
    )


def _verdict(messages: Sequence[str]) -> str:
    """Return the CLI's own last word, which it marks with ERROR, or the last it said."""
    errors = [line for line in messages if line.startswith("ERROR:")]
    return (errors or list(messages[-3:]) or [""])[-1].removeprefix("ERROR:").strip()


def _too_slow(progress: BuildProgress, limit: float) -> StackError:
    running = ", ".join(step.name for _target, step in progress.under_way())
    return StackError(
        f"the build was stopped at its time budget of {limit:g} s, no tag was moved",
        where=running,
        remedy="make the build shorter or raise build.budget.seconds",
    )


def _under_way(progress: BuildProgress) -> list[dict[str, Any]]:
    """Return the running steps for whoever watches: target, step, start since the epoch."""
    return [
        {"target": target, "step": progress.bare_name(step), "started": step.started}
        for target, step in progress.under_way()
        if target
    ]
