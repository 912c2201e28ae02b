"""Images of this host for another one: what they are, and an archive of what it lacks of them."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.build.build_records import BuildRecords
from ansible_collections.todo.stack.plugins.module_utils.build.image_archive import Held, thin_out
from ansible_collections.todo.stack.plugins.module_utils.build.shipment import (
    Offered,
    chains_of,
    in_registry,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import to_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.edge import pipes
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.progress import UnderWay
from ansible_collections.todo.stack.plugins.module_utils.edge.state import as_it_is

# Not /tmp, which is a small tmpfs on many machines.
_SCRATCH = "/var/tmp"  # noqa: S108 - a folder of its own is made in it


@dataclass(frozen=True)
class Exported:
    """An archive that was written: its size in bytes, its SHA-256, the images in it."""

    bytes: int
    sha256: str
    held: Sequence[Held]

    @property
    def image_ids(self) -> dict[str, list[str]]:
        """The IDs that engines give each image, by name."""
        return {name: list(one.image_ids) for one in self.held for name in one.names}


def describe(docker: DockerCli, names: Sequence[str], state: StateDir) -> dict[str, Any]:
    """Return what is offered under these names, and the chain IDs of all layers here.

    ``builds`` are the records of the builds of what is offered, the newest of each image first.
    """
    ids = docker.read("image", "ls", "--all", "--quiet", "--no-trunc").split()
    found = docker.inspect_images(names)
    everything = docker.inspect_each(list(dict.fromkeys(ids)))
    offered = [Offered.of(name, image) for name, image in found.items()]
    records = BuildRecords(Path(as_it_is(state).builds)) if names else None
    contents = {one.content for one in offered if one.content}
    rows = [row for own in records.images.values() for row in own] if records else []
    return {
        "images": [to_plain(one) for one in offered],
        "builds": [row for row in rows if row.get("digest") in contents],
        "chains": chains_of(everything),
    }


def push(
    docker: DockerCli, names: Sequence[str], registry: str, progress: UnderWay
) -> dict[str, str]:
    """Return the references by digest, by name, under which a registry has the images now.

    Raises StackError when it does not take one; what it has of the others does no harm.
    """
    found = {}
    for name in names:
        target = in_registry(name, registry)
        docker.tag(name, target)
        try:
            with progress.doing(name, f"docker push {target}"):
                docker.read("push", "--quiet", target)
            image = docker.inspect_image(target) or {}
        finally:
            docker.remove_images([target])
        start = f"{target.rpartition(':')[0]}@"
        digests = [one for one in image.get("RepoDigests") or () if one.startswith(start)]
        if not digests:
            raise StackError("the registry told no digest of it", where=f"docker push {target}")
        found[name] = digests[-1]
    return found


def export(
    docker: DockerCli,
    names: Sequence[str],
    layers: Sequence[str],
    target: Path,
    progress: UnderWay,
) -> Exported:
    """Write the images with only these ``layers`` of theirs, compressed, into a new file.

    Raises StackError, and leaves no file, when an image is gone or the disk is full.
    """
    with tempfile.TemporaryDirectory(prefix="todo-stack-export-", dir=_SCRATCH) as scratch:
        whole = Path(scratch) / "images.tar"
        with progress.doing("images", f"docker image save of {len(names)}"):
            docker.read("image", "save", "--output", str(whole), *names)
        try:
            with (
                progress.doing("images", f"packing {len(layers)} layers"),
                pipes.packed(target) as file,
            ):
                held = thin_out(whole, set(layers), file)
        except OSError as error:
            raise StackError((error.strerror or "").lower(), where=str(target.parent)) from None
    # The folder is the connection's user's, and so must be what is fetched from it.
    target.chmod(0o644)
    return Exported(target.stat().st_size, pipes.digest(target), held)
