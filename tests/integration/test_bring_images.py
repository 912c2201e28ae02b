"""Images built on one host and brought to another: only the layers it lacks, verified, or none."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.todo.stack.plugins.module_utils.build.image_export import export
from ansible_collections.todo.stack.plugins.module_utils.build.image_import import Arrival, take
from ansible_collections.todo.stack.plugins.module_utils.build.shipment import Offered
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.process import run
from ansible_collections.todo.stack.plugins.module_utils.edge.progress import UnderWay
from ansible_collections.todo.stack.tests.integration.conftest import BASE, ROOT, Bench, docker
from ansible_collections.todo.stack.tests.integration.private_engine import (
    PrivateEngine,
    start_engine,
)

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(os.geteuid() != 0, reason="a dockerd of one's own takes root"),
    pytest.mark.skipif(not shutil.which("dockerd"), reason="no dockerd on this machine"),
]
HERE = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
CONNECTIONS = str(ROOT / "tests/integration/connections")
PLAY = """
- name: Build on one host, bring to the others
  hosts: all
  gather_facts: false
  vars:
    stack_look: {stack: "", images: "{{ seen | default([]) }}"}
    stack_builder: {builder: builder, lead: builder}
    stack_parallel_transfers: 2
  tasks:
    - name: Build the image
      todo.stack.image_build:
        images: [{service: one, image: "{{ image }}", context: "{{ context }}"}]
        state_dir: "{{ stack_state_dir }}"
      register: images_result
      when: inventory_hostname == 'builder'
    - name: Tell of its base
      ansible.builtin.set_fact:
        base_images_ids: "{{ {base: base_id} }}"
    - name: Have the images
      ansible.builtin.include_role: {name: todo.stack.images, tasks_from: bring}
      when: inventory_hostname != 'builder'
    - name: Tell what came
      ansible.builtin.copy:
        content: "{{ images_result | to_json }}"
        dest: "{{ told }}/{{ inventory_hostname }}.json"
        mode: "0600"
      delegate_to: localhost
      check_mode: false
"""


class Play:
    """A builder, which is this machine's engine, and hosts with engines of their own."""

    def __init__(self, bench: Bench, folder: Path, engines: Mapping[str, PrivateEngine]) -> None:
        self.bench, self.folder, self.engines = bench, folder, engines
        self.image_id = json.loads(docker("image", "inspect", BASE))[0]["Id"]
        (folder / "play.yml").write_text(PLAY)

    def run(self, *flags: str, **changes: Any) -> tuple[int, str, dict[str, Any]]:
        """Return exit code, output, and what each host that came to the end has of the images."""
        hosts = {"builder": HERE, **{name: one.host for name, one in self.engines.items()}}
        told = self.folder / "told"
        shutil.rmtree(told, ignore_errors=True)
        told.mkdir()
        variables = {
            "ansible_connection": "apart",
            "ansible_python_interpreter": "{{ ansible_playbook_python }}",
            "image": self.bench.image,
            "context": str(self.bench.context),
            "base": BASE,
            "base_id": self.image_id,
            "told": str(told),
            **changes,
        }
        rows = {
            name: {"apart_docker_host": host, "stack_state_dir": str(self.folder / f"state-{name}")}
            for name, host in hosts.items()
        }
        inventory = self.folder / "hosts.yml"
        inventory.write_text(yaml.safe_dump({"all": {"hosts": rows, "vars": variables}}))
        done = subprocess.run(
            [ROOT / ".venv/bin/ansible-playbook", "-i", inventory, self.folder / "play.yml",
             *flags],
            cwd=ROOT, capture_output=True, text=True, check=False,
            env={**os.environ, "ANSIBLE_CONNECTION_PLUGINS": CONNECTIONS, "ANSIBLE_NOCOLOR": "1"},
        )  # fmt: skip
        found = {file.stem: json.loads(file.read_text()) for file in told.iterdir()}
        return done.returncode, done.stdout + done.stderr, found


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, PrivateEngine]]:
    """Two bare engines, one with each image store."""
    place = tmp_path_factory.mktemp("e")
    found: dict[str, PrivateEngine] = {}
    try:
        for name, store in (("classic", False), ("containerd", True)):
            found[name] = start_engine(place / name, megabytes=900, containerd_store=store)
        yield found
    finally:
        for engine in found.values():
            engine.kill()


@pytest.fixture
def play(bench: Bench, tmp_path: Path, engines: dict[str, PrivateEngine]) -> Play:
    """Return a play with an image of its own."""
    return Play(bench, tmp_path, engines)


def brought(output: str, host: str) -> tuple[int, float]:
    """Return how many layers and megabytes came to a host, from what the play has shown."""
    said = re.search(rf"^  {host} (\d+) layers? of .* came from builder, ([\d.]+) MB", output, re.M)
    assert said, output
    return int(said[1]), float(said[2])


