"""Fetches packages from an npm registry, checked against the registry's own hashes."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
import urllib.error
import urllib.request
from pathlib import Path

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError

_SECONDS = 60


def fetch_package(registry: str, name: str, version: str, folder: Path) -> Path:
    """Unpack ``name`` at ``version`` below ``folder`` and return where its files are."""
    about = json.loads(_get(f"{registry.rstrip('/')}/{name}/{version}"))
    archive = _get(about["dist"]["tarball"])
    algorithm, _, expected = str(about["dist"]["integrity"]).partition("-")
    found = base64.b64encode(hashlib.new(algorithm, archive).digest()).decode()
    if found != expected:
        raise StackError(
            f"the archive of {name} {version} does not match its hash",
            where=registry,
            remedy="try again; if it persists, the registry or a proxy changes what it serves",
        )
    target = folder / name
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        # Absent from Python 3.9's first patch releases, where the hash above has to do.
        safe = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        tar.extractall(target, **safe)  # type: ignore[arg-type]  # noqa: S202
    return target / "package"


def _get(url: str) -> bytes:
    if url.startswith("/"):
        raise StackError(
            "this host has no Node.js or npm of the wanted version, and no npm registry is named",
            where="base_images_npm_registry",
            remedy="install both on the host, name a registry, or supply the base by archive",
        )
    if not url.startswith(("https://", "http://")):
        raise StackError(f"{url} is no address of a registry", where="base_images_npm_registry")
    try:
        with urllib.request.urlopen(url, timeout=_SECONDS) as answer:  # noqa: S310
            return bytes(answer.read())
    except (urllib.error.URLError, OSError) as error:
        raise StackError(
            f"{url} cannot be fetched: {error}",
            where="base_images_npm_registry",
            remedy="install Node.js on the host, or supply the base by registry or archive",
        ) from error
