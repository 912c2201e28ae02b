"""What ended comes back: after a loss of power, a reboot, a kill, a lack of memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import docker
import pytest

HOST = "todo-faults"
BACKEND = "todo-backend-1"


@pytest.mark.usefixtures("back_by_itself")
def test_after_a_loss_of_power_it_comes_back_without_a_play(
    eyes: Any, healthy: Callable[[], bool], within: Any
) -> None:
    for command in (
        "systemctl kill --signal=KILL docker containerd",
        "pkill -KILL containerd-shim; pkill -KILL docker-init",
        "systemctl reset-failed; systemctl start docker",
    ):
        eyes.run("sh", "-c", command)
    assert within(90, healthy)


@pytest.mark.usefixtures("healed")
def test_an_engine_that_was_started_too_often_is_started_by_a_run(
    eyes: Any, healthy: Callable[[], bool], run_play: Any
) -> None:
    eyes.host.run("for one in 1 2 3 4 5; do systemctl restart docker; done")
    eyes.host.run("systemctl stop docker.socket docker")
    assert eyes.host.run("systemctl start docker").rc != 0
    run = run_play("site.yml")
    assert run.code == 0, run.output
    assert healthy()


@pytest.mark.usefixtures("back_by_itself")
def test_after_a_reboot_it_comes_back_without_a_play(
    eyes: Any, healthy: Callable[[], bool], within: Any
) -> None:
    def up_and_healthy() -> bool:
        try:
            return healthy()
        except RuntimeError:  # testinfra cannot reach the host
            return False

    eyes.run("touch", "/run/before-the-reboot")
    host = docker.from_env().containers.get(HOST)
    address = host.attrs["NetworkSettings"]["IPAddress"]
    host.restart(timeout=60)
    host.reload()
    if host.attrs["NetworkSettings"]["IPAddress"] != address:
        # A neighbour's has become free meanwhile; VMs keep theirs.
        host.exec_run(["ip", "address", "add", f"{address}/16", "dev", "eth0"])
    assert within(90, up_and_healthy)
    assert "before-the-reboot" not in eyes.run("ls", "/run")


@pytest.mark.usefixtures("healed")
def test_a_killed_process_is_back_within_ten_seconds_and_verify_tells(
    eyes: Any, healthy: Callable[[], bool], within: Any, run_play: Any
) -> None:
    pid = eyes.container("backend").inspect["State"]["Pid"]
    eyes.run("kill", "-KILL", str(pid))
    assert within(10, lambda: healthy() and eyes.container("backend").inspect["State"]["Pid"]
                  not in {0, pid})  # fmt: skip
    assert eyes.container("backend").inspect["RestartCount"] == 1
    assert "1 restart, last cause: exit code 137" in run_play("verify.yml").output
    # Only a new container forgets it.
    eyes.run("docker", "rm", "--force", BACKEND)


@pytest.mark.usefixtures("healed")
def test_one_killed_by_its_memory_limit_is_back_within_thirty_seconds_and_verify_tells(
    eyes: Any, healthy: Callable[[], bool], within: Any, run_play: Any
) -> None:
    # Its /tmp counts as its memory; of its processes the largest is ended.
    eyes.host.run("docker exec %s dd if=/dev/zero of=/tmp/fill bs=1M count=600", BACKEND)
    assert within(30, lambda: healthy() and eyes.container("backend").inspect["RestartCount"] == 1)
    verify = run_play("verify.yml").output
    assert "1 restart, last cause: killed by its memory limit" in verify
    eyes.run("docker", "rm", "--force", BACKEND)


@pytest.mark.usefixtures("healed")
def test_what_someone_has_killed_stays_down_until_the_next_run(eyes: Any, run_play: Any) -> None:
    # `docker kill` is an operator's word: the engine does not go against it.
    eyes.run("docker", "kill", BACKEND)
    verify = run_play("verify.yml")
    assert verify.code != 0
    assert "backend.running" in verify.output


@pytest.mark.usefixtures("healed")
def test_a_prune_of_everything_unused_is_made_good(eyes: Any, run_play: Any) -> None:
    archive = "/home/ops/bases.tar"
    # Where a registry gave them there are none of these, and the run pulls them again.
    bases = "docker image ls --format '{{.Repository}}:{{.Tag}}' 'localhost/todo-stack/*'"
    eyes.run("sh", "-c", f"{bases} | xargs -r docker save -o $0", archive)
    eyes.run("docker", "rm", "--force", BACKEND, "todo-migrate-1")
    eyes.run("docker", "system", "prune", "--all", "--force")
    taken = {"base_images_archive": archive, "base_images_archive_on_host": True}
    run = run_play("site.yml", variables=taken)
    eyes.run("rm", "-f", archive)
    assert run.code == 0, run.output
