"""The images of a stack and those it is built from, with what this host knows of their builds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.build.shipment import Offered
from ansible_collections.todo.stack.plugins.module_utils.contract.labels import (
    CONTENT_LABEL,
    OUR_LABELS,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.look.containers import labels_of

Image = dict[str, Any]
Rows = Mapping[str, Sequence[Mapping[str, Any]]]
# A report shows them once, as the image's own.
_LAYERS = ("layers", "largest_layers")


def find_images(docker: DockerCli, names: Sequence[str], ids: Sequence[str]) -> list[Image]:
    """Return the images of these names and IDs, and all that builds of ours made; inspected."""
    listing = ("image", "ls", "--quiet", "--no-trunc", "--filter", f"label={CONTENT_LABEL}")
    ours = docker.read(*listing).split()
    found = docker.inspect_each(list(dict.fromkeys([*ours, *ids, *names])))
    return list({str(image["Id"]): image for image in found}.values())


def shown(image: Mapping[str, Any], builds: Rows) -> Image:
    """Return of an inspected image what decides on it, and what is known of its build.

    ``Record`` is its own build, ``Layers`` its layers as they were weighed then. ``Chain`` is the
    digest of all its layers, which two hosts' engines agree on.
    """
    ours = {name: value for name, value in labels_of(image).items() if name.startswith(OUR_LABELS)}
    kept = {key: image.get(key) for key in ("Id", "RepoTags", "RepoDigests", "Size")}
    rows = [row for rows in builds.values() for row in rows if row.get("image_id") == image["Id"]]
    own = {k: v for k, v in rows[0].items() if k not in _LAYERS} if rows else None
    return {
        **kept,
        "Architecture": image.get("Architecture", ""),
        "Chain": Offered.of("", image).chain,
        "Config": {"Labels": ours},
        **({"Record": own, "Layers": rows[0].get("layers") or []} if own else {}),
    }


def builds_of(images: Sequence[Mapping[str, Any]], builds: Rows) -> dict[str, tuple[Image, ...]]:
    """Return the recorded builds of the contents that these images have, without their layers."""
    contents = {labels_of(image).get(CONTENT_LABEL) for image in images}
    return {
        name: tuple(
            {key: value for key, value in row.items() if key not in _LAYERS}
            for row in rows
            if row.get("digest") in contents
        )
        for name, rows in builds.items()
    }
