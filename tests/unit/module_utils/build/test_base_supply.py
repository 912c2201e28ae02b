"""Base images of a registry or an archive: what is had, what is refused, what is said meanwhile."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.build.base_supply import load, pull
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.progress import UnderWay
from ansible_collections.todo.stack.tests.unit.fakes import FakeDocker

MIRRORED = {"pull": "m/library/node:20", "name": "node:20"}
OWN = {"pull": "ghcr.io/a:1", "name": "ghcr.io/a:1"}
Write = Callable[..., str]


class Fake(FakeDocker):
    """A client that notes what was told to be under way when it was called."""

    def __init__(self, answers: Mapping[str, Any], file: Path) -> None:
        super().__init__({"version --format": "amd64\n", "image tag": "", **answers})
        self.file = file
        self.told: list[str] = []

    def __call__(self, args: list[str], /, **options: Any) -> Any:
        if args[0] == "timeout":
            assert args[1] == "7"
        steps = json.loads(self.file.read_text()) if self.file.exists() else []
        self.told += [f"{one['target']}: {one['step']}" for one in steps]
        return super().__call__(args, **options)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where progress is told."""
    return tmp_path / "steps"


def test_what_is_pulled_has_the_name_that_dockerfiles_know(file: Path) -> None:
    run = Fake({}, file)
    assert pull(DockerCli(run), [MIRRORED, OWN], 7, UnderWay(file)) == []
    assert run.commands("image tag") == ["image tag m/library/node:20 node:20"]
    assert sorted(run.commands("pull")) == [
        "pull --quiet ghcr.io/a:1", "pull --quiet m/library/node:20",
    ]  # fmt: skip
    assert "node:20: docker pull m/library/node:20" in run.told
    assert not file.exists()


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((1, "", "Pulling\nno such host\n"), "no such host"),
        ((124, "", ""), "m/library/node:20 was not had within 7 s"),
        ((127, "", ""), "docker pull ended with code 127"),
    ],
)
def test_what_no_registry_supplies_is_told_and_gets_no_name(
    file: Path, answer: Any, told: str
) -> None:
    run = Fake({"pull": answer}, file)
    assert pull(DockerCli(run), [MIRRORED, MIRRORED], 7, UnderWay(file)) == [told]
    assert run.commands("image tag") == []


def test_where_nothing_is_missing_nothing_is_pulled(file: Path) -> None:
    run = Fake({}, file)
    assert pull(DockerCli(run), [], 7, UnderWay(file)) == []
    assert run.asked == []


@pytest.fixture
def archive(tmp_path: Path) -> Write:
    """Writes an archive of images, name -> architecture, as `docker save` lays it out."""

    def write(images: Mapping[str, str], how: str = "w", files: Mapping[str, Any] = {}) -> str:
        path = tmp_path / "bases.tar"
        rows = [{"Config": f"blobs/{a}", "RepoTags": [name]} for name, a in images.items()]
        configs = {f"blobs/{a}": {"architecture": a} for a in images.values()}
        with tarfile.open(str(path), how) as tar:  # type: ignore[call-overload]
            for name, content in {**configs, "manifest.json": rows, **files}.items():
                data = json.dumps(content).encode()
                about = tarfile.TarInfo(name)
                about.size = len(data)
                tar.addfile(about, io.BytesIO(data))
        return str(path)

    return write


@pytest.mark.parametrize("how", ["w", "w:gz"])
def test_an_archive_of_the_engines_architecture_is_loaded(
    archive: Write, file: Path, how: str
) -> None:
    path = archive({"node:20": "amd64", "python:3": "amd64"}, how)
    out = "Loaded image: node:20\nLoaded image ID: sha256:ab\n"
    run = Fake({"load --quiet": out}, file)
    assert load(DockerCli(run), path, UnderWay(file)) == ["node:20", "sha256:ab"]
    assert run.commands("load") == [f"load --quiet --input {path}"]
    assert run.told == ["archive: docker load of node:20, python:3"]
    assert not file.exists()


def test_an_archive_of_another_architecture_is_refused_by_name_and_not_loaded(
    archive: Write, file: Path
) -> None:
    path = archive({"node:20": "arm64", "python:3": "amd64", "redis:7": "riscv64"})
    run = Fake({}, file)
    with pytest.raises(StackError) as caught:
        load(DockerCli(run), path, UnderWay(file))
    assert "than the engine's, amd64: node:20 (arm64), redis:7 (riscv64)" in str(caught.value)
    assert "python:3" not in str(caught.value)
    assert run.commands("load") == []


@pytest.mark.parametrize(
    "files",
    [
        {"manifest.json": "text"},
        {"manifest.json": [{"RepoTags": ["a"]}]},
        {"manifest.json": [{"Config": "none", "RepoTags": ["a"]}]},
        {"manifest.json": None},
    ],
)
def test_what_is_no_archive_of_images_is_refused(
    archive: Write, file: Path, tmp_path: Path, files: dict[str, Any]
) -> None:
    run = Fake({}, file)
    with pytest.raises(StackError, match=r"no archive of images.*docker save"):
        load(DockerCli(run), archive({"a": "amd64"}, files=files), UnderWay(file))
    (tmp_path / "text").write_text("no archive")
    with pytest.raises(StackError, match="no archive of images"):
        load(DockerCli(run), str(tmp_path / "text"), UnderWay(file))
    with pytest.raises(StackError, match="no such file"):
        load(DockerCli(run), str(tmp_path / "none"), UnderWay(file))
    assert run.commands("load") == []


def test_an_image_without_a_name_is_told_by_its_configuration(archive: Write, file: Path) -> None:
    path = archive({}, files={"manifest.json": [{"Config": "c", "RepoTags": None}],
                              "c": {"architecture": "arm64"}})  # fmt: skip
    with pytest.raises(StackError, match=r"c \(arm64\)"):
        load(DockerCli(Fake({}, file)), path, UnderWay(file))


@pytest.mark.parametrize(("seen", "kept"), [("amd64\n", True), ("arm64\n", False)])
def test_what_only_the_engine_can_unpack_is_judged_after_it(
    tmp_path: Path, file: Path, *, seen: str, kept: bool
) -> None:
    packed = tmp_path / "bases.tar.zst"
    packed.write_bytes(b"\x28\xb5\x2f\xfd and so on")
    run = Fake({"load": "Loaded image: node:20\n", "image inspect": seen, "image rm": ""}, file)
    if kept:
        assert load(DockerCli(run), str(packed), UnderWay(file)) == ["node:20"]
    else:
        with pytest.raises(StackError, match=r"another architecture.*node:20 \(arm64\)"):
            load(DockerCli(run), str(packed), UnderWay(file))
    assert run.commands("image rm") == ([] if kept else ["image rm node:20"])
