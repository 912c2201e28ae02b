"""Build images on this host: one BuildKit session for all of them, tags only once all is well."""

from __future__ import annotations

import tarfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.build.bake import bake_definition
from ansible_collections.todo.stack.plugins.module_utils.build.build_session import BuildSession
from ansible_collections.todo.stack.plugins.module_utils.build.layers import weigh
from ansible_collections.todo.stack.plugins.module_utils.build.progress import BuildProgress
from ansible_collections.todo.stack.plugins.module_utils.build.record import image_row, over_budget
from ansible_collections.todo.stack.plugins.module_utils.build.requirements import shortcomings
from ansible_collections.todo.stack.plugins.module_utils.build.spec import Decision
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.labels import CONTENT_LABEL
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli

# An image as the engine describes it, and its row.
Built = tuple["dict[str, Any]", "dict[str, Any]"]


@dataclass(frozen=True)
class Builder:
    """What every build on this host needs: the CLI, a folder of its own, the network's ways."""

    docker: DockerCli
    scratch: Path
    ca_bundle: str | None
    proxies: Mapping[str, str]
    progress_file: Path | None = None
    no_cache: bool = False
    at_once: bool = True
    latest: bool = True

    def build(self, decisions: Sequence[Decision]) -> list[dict[str, Any]]:
        """Build all, hold them to what is asked of them, then name them; return their rows.

        ``latest`` is moved where that is asked for; where there is none, it names what was built.
        Raises StackError, with every tag where it was, when a build fails, breaks a budget, or
        makes an image that lacks what it must have.
        """
        shares = [decisions] if self.at_once else [[one] for one in decisions]
        rows: list[dict[str, Any]] = []
        try:
            for share in shares:
                images = self._build_share(share)
                rows += [row for _, row in images]
                _refuse(share, images, rows)
        except BaseException:
            self._sweep(decisions)
            raise
        for decision, row in zip(decisions, rows):
            self.docker.tag(row["image_id"], decision.spec.content_reference(decision.content))
            if self.latest or self.docker.inspect_image(decision.spec.reference) is None:
                self.docker.tag(row["image_id"], decision.spec.reference)
        return rows

    def _build_share(self, decisions: Sequence[Decision]) -> list[Built]:
        """Return what was built: inspected, and as its row."""
        placed = [unpacked(decision, self.scratch) for decision in decisions]
        definition = bake_definition(
            placed, ca_bundle=self.ca_bundle, proxies=self.proxies, no_cache=self.no_cache
        )
        session = BuildSession([d.spec for d in placed], self.progress_file)
        metadata = session.run(definition, self.scratch / "metadata.json")
        images = [self._image(metadata[decision.spec.service]) for decision in decisions]
        return [
            (one, self._row(d, str(one["Id"]), session.progress))
            for d, one in zip(decisions, images)
        ]

    def _row(self, decision: Decision, image_id: str, progress: BuildProgress) -> dict[str, Any]:
        base = decision.spec.bases[-1] if decision.spec.bases else None
        weights = weigh(self.docker, image_id, base)
        return image_row(decision, image_id, weights, progress)

    def _image(self, told: Mapping[str, Any]) -> dict[str, Any]:
        # The classic store names an image by its configuration, containerd's by its manifest.
        for key in ("containerimage.config.digest", "containerimage.digest"):
            image = self.docker.inspect_image(str(told[key])) if key in told else None
            if image is not None:
                return image
        raise StackError(
            "the build ended well but left no image in the engine's store",
            where="docker buildx bake",
            remedy="check `docker buildx ls`: the builder 'default' must use the driver 'docker'",
        )

    def _sweep(self, decisions: Sequence[Decision]) -> None:
        """Remove what was built of this content and got no tag; an old image keeps its own."""
        with suppress(StackError):  # an engine that is lost keeps them
            for decision in decisions:
                ours = f"label={CONTENT_LABEL}={decision.content.digest}"
                listing = ("image", "ls", "--quiet", "--no-trunc", "--filter", "dangling=true")
                self.docker.remove_images(self.docker.read(*listing, "--filter", ours).split())


def _refuse(
    decisions: Sequence[Decision], images: Sequence[Built], rows: list[dict[str, Any]]
) -> None:
    faults = []
    for decision, (image, row) in zip(decisions, images):
        spec = decision.spec
        faults += shortcomings(spec.service, image.get("Config") or {}, spec.requires)
        faults += over_budget(row, spec.budget)
    if faults:
        raise StackError(
            "no tag was moved: " + " | ".join(faults),
            where="image_build",
            remedy="mend the Dockerfile, or raise build.budget where it is too small",
            images=rows,
        )


def unpacked(decision: Decision, scratch: Path) -> Decision:
    """Return the decision with its contexts as folders: those that were shipped are archives."""
    spec = decision.spec
    named = {
        name: _folder(where, scratch / f"{spec.service}.{number}")
        for number, (name, where) in enumerate(spec.options.contexts.items())
    }
    context = _folder(spec.context, scratch / spec.service)
    options = replace(spec.options, contexts=named)
    return replace(decision, spec=replace(spec, context=context, options=options))


def _folder(where: str, target: Path) -> str:
    if not Path(where).is_file():
        return where
    with tarfile.open(where) as tar:
        tar.extractall(target)  # noqa: S202 - written by our own action plugin
    Path(where).unlink()  # a play that is killed now cannot take it away any more
    return str(target)
