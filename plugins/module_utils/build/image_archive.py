"""Archives of images without the layers that the reader has.

How engines take one was tried with 26.1. The classic image store looks each layer up by its chain
ID before it opens the layer's file, so a file that it does not need may be absent; where one is
needed after all, nothing is kept. The containerd store reads the index, and looks for each layer by
the digest of its blob in its content store: one that came by `docker load` is there, one that was
pulled is there only compressed, under another digest. It then says "not found", and leaves the
image's name behind. It refuses an archive without an index. Both verify each layer by its digest,
and unpack gzip and Zstandard themselves.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError

_INDEX = "index.json"
_MANIFEST = "manifest.json"
# Only what an engine writes for older ones: it names images by another format.
_LEFT_OUT = {"repositories"}


@dataclass(frozen=True)
class Held:
    """An image in an archive: its names, and the IDs that engines give it when they load it."""

    names: tuple[str, ...]
    image_ids: tuple[str, ...]


def thin_out(whole: Path, wanted: Collection[str], target: IO[bytes]) -> list[Held]:
    """Write an archive of `docker image save` without the layers that are not ``wanted``.

    ``wanted`` are digests of uncompressed layers, however the archive holds them.
    """
    try:
        with tarfile.open(whole) as source:
            manifest = _json(source, _MANIFEST)
            skipped = _files_of_layers(source, manifest, wanted)
            with tarfile.open(fileobj=target, mode="w|", format=tarfile.PAX_FORMAT) as thin:
                for member in source:
                    if member.name not in skipped | _LEFT_OUT:
                        content = source.extractfile(member) if member.isfile() else None
                        thin.addfile(member, content)
            return [_held(source, one) for one in manifest]
    except (tarfile.TarError, KeyError, ValueError, TypeError) as error:
        raise StackError(
            f"the images' archive could not be read: {type(error).__name__}: {error}",
            where="docker image save",
        ) from None


def _files_of_layers(
    source: tarfile.TarFile, manifest: Sequence[Mapping[str, Any]], wanted: Collection[str]
) -> set[str]:
    """Return the files of the layers that are not wanted; images may share a file."""
    files: dict[str, str] = {}
    for image in manifest:
        digests = _json(source, image["Config"])["rootfs"]["diff_ids"]
        files.update(zip(image["Layers"], digests))
    return {file for file, digest in files.items() if digest not in wanted}


def _held(source: tarfile.TarFile, image: Mapping[str, Any]) -> Held:
    names = tuple(image.get("RepoTags") or ())
    config = f"sha256:{Path(image['Config']).name.removesuffix('.json')}"
    told = _json(source, _INDEX)["manifests"] if _INDEX in source.getnames() else ()
    indexed = [str(one["digest"]) for one in told if _leads_to(source, one["digest"], config)]
    return Held(names, tuple(dict.fromkeys([config, *indexed])))


def _leads_to(source: tarfile.TarFile, digest: str, config: str) -> bool:
    """Tell whether a manifest, or one of an index's manifests, is of this configuration."""
    try:
        manifest = _json(source, f"blobs/{digest.replace(':', '/')}")
    except KeyError:  # of another platform: it is in the index alone
        return False
    below = [one["digest"] for one in manifest.get("manifests") or ()]
    own = (manifest.get("config") or {}).get("digest")
    return own == config or any(_leads_to(source, one, config) for one in below)


def _json(source: tarfile.TarFile, name: str) -> Any:
    file = source.extractfile(name)
    if file is None:
        raise KeyError(name)
    return json.loads(file.read())
