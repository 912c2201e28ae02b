"""Which of the wanted images must be built, decided from what is seen of them, and what is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.build.base_image import index_images
from ansible_collections.todo.stack.plugins.module_utils.build.content import Content
from ansible_collections.todo.stack.plugins.module_utils.build.records import find_record
from ansible_collections.todo.stack.plugins.module_utils.build.spec import (
    Decision,
    ImageSpec,
    decide,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import to_plain


@dataclass(frozen=True)
class Sight:
    """Images by reference, IDs of bases, fingerprints of secrets by service, earlier builds."""

    images: Mapping[str, Mapping[str, Any]]
    base_ids: Mapping[str, str]
    secret_prints: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    records: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)

    @classmethod
    def of_present(cls, present: Sequence[Mapping[str, Any]]) -> Sight:
        """Return the sight of images as M(todo.stack.look) returns them."""
        images = index_images(present)
        records: dict[str, list[dict[str, Any]]] = {}
        for row in (one["Record"] for one in present if one.get("Record")):
            records.setdefault(row["image"].rpartition(":")[0], []).append(row)
        ids = {ref: str(image["Id"]) for ref, image in images.items()}
        return cls(images, ids, records=records)

    def suffices(self, spec: ImageSpec) -> bool:
        """Tell whether all that decides on an image is in sight."""
        hidden = spec.pulls or bool(spec.options.secrets)
        return not hidden and set(spec.bases) <= self.images.keys()

    def with_images(self, images: Mapping[str, Mapping[str, Any]]) -> Sight:
        """Return the sight with more images in it."""
        return replace(self, images={**self.images, **images})

    def content(self, spec: ImageSpec) -> Content:
        """Return what the image is to be made of."""
        base_ids = {ref: self.base_ids[ref] for ref in spec.bases if ref in self.base_ids}
        return spec.content(base_ids, self.secret_prints.get(spec.service))

    def record(self, spec: ImageSpec, content: Content) -> dict[str, Any] | None:
        """Return the record of the build of this content, if its image is there."""
        image = self.images.get(spec.content_reference(content))
        if image is None:
            return None
        return find_record(self.records, spec.image, content.digest, str(image["Id"]))


def decide_all(specs: Sequence[ImageSpec], sight: Sight, *, no_cache: bool) -> list[Decision]:
    """Return for each image whether it must be built, and why."""
    return [_decide(spec, sight, no_cache) for spec in specs]


def contents(specs: Sequence[ImageSpec], sight: Sight) -> list[str]:
    """Return the references under which the wanted contents would be found."""
    return [spec.content_reference(sight.content(spec)) for spec in specs]


def _decide(spec: ImageSpec, sight: Sight, no_cache: bool) -> Decision:
    content = sight.content(spec)
    measured = sight.record(spec, content) is not None
    return decide(spec, content, sight.images, measured=measured, no_cache=no_cache)


def result_of(
    decisions: Sequence[Decision],
    sight: Sight | None = None,
    built: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return the module's result; ``built`` are the rows of what was built now, by service."""
    rows = [_shown(d, (built or {}).get(d.spec.service) or _known_row(sight, d)) for d in decisions]
    reasons = "; ".join(f"{d.spec.service}: {d.reason}" for d in decisions)
    single = rows[0] if len(rows) == 1 else {}
    return {
        **single,
        "changed": any(decision.build for decision in decisions),
        "reason": reasons,
        "images": rows,
        "diff": [_diff(d) for d in decisions if d.build],
    }


def _known_row(sight: Sight | None, decision: Decision) -> dict[str, Any]:
    """Return the row of an image that is not built now, as its record tells it."""
    if sight is None or decision.build:
        return {}
    known = sight.record(decision.spec, decision.content)
    return {**known, "budget": to_plain(decision.spec.budget)} if known else {}


def _shown(decision: Decision, row: Mapping[str, Any]) -> dict[str, Any]:
    spec = decision.spec
    return {
        "service": spec.service,
        "image": spec.reference,
        "content_image": spec.content_reference(decision.content),
        "digest": decision.content.digest,
        **row,
        "changed": decision.build,
        "reason": decision.reason,
    }


def _diff(decision: Decision) -> dict[str, str]:
    return {
        "before_header": decision.spec.reference,
        "after_header": decision.spec.reference,
        "prepared": "".join(f"{decision.spec.service}: {line}\n" for line in decision.diff),
    }
