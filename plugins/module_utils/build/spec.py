"""An image that is wanted, whether it must be built, and why."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.build.base_image import mirrored
from ansible_collections.todo.stack.plugins.module_utils.build.content import (
    Content,
    make_content,
)
from ansible_collections.todo.stack.plugins.module_utils.build.options import (
    PULL_ALWAYS,
    BuildOptions,
    context_images,
    option_problems,
    read_options,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import Problem
from ansible_collections.todo.stack.plugins.module_utils.contract.labels import (
    CONTENT_LABEL,
    PARTS_LABEL,
    content_reference,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Budget

_CHANGES_SHOWN = 5
_COMPONENT = r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*"
_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d+)?"
_REPOSITORY = re.compile(rf"(?:{_HOST}/)?{_COMPONENT}(?:/{_COMPONENT})*")
_SERVICE = re.compile(r"[a-z][a-z0-9_-]*")


@dataclass(frozen=True)
class ImageSpec:
    """An image that is wanted: where its content lies and what it may cost."""

    service: str
    image: str
    context: str
    dockerfile: str
    target: str | None
    args: Mapping[str, str]
    budget: Budget
    files: Mapping[str, str]
    bases: tuple[str, ...]
    stand_ins: Mapping[str, str]
    options: BuildOptions = field(default_factory=BuildOptions)
    requires: tuple[str, ...] = ()
    pulls: bool = False
    stack: str = ""

    @property
    def reference(self) -> str:
        """The reference that runs."""
        return f"{self.image}:latest"

    def content_reference(self, content: Content) -> str:
        """Return the reference that keeps naming this very content."""
        return content_reference(self.image, content.digest)

    def content(
        self, base_ids: Mapping[str, str], secrets: Mapping[str, str] | None = None
    ) -> Content:
        """Return the content digest's parts.

        ``base_ids`` are the IDs of the base images the host has, ``secrets`` keyed fingerprints.
        """
        bases = {ref: base_ids.get(ref, "") for ref in self.bases}
        settings = {
            "target": self.target or "",
            "Dockerfile name": self.dockerfile,
            "stack": self.stack,
        }
        return make_content(
            self.files, self.args, bases, {**settings, **self.options.settings()}, secrets
        )


@dataclass(frozen=True)
class Decision:
    """Whether an image must be built, and why or why not."""

    spec: ImageSpec
    content: Content
    build: bool
    reason: str
    changes: tuple[str, ...] = ()

    @property
    def diff(self) -> list[str]:
        """What ``--diff`` lists, a line each."""
        return list(self.changes) or [self.reason]


def read_spec(
    params: Mapping[str, Any],
    substitutes: Mapping[str, str],
    mirror: str | None = None,
    stack: str = "",
) -> ImageSpec:
    """Return the spec in a module parameter.

    ``substitutes`` name the base images that stand in for others on this host: they replace
    argument values, and through ``stand_ins`` what a ``FROM`` names itself. ``mirror`` serves
    what else comes from Docker Hub.
    """
    budget = params.get("budget") or {}
    args = {name: str(value) for name, value in (params.get("args") or {}).items()}
    seen = params.get("seen") or {}
    options = read_options(params)
    named: Sequence[str] = [ref for ref in seen.get("bases") or () if ref not in options.contexts]
    images = context_images(options.contexts).values()
    bases = tuple(dict.fromkeys([*images, *(substitutes.get(ref, ref) for ref in named)]))
    return ImageSpec(
        service=params["service"],
        image=params["image"],
        context=params["context"],
        dockerfile=params.get("dockerfile") or "Dockerfile",
        target=params.get("target"),
        args={name: substitutes.get(value, value) for name, value in args.items()},
        budget=Budget(budget.get("seconds"), budget.get("bytes")),
        files=seen.get("files") or {},
        bases=bases,
        stand_ins=_stand_ins(named, substitutes, mirror),
        options=options,
        requires=tuple(params.get("requires") or ()),
        # A base that stands in for another is meant as it is: no registry knows of it.
        stack=stack,
        pulls=options.pull == PULL_ALWAYS and not set(substitutes.values()) & set(bases),
    )


def _stand_ins(
    named: Sequence[str], substitutes: Mapping[str, str], mirror: str | None
) -> dict[str, str]:
    own = set(substitutes.values())
    found = {
        ref: substitutes.get(ref) or (ref if ref in own else mirrored(ref, mirror or ""))
        for ref in named
    }
    return {ref: other for ref, other in found.items() if other != ref}


def spec_problems(specs: Sequence[ImageSpec]) -> list[Problem]:
    """Return what is wrong with the names: they become references and labels."""
    problems = []
    for spec in specs:
        if not _REPOSITORY.fullmatch(spec.image):
            what = f"{spec.image!r} is no image name"
            remedy = "use lower-case letters, digits and single separators, without a tag"
            problems.append(Problem(what, f"images.{spec.service}.image", remedy))
        if not _SERVICE.fullmatch(spec.service):
            what = f"{spec.service!r} is no service name"
            remedy = "use lower-case letters, digits, '-' and '_', a letter first"
            problems.append(Problem(what, "images.service", remedy))
        problems.extend(option_problems(spec.service, spec.options))
    names = [spec.service for spec in specs]
    for name in sorted({name for name in names if names.count(name) > 1}):
        problems.append(Problem(f"the service {name!r} is named twice", "images", "name it once"))
    return problems


def decide(
    spec: ImageSpec,
    content: Content,
    images: Mapping[str, Mapping[str, Any]],
    *,
    measured: bool,
    no_cache: bool,
) -> Decision:
    """Return whether what is wanted is among ``images``, by reference, and else why not.

    ``measured``: this host has the record of its build. Without one, no budget of time can be
    shown to hold, and a build, mostly from the cache, makes it again.
    """
    verdict = Decision(spec, content, build=True, reason="")
    if no_cache:
        return replace(verdict, reason="a build without the cache was asked for")
    if spec.content_reference(content) in images:
        if measured:
            return replace(verdict, build=False, reason="nothing changed since it was built")
        return replace(verdict, reason="this host has no record of its build")
    before = images.get(spec.reference)
    if before is None:
        return replace(verdict, reason=f"there is no {spec.reference} yet")
    labels = (before.get("Config") or {}).get("Labels") or {}
    if CONTENT_LABEL not in labels:
        return replace(verdict, reason=f"{spec.reference} carries no {CONTENT_LABEL} label")
    if labels[CONTENT_LABEL] == content.digest:
        return replace(verdict, reason="its name was taken away")
    changes = content.changes_since(labels.get(PARTS_LABEL, "")) or ["its content changed"]
    return replace(verdict, reason=summary(changes), changes=tuple(changes))


def summary(changes: Sequence[str]) -> str:
    """Return a list of changes as one line."""
    more = len(changes) - _CHANGES_SHOWN
    return ", ".join(changes[:_CHANGES_SHOWN]) + (f" and {more} more" if more > 0 else "")
