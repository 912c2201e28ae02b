"""What the stack needs of a host and does not get: its ports, disk, forwarding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

ROOM = "/var/lib/docker"
SMALL = f"{ROOM}-small"
BACKEND = "todo-backend-1"
START = "systemctl reset-failed; systemctl start docker"
SQUAT = ["systemd-run", "--unit=squatter", "python3", "-m", "http.server", "--bind", "127.0.0.1",
         "8000"]  # fmt: skip


@pytest.fixture
def no_backend(eyes: Any) -> None:
    """Have the backend's port free."""
    eyes.run("docker", "rm", "--force", BACKEND)


@pytest.fixture
def squatters_go(eyes: Any) -> Iterator[None]:
    """Whoever has taken the port gives it back after the test."""
    yield
    eyes.run("sh", "-c", "systemctl stop squatter; docker rm -f squatter")


SQUATTERS = {
    "python3": SQUAT,
    "container squatter": [
        "sh", "-c", "docker run -d --name squatter -p 127.0.0.1:8000:80 --entrypoint sleep"
        " todo-frontend:latest 600"],
}  # fmt: skip


@pytest.mark.usefixtures("healed", "squatters_go", "no_backend")
@pytest.mark.parametrize("owner", SQUATTERS)
def test_a_taken_port_is_refused_by_its_owner_within_five_seconds(
    owner: str, eyes: Any, run_play: Any, make_snapshot: Callable[[], str]
) -> None:
    eyes.run(*SQUATTERS[owner])
    before = make_snapshot()
    run = run_play("site.yml")
    assert run.code != 0
    assert f"port 8000 of backend: is taken by {owner}" in run.output
    assert run.seconds < 5
    assert make_snapshot() == before


@pytest.mark.usefixtures("healed", "squatters_go", "no_backend")
def test_a_port_taken_after_the_check_is_told_and_leaves_no_half_of_a_container(
    eyes: Any, start_play: Any
) -> None:
    play = start_play("site.yml")
    next(line for line in play.stdout if "TASK [todo.stack.docker_engine" in line)
    eyes.run(*SQUAT)
    output, _ = play.communicate(timeout=120)
    assert play.returncode != 0, output
    assert "8000" in output
    assert "python3" in output, output
    assert BACKEND not in eyes.run("docker", "ps", "--all", "--format={{.Names}}").split()


@pytest.mark.usefixtures("back_by_itself")
def test_no_forwarding_is_refused_with_the_remedy(
    eyes: Any, run_play: Any, unchanged: Callable[[], bool]
) -> None:
    eyes.run("sysctl", "-w", "net.ipv4.ip_forward=0")
    try:
        run = run_play("site.yml")
    finally:
        eyes.run("sysctl", "-w", "net.ipv4.ip_forward=1")
    assert run.code != 0
    assert "sysctl -w net.ipv4.ip_forward=1" in run.output
    assert unchanged()


@pytest.fixture
def small_disk(eyes: Any, within: Any, healthy: Callable[[], bool]) -> Iterator[None]:
    """Have the engine's files on a small loop device, and where they were after the test."""
    engine = "docker.socket docker.service containerd.service"
    size = int(eyes.run("du", "-sxm", ROOM).split()[0]) + 1500
    eyes.run("sh", "-ec",
             f"systemctl stop {engine}; mkdir {SMALL};"
             f" truncate -s {size}M {ROOM}/small.img; mkfs.ext4 -q -m 0 {ROOM}/small.img;"
             f" mount -o loop {ROOM}/small.img {SMALL};"
             f" find {ROOM} -mindepth 1 -maxdepth 1 ! -name small.img"
             f" -exec cp -a -t {SMALL} {{}} +;"
             f" mount --move {SMALL} {ROOM}; {START}")  # fmt: skip
    assert within(60, healthy)
    yield
    eyes.run("sh", "-ec",
             f"systemctl stop {engine}; umount {ROOM}; rm {ROOM}/small.img; rmdir {SMALL};"
             f" {START}")  # fmt: skip
    assert within(60, healthy)


@pytest.fixture
def last_step(project_copy: Any) -> Callable[[str], dict[str, Any]]:
    """Return a function that gives the backend's build a last step, and the play's variables."""

    def add(command: str) -> dict[str, Any]:
        dockerfile = project_copy / "backend/Dockerfile"
        grows = f"USER 0\nRUN {command}\nUSER 10001:10001\n"
        dockerfile.write_text(f"{dockerfile.read_text()}\n{grows}")
        return {"stack_project_dir": str(project_copy)}

    return add


@pytest.mark.usefixtures("back_by_itself", "small_disk")
def test_a_full_disk_is_told_before_a_build_and_during_one(
    last_step: Any, run_play: Any, unchanged: Callable[[], bool], healthy: Callable[[], bool]
) -> None:
    given = last_step("head -c 9G /dev/zero >/big")

    before = run_play("site.yml", variables=given)
    assert before.code != 0
    assert f"disk at {ROOM}: 1." in before.output, before.output
    assert "3.0 GB needed" in before.output

    during = run_play("site.yml", variables={**given, "stack_min_free_bytes": 1})
    assert during.code != 0
    assert "disk full during the build" in during.output, during.output
    assert unchanged()
    assert healthy()


@pytest.mark.usefixtures("back_by_itself", "small_disk")
def test_a_disk_out_of_inodes_is_told_before_a_build_and_during_one(
    eyes: Any, last_step: Any, run_play: Any, unchanged: Callable[[], bool],
    healthy: Callable[[], bool],
) -> None:  # fmt: skip
    given = last_step("mkdir /many && cd /many && seq 99000 | xargs touch")
    given["stack_min_free_bytes"] = 1

    eyes.run("sh", "-ec", f"mkdir {ROOM}/many; cd {ROOM}/many;"
             " seq $(($(stat -f -c %d .) - 40000)) | xargs touch")  # fmt: skip
    before = run_play("site.yml", variables=given)
    assert before.code != 0
    assert "inodes free, 50000 needed" in before.output, before.output

    eyes.run("sh", "-ec", f"cd {ROOM}/many; seq 20000 | xargs rm")
    during = run_play("site.yml", variables=given)
    assert during.code != 0
    assert "disk full during the build" in during.output, during.output
    assert unchanged()
    assert healthy()
