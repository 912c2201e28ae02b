"""Base images: what they are called, where they came from, which are missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

LOCAL_PREFIX = "localhost/todo-stack/"
ORIGIN_LABEL = "todo.stack.base"
MADE_FROM_LABEL = "todo.stack.base.made-from"
SOURCES = ("auto", "registry", "archive", "bootstrap")

# Official images that can be made from packages and an interpreter of the host.
_RECIPE = re.compile(r"(?P<kind>python|node|postgres):(?P<version>\d+(?:\.\d+)?)(?=[.-]|$)")


@dataclass(frozen=True)
class Wanted:
    """A base image by its upstream reference; ``kind`` is empty where no recipe makes it."""

    reference: str
    kind: str = ""
    version: str = ""


@dataclass(frozen=True)
class BaseImage:
    """A base image that is there; ``name`` is what a build has to call it."""

    reference: str
    name: str
    image_id: str
    digest: str
    origin: str
    made_from: str
    size_bytes: int

    def as_result(self) -> dict[str, object]:
        """Return the fields for a module's result."""
        return asdict(self)


@dataclass(frozen=True)
class Missing:
    """A base image to be had: by pulling ``pull`` and calling it ``name``, or as ``local``."""

    reference: str
    kind: str
    version: str
    pull: str
    name: str
    local: str

    def as_result(self) -> dict[str, str]:
        """Return the fields for a module's result."""
        return asdict(self)


def recipe_of(reference: str) -> dict[str, str]:
    """Return a base image with the recipe that could make a stand-in for it, if there is one."""
    match = _RECIPE.match(familiar(reference))
    kind, version = (match["kind"], match["version"]) if match else ("", "")
    return {"reference": reference, "kind": kind, "version": version}


def missing_row(want: Wanted, mirror: str) -> Missing:
    """Return how a missing base image can be had."""
    return Missing(
        **asdict(want),
        pull=mirrored(want.reference, mirror),
        name=familiar(want.reference),
        local=local_name(want.reference),
    )


def familiar(reference: str) -> str:
    """Return the reference as Docker lists it: without ``docker.io/`` and ``library/``."""
    for hub in ("docker.io/", "index.docker.io/"):
        reference = reference.removeprefix(hub)
    return reference.removeprefix("library/")


def local_name(reference: str) -> str:
    """Return the name under which a base made on this host stands in for the reference."""
    return LOCAL_PREFIX + familiar(reference).replace("@sha256:", ":sha256-")


def mirrored(reference: str, mirror: str) -> str:
    """Return a reference of Docker Hub as a mirror of it serves it, any other unchanged.

    Official images are under ``library/`` there.
    """
    name = familiar(reference)
    host, slash, _ = name.partition("/")
    if not mirror or (slash and (host == "localhost" or {".", ":"} & set(host))):
        return reference
    return f"{mirror.rstrip('/')}/{name if slash else f'library/{name}'}"


def index_images(inspected: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return inspected images by each tag and digest reference they carry."""
    return {
        name: image
        for image in inspected
        for name in [*(image.get("RepoTags") or []), *(image.get("RepoDigests") or [])]
    }


def shortened(image: Mapping[str, Any]) -> dict[str, Any]:
    """Return of an inspected image what decides on it: its names, ID, bytes, and our labels."""
    labels = (image.get("Config") or {}).get("Labels") or {}
    ours = {name: value for name, value in labels.items() if name.startswith("todo.stack.")}
    kept = {key: image.get(key) for key in ("Id", "RepoTags", "RepoDigests", "Size")}
    return {**kept, "Config": {"Labels": ours}}


def resolve(
    wanted: Iterable[Wanted], present: Mapping[str, Mapping[str, Any]], source: str
) -> tuple[list[BaseImage], list[Wanted]]:
    """Return what is there and what is missing, both in the order wanted.

    A pulled or loaded image goes before one made on the host, unless ``source`` names one of them.
    """
    found, missing = [], []
    for want in wanted:
        names = [name for name in candidates(want.reference, source) if name in present]
        if names:
            found.append(_row(want.reference, names[0], present[names[0]]))
        else:
            missing.append(want)
    return found, missing


def result_of(
    wanted: Iterable[Wanted], present: Iterable[Mapping[str, Any]], source: str, mirror: str
) -> dict[str, Any]:
    """Return the result of M(todo.stack.base_images_info); ``present`` are inspected images."""
    found, missing = resolve(wanted, index_images(present), source)
    return {
        "changed": False,
        "resolved": {image.reference: image.name for image in found},
        "images": [image.as_result() for image in found],
        "missing": [missing_row(want, mirror).as_result() for want in missing],
    }


def candidates(reference: str, source: str) -> list[str]:
    """Return the names that satisfy a reference, the preferred first."""
    upstream, local = familiar(reference), local_name(reference)
    return {"registry": [upstream], "bootstrap": [local]}.get(source, [upstream, local])


def _row(reference: str, name: str, image: Mapping[str, Any]) -> BaseImage:
    labels = (image.get("Config") or {}).get("Labels") or {}
    digests = [digest.rpartition("@")[2] for digest in image.get("RepoDigests") or []]
    bootstrapped = labels.get(ORIGIN_LABEL) == "bootstrap"
    return BaseImage(
        reference=reference,
        name=name,
        image_id=str(image.get("Id", "")),
        digest=digests[0] if digests else "",
        origin="bootstrap" if bootstrapped else "upstream",
        made_from=labels.get(MADE_FROM_LABEL, ""),
        size_bytes=int(image.get("Size", 0)),
    )
