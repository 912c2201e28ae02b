"""An archive of images keeps the layers that are wanted, however the engine has laid it out."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.build.image_archive import thin_out
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError

BASE, OWN = "sha256:base", "sha256:own"
CONFIG = {"rootfs": {"diff_ids": [BASE, OWN]}}
Files = dict[str, bytes]


def blob(value: Any) -> tuple[str, bytes]:
    data = json.dumps(value).encode()
    return hashlib.sha256(data).hexdigest(), data


def oci(*, indexed: bool = False) -> tuple[Files, list[str]]:
    """Return the files of an archive as engines from 25 on write it, and the IDs in it."""
    config, config_data = blob(CONFIG)
    manifest, manifest_data = blob({"config": {"digest": f"sha256:{config}"}})
    files = {
        "blobs/sha256/packed": b"the base",
        "blobs/sha256/plain": b"its own",
        f"blobs/sha256/{config}": config_data,
        f"blobs/sha256/{manifest}": manifest_data,
    }
    top = manifest
    if indexed:  # with the manifest of another platform, which is not there
        rows = [{"digest": "sha256:arm"}, {"digest": f"sha256:{manifest}"}]
        top, data = blob({"manifests": rows})
        files[f"blobs/sha256/{top}"] = data
    files["index.json"] = json.dumps({"manifests": [{"digest": f"sha256:{top}"}]}).encode()
    files["manifest.json"] = json.dumps([{
        "Config": f"blobs/sha256/{config}",
        "RepoTags": ["one:1"],
        "Layers": ["blobs/sha256/packed", "blobs/sha256/plain"],
    }]).encode()  # fmt: skip
    return files, [f"sha256:{config}", f"sha256:{top}"]


def old() -> tuple[Files, list[str]]:
    """Return the same as engines before wrote it."""
    name, data = blob(CONFIG)
    manifest = [{"Config": f"{name}.json", "RepoTags": ["one:1"],
                 "Layers": ["x/layer.tar", "y/layer.tar"]}]  # fmt: skip
    files = {
        "x/layer.tar": b"the base",
        "y/layer.tar": b"its own",
        f"{name}.json": data,
        "manifest.json": json.dumps(manifest).encode(),
        "repositories": b"{}",
    }
    return files, [f"sha256:{name}"]


def written(path: Path, files: Files) -> Path:
    with tarfile.open(path, "w") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


@pytest.mark.parametrize("made", [oci(), oci(indexed=True), old()], ids=["oci", "index", "old"])
@pytest.mark.parametrize(
    ("wanted", "kept"),
    [({OWN}, [b"its own"]), ({BASE, OWN}, [b"the base", b"its own"]), (set(), [])],
)
def test_only_wanted_layers_stay(
    tmp_path: Path, made: tuple[Files, list[str]], wanted: set[str], kept: list[bytes]
) -> None:
    files, ids = made
    thin = io.BytesIO()
    [held] = thin_out(written(tmp_path / "whole.tar", files), wanted, thin)
    assert (held.names, list(held.image_ids)) == (("one:1",), ids)
    thin.seek(0)
    with tarfile.open(fileobj=thin) as tar:
        found = {one.name: tar.extractfile(one).read() for one in tar}  # type: ignore[union-attr]
    layers = [b"the base", b"its own"]
    assert [data for data in found.values() if data in layers] == kept
    others = {n: d for n, d in files.items() if d not in layers and n != "repositories"}
    assert {n: d for n, d in found.items() if d not in layers} == others


@pytest.mark.parametrize("files", [{}, {"manifest.json": b"["}, {"manifest.json": b'[{"a": 1}]'}])
def test_what_is_no_archive_of_images_is_told(tmp_path: Path, files: Files) -> None:
    with pytest.raises(StackError, match="could not be read"):
        thin_out(written(tmp_path / "whole.tar", files), set(), io.BytesIO())
