"""Images that come from another host: verified, loaded whole or not at all, recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.build.build_records import BuildRecords
from ansible_collections.todo.stack.plugins.module_utils.build.shipment import Offered
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.pipes import digest
from ansible_collections.todo.stack.plugins.module_utils.edge.progress import UnderWay
from ansible_collections.todo.stack.plugins.module_utils.edge.state import as_it_is, released_images

# A transfer without a byte for so long has ended: a silent connection does after a minute.
_ABANDONED_SECONDS = 600
_REMEDY = "nothing of it was kept, and what runs here runs on: run again"


@dataclass(frozen=True)
class Arrival:
    """An archive as it was sent.

    ``images`` are those in it as their builder has them, ``image_ids`` the IDs that each may have
    here, by name.
    """

    archive: Path
    sha256: str
    images: Sequence[Offered]
    image_ids: Mapping[str, Sequence[str]]


def remove_abandoned(archive: Path, now: float) -> None:
    """Remove what transfers of before have left beside this one: their plays were killed.

    One that still grows is another play's. ``now`` is in seconds of the epoch, as files' times are.
    """
    for other in archive.parent.parent.glob(f"*/{archive.name}"):
        with suppress(OSError):
            if other != archive and now - other.stat().st_mtime > _ABANDONED_SECONDS:
                other.unlink()


def take(docker: DockerCli, arrival: Arrival, progress: UnderWay) -> dict[str, str]:
    """Return the IDs that the images have here, by name, once all of them are here.

    Raises StackError, with every name where it was, for what did not arrive as it was sent, is of
    another architecture, or is not taken by the engine; LayerMissing where all must be sent.
    """
    _refuse_another_architecture(docker, arrival.images)
    with progress.doing("images", "what arrived is verified"):
        if digest(arrival.archive) != arrival.sha256:
            what, where = "the images did not arrive as they were sent", str(arrival.archive)
            raise StackError(what, where=where, remedy=_REMEDY)
    names = [one.name for one in arrival.images]
    with _names_put_back(docker, names), progress.doing("images", "docker load"):
        _load(docker, arrival.archive)
        found = docker.inspect_images(names)
        for one in arrival.images:
            here = found.get(one.name)
            known = here is not None and str(here["Id"]) in arrival.image_ids.get(one.name, ())
            if here is None or not known or not one.is_same(Offered.of(one.name, here)):
                what = f"{one.name} is not the image that was sent"
                raise StackError(what, where="docker load", remedy=_REMEDY)
    return {name: str(image["Id"]) for name, image in found.items()}


def pull(
    docker: DockerCli,
    images: Sequence[Offered],
    references: Mapping[str, str],
    progress: UnderWay,
) -> dict[str, str]:
    """Return the same for images that a registry has, pulled by their digests and then named.

    Raises StackError as `take` does.
    """
    _refuse_another_architecture(docker, images)
    with _names_put_back(docker, [one.name for one in images]):
        for one in images:
            reference = references[one.name]
            with progress.doing(one.name, f"docker pull {reference}"):
                docker.read("pull", "--quiet", reference)
            docker.tag(reference, one.name)
            docker.remove_images([reference])
        found = docker.inspect_images([one.name for one in images])
        for one in images:
            if not one.is_same(Offered.of(one.name, found[one.name])):
                what = f"{one.name} is not the image that was pushed"
                raise StackError(what, where="docker pull", remedy=_REMEDY)
    return {name: str(image["Id"]) for name, image in found.items()}


def name_latest(docker: DockerCli, contents: Mapping[str, str]) -> None:
    """Let ``latest`` name what came where it names nothing yet; a release moves it later.

    ``contents`` are the references of the contents, by those that run.
    """
    for reference, content in contents.items():
        if docker.inspect_image(reference) is None:
            docker.tag(content, reference)


def record(state: StateDir, rows: Sequence[Mapping[str, Any]], ids: Mapping[str, str]) -> list[str]:
    """Record the builds, the newest first, as those of the images here; return warnings.

    Time and size were measured where the images were built, and are judged here as well. ``ids``
    are the images' IDs here by their builder's.
    """
    records = BuildRecords(Path(as_it_is(state).builds))
    for row in reversed(rows):
        own = {**row, "image_id": ids.get(row["image_id"], row["image_id"])}
        image = str(row["image"]).rpartition(":")[0]
        if own not in records.images.get(image, ()):
            records.add({image: own}, released_images(state))
    return records.warnings


def _refuse_another_architecture(docker: DockerCli, images: Sequence[Offered]) -> None:
    ours = docker.read("version", "--format", "{{.Server.Arch}}").strip()
    wrong = [f"{one.name} ({one.architecture})" for one in images if one.architecture != ours]
    if wrong:
        raise StackError(
            f"the images are of another architecture than this host's, {ours}: {', '.join(wrong)}",
            where="images_builder",
            remedy=f"give this host `images_builder: each`, or a builder that is {ours}",
        )


def _load(docker: DockerCli, archive: Path) -> None:
    try:
        docker.read("load", "--quiet", "--input", str(archive))
    except StackError as error:
        said = error.what.lower()
        full = "no space left" in said
        remedy = "make room where the engine keeps its images, run again" if full else _REMEDY
        # See image_archive: the stores say it each in its own way.
        missing = "not found" in said or "no such file" in said
        raise StackError(
            error.what, where=error.where, remedy=remedy, layer_missing=missing
        ) from None


@contextmanager
def _names_put_back(docker: DockerCli, names: Sequence[str]) -> Iterator[None]:
    """Let each name name what it did before, should anything fail, and nothing new be left."""
    before = docker.inspect_images(names)
    try:
        yield
    except BaseException:
        with suppress(StackError):  # an engine that is lost has taken nothing, or a re-run sees it
            for name, image in docker.inspect_images(names).items():
                was = before.get(name)
                if was is None:
                    docker.remove_images([name])
                elif was["Id"] != image["Id"]:
                    docker.tag(str(was["Id"]), name)
                    docker.remove_images([str(image["Id"])])
        raise
