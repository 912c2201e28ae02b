"""Which image each compose service is to run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.build.base_image import candidates
from ansible_collections.todo.stack.plugins.module_utils.contract.labels import (
    CONTENT_LABEL,
    content_reference,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import Images, WantedImage
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    ReleaseSeen,
    Seen,
)

Row = Mapping[str, Any]


def wanted_images(seen: Seen, contracts: Sequence[Contract], rows: Sequence[Row]) -> Images:
    """Return the image of every service; ``rows`` are those that the build has returned.

    Without a row the image that was released last is wanted, else the one that is called latest.
    Of a kept release they are those that it ran.
    """
    if release := seen.wanted_release:
        return {name: _kept(seen, release, name) for name in release.references}
    built = {str(row["service"]): row for row in rows}
    wanted: dict[str, WantedImage] = {}
    for contract in contracts:
        if contract.build:
            row = built.get(contract.service)
            image = _of_row(row) if row else _released(seen, contract)
            sharing = [one.service for one in contracts if one.image == contract.image]
            wanted.update(dict.fromkeys([*contract.compose_services, *sharing], image))
    for service in seen.services:
        if service.name not in wanted:
            wanted[service.name] = _by_name(seen, service.image)
    return wanted


def _kept(seen: Seen, release: ReleaseSeen, service: str) -> WantedImage:
    """Return the image that a service had in a release, without an ID where it is not there."""
    reference, image_id = release.references[service], release.images[service]
    image = seen.image(reference)
    there = image is not None and image["Id"] == image_id
    return WantedImage(reference, image_id if there else "", f"that of release {release.number}")


def _of_row(row: Row) -> WantedImage:
    why = str(row.get("reason", "")) if row.get("changed") else ""
    return WantedImage(str(row["content_image"]), str(row.get("image_id") or ""), why)


def _released(seen: Seen, contract: Contract) -> WantedImage:
    pin = seen.environment.pins.get(contract.service, "")
    image = seen.image(pin) if pin else None
    if image is not None:
        return WantedImage(pin, str(image["Id"]))
    latest = f"{contract.image}:latest"
    image = seen.image(latest)
    if image is None:
        return WantedImage(latest, "")
    # Pinned by its content: latest moves on.
    labels = (image.get("Config") or {}).get("Labels") or {}
    content = content_reference(contract.image, str(labels.get(CONTENT_LABEL, "")))
    tags = image.get("RepoTags") or ()
    return WantedImage(content if content in tags else latest, str(image["Id"]))


def _by_name(seen: Seen, reference: str) -> WantedImage:
    """Return the image of this name, or the one made on this host that stands in for it."""
    for name in candidates(reference, "auto"):
        image = seen.image(name)
        if image is not None:
            return WantedImage(name, str(image["Id"]))
    return WantedImage(reference, "")
