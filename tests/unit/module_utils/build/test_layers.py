"""Layers weighed alike under both image stores."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest
from ansible_collections.todo.stack.plugins.module_utils.build.layers import read_archive, weigh
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.tests.unit.fakes import FakeDocker

BASE = {"base:1": {"Id": "sha256:base", "RootFS": {"Layers": ["sha256:a"]}}}
CONTAINERD = {"info": '[["driver-type","io.containerd.snapshotter.v1"]]'}
HISTORY = [
    {"created_by": "base"},
    {"created_by": "ENV a=b", "empty_layer": True},
    {"created_by": "COPY . /"},
]


def archive(files: dict[str, bytes], mode: str = "w", link: str = "") -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=mode) as tar:  # type: ignore[call-overload]
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
        if link:
            info = tarfile.TarInfo("link")
            info.type, info.linkname = tarfile.SYMTYPE, link
            tar.addfile(info)
    return made.getvalue()


def saved() -> tuple[bytes, int]:
    """Return what `docker image save` gives, and the bytes of its layers as stored."""
    base = archive({"a": bytes(3_000_000)}, link="four")
    top = archive({"b": b"12345"}, "w:gz", link="four")
    manifest = [{"Config": "blobs/c", "Layers": ["blobs/base", "blobs/top"]}]
    files = {
        "oci-layout": b'{"imageLayoutVersion": "1.0.0"}',
        "blobs/top": top,
        "blobs/base": base,
        "blobs/c": json.dumps({"history": HISTORY}).encode(),
        "manifest.json": json.dumps(manifest).encode(),
        "odd": b"no layer",
    }
    return archive(files), len(base) + len(top)


@pytest.fixture
def docker_saves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The archive that `docker image save` gives."""
    (tmp_path / "docker").write_text(f'#!/bin/sh\n[ "$2" = save ] && cat {tmp_path}/archive\n')
    (tmp_path / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return tmp_path / "archive"


def test_the_classic_store_is_asked_and_no_archive_read() -> None:
    run = FakeDocker({"info": '[["Backing Filesystem","extfs"]]'}, images=BASE)
    weights = weigh(DockerCli(run), "sha256:1", "base:1")
    assert [layer["bytes"] for layer in weights.layers] == [100, 5]
    assert (weights.base_bytes, weights.compressed_bytes) == (105, None)


@pytest.mark.parametrize(
    ("base", "base_bytes", "lowest"), [("base:1", 3_000_004, 3_000_004), (None, None, 3_000_000)]
)
def test_containerds_store_is_weighed_by_the_files(
    docker_saves: Path, base: str | None, base_bytes: int | None, lowest: int
) -> None:
    content, packed = saved()
    docker_saves.write_bytes(content)
    weights = weigh(DockerCli(FakeDocker(CONTAINERD, images=BASE)), "sha256:1", base)
    assert weights.layers == [
        {"bytes": lowest, "created_by": "base"},
        {"bytes": 0, "created_by": "ENV a=b"},
        {"bytes": 5, "created_by": "COPY . /"},
    ]
    assert (weights.base_bytes, weights.compressed_bytes) == (base_bytes, packed)


@pytest.mark.parametrize("content", [b"", b"no archive", archive({"x": b"y"})])
def test_an_archive_that_is_none_is_told(docker_saves: Path, content: bytes) -> None:
    docker_saves.write_bytes(content)
    with pytest.raises(StackError, match="archive could not be read"):
        weigh(DockerCli(FakeDocker(CONTAINERD, images=BASE)), "sha256:1", None)


def test_an_archive_is_read_as_a_stream_in_any_order() -> None:
    class Pipe(io.BytesIO):
        def seek(self, *_: object) -> int:
            raise io.UnsupportedOperation

    assert read_archive(Pipe(saved()[0])).weights(0) == [3_000_000, 5]
