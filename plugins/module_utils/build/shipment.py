"""Images that go from the host that built them to another, as only the layers it lacks."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.labels import CONTENT_LABEL


@dataclass(frozen=True)
class Offered:
    """An image that another host is to have too.

    ``layers`` are the digests of the uncompressed layers, the base's first. ``content`` is the
    digest of what it was built from, "" for a base.
    """

    name: str
    image_id: str
    architecture: str
    layers: tuple[str, ...]
    content: str = ""

    @classmethod
    def of(cls, name: str, image: Mapping[str, Any]) -> Offered:
        """Return an inspected image as it is offered by a name."""
        labels = (image.get("Config") or {}).get("Labels") or {}
        return cls(
            name,
            str(image["Id"]),
            str(image.get("Architecture") or ""),
            layers_of(image),
            str(labels.get(CONTENT_LABEL, "")),
        )

    @property
    def chain(self) -> str:
        """The digest of all its layers in their order, the same under both image stores."""
        return chain_ids(self.layers)[-1] if self.layers else ""

    def is_same(self, other: Offered) -> bool:
        """Tell whether the other is made of the same layers and content.

        IDs tell it only between hosts whose engines have the same image store: the classic one
        names an image by its configuration, containerd's by its manifest.
        """
        return (self.chain, self.content) == (other.chain, other.content)


def layers_of(image: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the digests of an inspected image's uncompressed layers."""
    return tuple(map(str, (image.get("RootFS") or {}).get("Layers") or ()))


def chain_ids(layers: Sequence[str]) -> list[str]:
    """Return for each layer the digest of it on all below it, as engines name what they keep."""
    found: list[str] = []
    for layer in layers:
        below = found[-1] if found else ""
        whole = hashlib.sha256(f"{below} {layer}".encode()).hexdigest()
        found.append(f"sha256:{whole}" if below else layer)
    return found


def chains_of(images: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the chain IDs that a host with these inspected images has."""
    return sorted({chain for image in images for chain in chain_ids(layers_of(image))})


def missing_layers(images: Iterable[Offered], present: Collection[str]) -> list[str]:
    """Return the layers that a host with these chain IDs lacks for the images.

    A layer that it has on another one below counts as missing: engines cannot use that.
    """
    return list(dict.fromkeys(_missing(images, present)))


def _missing(images: Iterable[Offered], present: Collection[str]) -> Iterator[str]:
    for image in images:
        for layer, chain in zip(image.layers, chain_ids(image.layers)):
            if chain not in present:
                yield layer


def due_images(wanted: Mapping[str, str], present: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return of the wanted images, IDs by name, those that are not among the ``present`` ones.

    One that was built is due as well where the record of its build is not there.
    """
    there = {
        (name, one.get("Id"))
        for one in present
        if one.get("Record") or CONTENT_LABEL not in ((one.get("Config") or {}).get("Labels") or {})
        for name in one.get("RepoTags") or ()
    }
    return {name: image_id for name, image_id in wanted.items() if (name, image_id) not in there}


def summary(images: int, layers: int, builder: str) -> str:
    """Return what came from a builder, in words."""
    many = ["layer" if layers == 1 else "layers", "image" if images == 1 else "images"]
    return f"{layers} {many[0]} of {images} {many[1]} came from {builder}"


def in_registry(name: str, registry: str) -> str:
    """Return what an image is called in a registry, such as ``registry.corp:5000/todo``."""
    host, slash, rest = name.partition("/")
    local = slash and (host == "localhost" or {".", ":"} & set(host))
    return f"{registry.rstrip('/')}/{rest if local else name}"
