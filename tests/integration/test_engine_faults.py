"""image_build on an engine of the tests' own: its other image store, its full disk, its death."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.todo.stack.tests.integration.conftest import Bench
from ansible_collections.todo.stack.tests.integration.private_engine import (
    PrivateEngine,
    start_engine,
)

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(os.geteuid() != 0, reason="a dockerd of one's own takes root"),
    pytest.mark.skipif(not shutil.which("dockerd"), reason="no dockerd on this machine"),
]
NUMBERS = ("size_bytes", "base_bytes", "layers", "largest_layers", "cached_steps", "cold")


@pytest.fixture(scope="module")
def containerd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateEngine]:
    """An engine with containerd's image store, on a disk of 700 MB, with the base."""
    engine = start_engine(tmp_path_factory.mktemp("e"), megabytes=700, containerd_store=True)
    try:
        engine.take_base()
        yield engine
    finally:
        engine.kill()


def test_both_image_stores_tell_the_same_numbers(
    bench: Bench, containerd: PrivateEngine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bench.dockerfile("RUN head -c 3000000 /dev/zero > /big && ln -s big /link", "COPY . /src")
    classic = bench.build(no_cache=True)
    monkeypatch.setenv("DOCKER_HOST", containerd.host)
    other = bench.build(no_cache=True, state_dir=str(tmp_path / "other"))
    assert {key: other[key] for key in NUMBERS} == {key: classic[key] for key in NUMBERS}
    assert classic["compressed_bytes"] is None
    assert other["compressed_bytes"] > 10_000_000


def inventory(engine: PrivateEngine, folder: Path) -> tuple[object, ...]:
    """Return all that an engine nobody else uses holds, and every file of ours."""
    kinds = (("image", "ls", "--all"), ("ps", "--all"), ("volume", "ls"), ("network", "ls"))
    held = [engine.docker(*kind, "--quiet", "--no-trunc") for kind in kinds[:2]]
    held += [engine.docker(*kind, "--quiet") for kind in kinds[2:]]
    files = {
        str(path): (path.lstat().st_mtime_ns, path.lstat().st_mode)
        for path in folder.rglob("*")
        if "tree" not in path.parts
    }
    files.pop(str(folder), None)
    return held, engine.docker("system", "df", "--format", "{{.Type}} {{.Size}}"), files


def test_a_preview_changes_nothing_on_the_engine_or_in_the_files(
    bench: Bench, containerd: PrivateEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", containerd.host)
    secret = {"secrets": [{"id": "a", "value": "marker-value"}]}
    before = inventory(containerd, bench.folder)
    first = bench.build("--check", "--diff", image=secret)
    assert first["changed"] is True
    assert inventory(containerd, bench.folder) == before
    bench.build(image=secret)
    (bench.context / "app.py").write_text("print(3)\n")
    before = inventory(containerd, bench.folder)
    preview = bench.build("--check", "--diff", image=secret)
    assert preview["reason"] == "one: app.py changed"
    assert inventory(containerd, bench.folder) == before


def test_a_full_disk_is_called_one_and_the_old_image_serves(
    bench: Bench, containerd: PrivateEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", containerd.host)
    first = bench.build()
    bench.dockerfile("RUN head -c 900000000 /dev/zero > /large")
    full = bench.build()
    assert (full["failed"], full["changed"]) == (True, False)
    assert "disk full during the build" in full["msg"]
    assert bench.image_ids()["latest"] == first["image_id"]


def step_runs(command: str) -> bool:
    """Tell whether the command of a build's step runs, of whatever engine on this machine."""
    found = subprocess.run(["pgrep", "--full", command], capture_output=True, check=False)
    return found.returncode == 0


# Last: the engine is gone then.
def test_an_engine_that_dies_during_a_build_is_told_at_once(
    bench: Bench, containerd: PrivateEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", containerd.host)
    bench.dockerfile("RUN touch /src; sleep 67.5")
    ended: list[float] = []

    def kill() -> None:
        end = time.monotonic() + 60
        while not step_runs("sleep 67.5") and time.monotonic() < end:
            time.sleep(0.2)
        containerd.kill()
        ended.append(time.monotonic())

    killer = threading.Thread(target=kill)
    killer.start()
    lost = bench.build()
    killer.join()
    # Before the step would have ended by itself, however busy the machine.
    assert time.monotonic() - ended[0] < 45
    assert "the engine was lost during the build" in lost["msg"], lost["msg"]
    assert "run again" in lost["msg"]
    refused = bench.build()
    assert refused["failed"] is True
    assert containerd.host in refused["msg"]
    assert bench.build("--check")["reason"] == "one: there is no running engine yet"
