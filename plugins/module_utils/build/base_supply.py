"""Base images from a registry, or from an archive of ``docker save``."""

from __future__ import annotations

import json
import re
import tarfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import (
    DockerCli,
    at_once,
    last_line,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.progress import UnderWay

_TIMED_OUT = 124
_LOADED = re.compile(r"^Loaded image(?: ID)?: (\S+)$", re.MULTILINE)
_REMEDY = "make it with `docker save`, plain or packed"
# Engines unpack it, Python does not.
_ZSTANDARD = b"\x28\xb5\x2f\xfd"


def pull(
    docker: DockerCli, images: Sequence[Mapping[str, str]], seconds: int, progress: UnderWay
) -> list[str]:
    """Pull images, each by ``pull`` and called ``name`` then; return why each other was not had."""
    if not images:
        return []
    told = at_once(*(partial(_pull, docker, one, seconds, progress) for one in images))
    return list(dict.fromkeys(one for one in told if one))


def load(docker: DockerCli, archive: str, progress: UnderWay) -> list[str]:
    """Return the names loaded; raise StackError, none kept, for what no engine here runs."""
    with progress.doing("archive", "its images are read"):
        found = architectures(archive)
    ours = docker.read("version", "--format", "{{.Server.Arch}}").strip()
    _refuse(found, ours, archive)
    with progress.doing("archive", f"docker load of {', '.join(found) or archive}"):
        loaded = _LOADED.findall(docker.read("load", "--quiet", "--input", archive))
    if not found and loaded:
        seen = docker.read("image", "inspect", "--format", "{{.Architecture}}", *loaded).split()
        try:
            _refuse(dict(zip(loaded, seen)), ours, archive)
        except StackError:
            docker.read("image", "rm", *loaded)
            raise
    return loaded


def _refuse(found: Mapping[str, str], ours: str, archive: str) -> None:
    wrong = [f"{name} ({other})" for name, other in found.items() if other != ours]
    if wrong:
        raise StackError(
            f"it holds images of another architecture than the engine's, {ours}: "
            f"{', '.join(wrong)}",
            where=archive,
            remedy=f"pull them with --platform linux/{ours}, save them again; none was kept",
        )


def architectures(archive: str) -> dict[str, str]:
    """Return the architecture of each image in an archive, by its names; StackError for no such.

    Empty for one that only the engine can unpack.
    """
    try:
        with Path(archive).open("rb") as file:
            if file.read(len(_ZSTANDARD)) == _ZSTANDARD:
                return {}
        with tarfile.open(archive) as tar:
            images = _json(tar, "manifest.json")
            return {
                name: str(_json(tar, one["Config"]).get("architecture", ""))
                for one in images
                for name in one.get("RepoTags") or [one["Config"]]
            }
    except OSError as problem:
        what, remedy = (problem.strerror or "it cannot be read").lower(), _REMEDY
        raise StackError(what, where=archive, remedy=remedy) from None
    except (tarfile.TarError, EOFError, ValueError, KeyError, TypeError, AttributeError):
        raise StackError("it is no archive of images", where=archive, remedy=_REMEDY) from None


def _json(tar: tarfile.TarFile, name: str) -> Any:
    file = tar.extractfile(name)
    if file is None:
        raise KeyError(name)
    return json.loads(file.read())


def _pull(docker: DockerCli, image: Mapping[str, str], seconds: int, progress: UnderWay) -> str:
    reference, name = image["pull"], image["name"]
    with progress.doing(name, f"docker pull {reference}"):
        # A registry that does not answer is what the other sources are for.
        code, out, err = docker.run(
            ["timeout", str(seconds), "docker", "pull", "--quiet", reference]
        )
    if code == _TIMED_OUT:
        return f"{reference} was not had within {seconds} s"
    if code != 0:
        return last_line(err) or last_line(out) or f"docker pull ended with code {code}"
    if reference != name:
        docker.tag(reference, name)
    return ""