def test_a_host_gets_the_very_image_and_then_only_what_changed(play: Play) -> None:
    code, output, first = play.run()
    assert code == 0, output
    [row] = first["builder"]["images"]
    for host, engine in play.engines.items():
        [own] = first[host]["images"]
        assert (own["changed"], own["digest"]) == (True, row["digest"])
        assert engine.docker("run", "--rm", "--network=none", row["content_image"], "cat",
                             "/src/app.py") == "print(1)\n"  # fmt: skip
        builds = json.loads((play.folder / f"state-{host}" / "builds.json").read_text())
        [record] = builds["images"][play.bench.image]
        assert (record["image_id"], record["layers"]) == (own["image_id"], row["layers"])
    # Both name it by its configuration; containerd's store by its manifest.
    assert first["classic"]["images"][0]["image_id"] == row["image_id"]

    (play.bench.context / "app.py").write_text("print(2)\n")
    code, output, second = play.run()
    assert code == 0, output
    [row] = second["builder"]["images"]
    for host, engine in play.engines.items():
        layers, megabytes = brought(output, host)
        assert (layers, megabytes < 1) == (1, True)
        content = row["content_image"]
        shown = engine.docker("run", "--rm", "--network=none", content, "cat", "/src/app.py")
        assert shown == "print(2)\n"
        # It goes on running what it ran until a release moves the name.
        latest = engine.docker("image", "inspect", "-f", "{{.Id}}", row["image"]).strip()
        assert latest == first[host]["images"][0]["image_id"]

    there = [{"Id": row["image_id"], "RepoTags": [row["content_image"]]},
             {"Id": play.image_id, "RepoTags": [BASE]}]  # fmt: skip
    code, output, third = play.run(seen=there)
    assert code == 0, output
    assert "came from" not in output
    assert not any(found["changed"] for found in third.values())


def test_a_preview_says_what_would_come_and_brings_nothing(play: Play) -> None:
    code, output, found = play.run("--check")
    assert code == 0, output
    assert found["classic"]["changed"] is True
    assert "would come from builder" in found["classic"]["reason"]
    assert not play.engines["classic"].docker("image", "ls", "--quiet", play.bench.image)


def test_without_the_builders_images_nothing_is_changed(play: Play) -> None:
    play.bench.dockerfile("RUN exit 3")
    code, output, found = play.run()
    assert (code, list(found)) == (2, [])
    assert "builder, which builds the images of this host, has not built them" in output
    assert all(f"fatal: [{host}]: FAILED" in output for host in play.engines)


class Sent:
    """An archive of the image as it goes to an engine, from here in this process."""

    def __init__(self, play: Play, engine: PrivateEngine, patch: pytest.MonkeyPatch) -> None:
        self.play, self.engine, self.patch = play, engine, patch
        # No engine has its layer from another test.
        (play.bench.context / "app.py").write_text(play.bench.image)
        play.bench.build()
        self.name = f"{play.bench.image}:latest"
        self.image = Offered.of(self.name, json.loads(docker("image", "inspect", self.name))[0])
        self.archive = play.folder / "sent.tar"

    def packed(self, layers: Sequence[str]) -> Arrival:
        """Return the image with these of its layers, packed."""
        done = export(DockerCli(run), [self.name], layers, self.archive, UnderWay(None))
        return Arrival(self.archive, done.sha256, [self.image], done.image_ids)

    def take(self, arrival: Arrival) -> dict[str, str]:
        """Have the engine take it."""
        self.patch.setenv("DOCKER_HOST", self.engine.host)
        return take(DockerCli(run), arrival, UnderWay(None))

    def left(self) -> str:
        """Return what the engine has of it."""
        listing = ("image", "ls", "--all", "--quiet", "--no-trunc")
        return self.engine.docker(*listing, self.play.bench.image)


@pytest.fixture(params=["classic", "containerd"])
def sent(play: Play, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Sent:
    """Return what is sent to an engine with each image store."""
    return Sent(play, play.engines[request.param], monkeypatch)


def test_what_was_corrupted_on_its_way_is_not_kept(sent: Sent) -> None:
    arrival = sent.packed(sent.image.layers)
    content = bytearray(sent.archive.read_bytes())
    content[len(content) // 2] ^= 1
    sent.archive.write_bytes(content)
    with pytest.raises(StackError, match="did not arrive as they were sent"):
        sent.take(arrival)
    assert sent.left() == ""


def test_what_the_engine_cannot_make_whole_is_not_kept(sent: Sent) -> None:
    # Of the one layer that no engine but the builder's has, nothing was sent.
    arrival = sent.packed(sent.image.layers[:-1])
    with pytest.raises(StackError) as told:
        sent.take(arrival)
    assert told.value.details["layer_missing"] is True
    assert sent.left() == ""


def test_two_plays_at_once_bring_the_same(sent: Sent) -> None:
    arrival = sent.packed(sent.image.layers)
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(sent.take, [arrival, arrival]))
    assert done[0] == done[1]
    assert done[0][sent.name] in sent.left()


def test_a_full_disk_is_told_and_nothing_is_kept(
    play: Play, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = start_engine(tmp_path_factory.mktemp("f"), megabytes=60, containerd_store=False)
    try:
        sent = Sent(play, engine, monkeypatch)
        with pytest.raises(StackError, match="no space left on device -> make room"):
            sent.take(sent.packed(sent.image.layers))
        assert sent.left() == ""
    finally:
        engine.kill()
