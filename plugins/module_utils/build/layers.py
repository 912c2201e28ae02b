"""The layers of an image, weighed alike under both image stores of the engine."""

from __future__ import annotations

import json
import os
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli, at_once
from ansible_collections.todo.stack.plugins.module_utils.edge.process import output_of

_CONTAINERD = "io.containerd.snapshotter"
_MANIFEST = "manifest.json"
_TEXT_BYTES = 1_000_000  # no manifest or configuration is larger


@dataclass(frozen=True)
class Weights:
    """Layers from the base's first on, as ``bytes`` and ``created_by``; sizes in bytes."""

    layers: list[dict[str, Any]]
    base_bytes: int | None
    compressed_bytes: int | None = None


def weigh(docker: DockerCli, image_id: str, base: str | None) -> Weights:
    """Return the sizes of an image, and of the base under it where the host has it.

    The containerd store tells the blocks its snapshots take on the disk, half as much again for
    small files. There the files are summed up as the classic store does, from the image's archive,
    which also tells how large the layers are compressed.
    """
    found: Any = at_once(
        lambda: docker.inspect_image(base) if base else None,
        lambda: docker.read("info", "--format", "{{json .DriverStatus}}"),
        lambda: docker.history(image_id),
    )
    below, driver, history = found
    if _CONTAINERD not in driver:
        return Weights(history, docker.size_bytes(str(base)) if below else None)
    archive = _read_archive(image_id)
    depth = len(((below or {}).get("RootFS") or {}).get("Layers") or ())
    layers = archive.layers(depth)
    weights = archive.weights(depth)
    packed = sum(one.packed for one in archive.sizes)
    return Weights(layers, sum(weights[:depth]) if depth else None, packed)


@dataclass(frozen=True)
class _Size:
    """What a layer holds: bytes of files and of links' targets, and its own bytes as stored."""

    files: int = 0
    links: int = 0
    packed: int = 0


@dataclass(frozen=True)
class _Archive:
    """An image's configuration, and what its layers hold, in order."""

    config: Mapping[str, Any]
    sizes: list[_Size]

    def weights(self, depth: int) -> list[int]:
        """Return each layer's bytes as the classic store counts them.

        In layers it did not build itself, the lowest ``depth``, it counts links as well.
        """
        return [one.files + (one.links if n < depth else 0) for n, one in enumerate(self.sizes)]

    def layers(self, depth: int) -> list[dict[str, Any]]:
        """Return a row for each step of the history; those that made no layer weigh nothing."""
        weights = iter(self.weights(depth))
        return [
            {
                "bytes": 0 if step.get("empty_layer") else next(weights, 0),
                "created_by": str(step.get("created_by", "")),
            }
            for step in self.config.get("history") or ()
        ]


def _read_archive(image_id: str) -> _Archive:
    with output_of(["docker", "image", "save", image_id]) as archive:
        try:
            return read_archive(archive)
        except (tarfile.TarError, KeyError, IndexError, ValueError) as error:
            raise StackError(
                f"the image's archive could not be read: {type(error).__name__}: {error}",
                where="docker image save",
            ) from None


def read_archive(stream: IO[bytes]) -> _Archive:
    """Return what `docker image save` tells, read as a stream: layers may be any size."""
    texts: dict[str, bytes] = {}
    sizes: dict[str, _Size] = {}
    with tarfile.open(fileobj=stream, mode="r|") as outer:
        for member in outer:
            content = outer.extractfile(member) if member.isfile() else None
            if content is None:
                continue
            begin = content.read(_TEXT_BYTES) if member.size <= _TEXT_BYTES else b""
            if begin.startswith((b"{", b"[")):
                texts[member.name] = begin
            else:
                sizes[member.name] = _measure(_Rest(begin, content), member.size)
    manifest = json.loads(texts[_MANIFEST])[0]
    config = json.loads(texts[manifest["Config"]])
    return _Archive(config, [sizes.get(name, _Size()) for name in manifest["Layers"]])


def _measure(layer: Any, packed: int) -> _Size:
    files = links = 0
    try:
        with tarfile.open(fileobj=layer, mode="r|*") as inner:
            for member in inner:
                files += member.size
                links += len(os.fsencode(member.linkname)) if member.issym() else 0
    except tarfile.ReadError:
        pass  # no layer: such as the file that says which layout this is
    return _Size(files, links, packed)


class _Rest:
    """A stream whose beginning was already read."""

    def __init__(self, begin: bytes, stream: Any) -> None:
        self._begin, self._stream = begin, stream

    def read(self, count: int) -> bytes:
        """Return up to ``count`` bytes."""
        begin, self._begin = self._begin[:count], self._begin[count:]
        more: bytes = self._stream.read(count - len(begin)) if len(begin) < count else b""
        return begin + more
