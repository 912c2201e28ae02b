"""What a preview assumes: the changes that earlier tasks of the play would have made by then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.build.content import CONTENT_LABEL
from ansible_collections.todo.stack.plugins.module_utils.decide.override import (
    UNUSED_PROFILE,
    as_json,
)


@dataclass(frozen=True)
class Preview:
    """``stale``: services whose containers lack their values. ``names``: what each service gets.

    ``images``: rows of the images as M(todo.stack.image_build) foresees them.
    """

    stale: Sequence[str] = ()
    names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    switched_off: Sequence[str] = ()
    images: Sequence[Mapping[str, Any]] = ()

    @classmethod
    def read(cls, params: Mapping[str, Any]) -> Preview:
        """Return the preview that the module's parameters describe."""
        told = params.get("preview") or {}
        return cls(
            told.get("stale") or (),
            told.get("names") or {},
            told.get("switched_off") or (),
            params.get("images") or (),
        )

    def override(self, environments: Mapping[str, Mapping[str, str]]) -> str | None:
        """Return the override a run would find, from what the containers hold already.

        ``environments``: compose service -> its container's environment. A stale container is
        replaced whatever it holds. None when nothing is known of the names.
        """
        if not self.names:
            return None
        services: dict[str, Any] = {
            name: {"profiles": [UNUSED_PROFILE]} for name in self.switched_off
        }
        for service, names in self.names.items():
            if service not in services:
                held = environments.get(service, {})
                values = {name: held.get(name, "").replace("$", "$$") for name in names}
                services[service] = {"environment": values}
        return as_json({"services": services})

    def new_images(self, found: Mapping[str, Mapping[str, Any]]) -> list[str]:
        """Return the references that a run would let name another image; ``found`` are inspected.

        A rebuild of the same content comes from the cache and leaves the image as it is.
        """
        return [
            str(row["image"])
            for row in self.images
            if row.get("changed") and content_of(found, row) != row.get("digest")
        ]


def content_of(found: Mapping[str, Mapping[str, Any]], row: Mapping[str, Any]) -> str:
    """Return the content digest of the image that has the name of ``row``, "" without one."""
    image = found.get(str(row["image"])) or {}
    labels = (image.get("Config") or {}).get("Labels") or {}
    return str(labels.get(CONTENT_LABEL, ""))
