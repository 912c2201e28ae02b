"""What a container may not do, as the engine was told and as it turns out when tried."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Setting = Callable[[dict[str, Any]], bool]
SETTINGS: dict[str, Setting] = {
    "read-only root": lambda host: host["ReadonlyRootfs"] is True,
    "capabilities dropped": lambda host: host["CapDrop"] == ["ALL"] and not host["CapAdd"],
    "no new privileges": lambda host: "no-new-privileges:true" in (host["SecurityOpt"] or []),
    "memory limit": lambda host: host["Memory"] > 0,
    "CPU limit": lambda host: host["NanoCpus"] > 0,
    "pids limit": lambda host: (host["PidsLimit"] or 0) > 0,
    "init": lambda host: host["Init"] is True,
    "bounded log": lambda host: "max-size" in host["LogConfig"]["Config"],
    "restart policy": lambda host: host["RestartPolicy"]["Name"] == "unless-stopped",
    "not privileged": lambda host: host["Privileged"] is False,
    "own PID namespace": lambda host: host["PidMode"] == "",
    "own IPC namespace": lambda host: host["IpcMode"] == "private",
    "own network": lambda host: host["NetworkMode"] not in {"", "default", "bridge", "host"},
    "no devices": lambda host: not host["Devices"],
}


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_container_is_restricted(container: Any, setting: str) -> None:
    assert SETTINGS[setting](container.inspect["HostConfig"])


def test_nothing_of_the_host_is_mounted(container: Any) -> None:
    assert [mount for mount in container.inspect["Mounts"] if mount["Type"] == "bind"] == []


def test_its_healthcheck_says_healthy_and_nothing_restarted(container: Any) -> None:
    state = container.inspect["State"]
    assert (state["Status"], state.get("Health", {}).get("Status")) == ("running", "healthy")
    assert container.inspect["RestartCount"] == 0


@pytest.mark.parametrize("path", ["/etc/passwd", "/usr/local/bin/x", "/x"])
def test_the_root_filesystem_cannot_be_written(eyes: Any, container: Any, path: str) -> None:
    name = container.inspect["Id"]
    result = eyes.host.run("docker exec --user 0 %s sh -c %s", name, f": >> {path}")
    assert result.rc != 0
    assert "Read-only file system" in result.stderr
