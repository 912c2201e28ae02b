"""A contract and a host on which everything holds: each test breaks one thing."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Inside,
    Listener,
    Observation,
    ProbeResult,
    Process,
    Rendered,
)

EVERYWHERE = "0.0.0.0"  # noqa: S104 - looked at, not bound to
BUDGET = {"seconds": 300, "bytes": 500_000_000}


@pytest.fixture
def contract() -> dict[str, Any]:
    """Return the backend's contract, with a UI as well."""
    return {
        "service": "backend",
        "image": "todo-backend",
        "build": {"budget": BUDGET},
        "run": {
            "port": 8000,
            "health": {"path": "/health", "expect": "status == 'ok'", "within_seconds": 60},
            "ui": {"path": "/", "contains": "Todo", "within_seconds": 60},
        },
        "env": {"PORT": {}, "DATABASE_URL": {"required": True}, "OPENAI_API_KEY": {}},
        "networks": {"backend": {"default": "", "database": "shared-db"}},
    }


def container() -> dict[str, Any]:
    """Return a healthy, hardened container as the engine inspects it."""
    return {
        "Id": "c0ffee",
        "Name": "/todo-backend-1",
        "Image": "sha256:aa",
        "RestartCount": 0,
        "State": {"Status": "running", "Pid": 42, "Health": {"Status": "healthy"}, "ExitCode": 0},
        "Config": {"User": "10001:10001", "Healthcheck": {"Test": ["CMD", "probe"]}},
        "Mounts": [],
        "HostConfig": {
            "ReadonlyRootfs": True,
            "CapDrop": ["ALL"],
            "CapAdd": None,
            "SecurityOpt": ["no-new-privileges:true"],
            "Memory": 536870912,
            "NanoCpus": 1000000000,
            "PidsLimit": 100,
            "Init": True,
            "LogConfig": {"Type": "json-file", "Config": {"max-size": "10m"}},
            "RestartPolicy": {"Name": "unless-stopped"},
            "Privileged": False,
            "NetworkMode": "todo_default",
            "PidMode": "",
            "IpcMode": "private",
            "CgroupnsMode": "private",
        },
        "NetworkSettings": {
            "Ports": {"8000/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8000"}]},
            "Networks": {"todo_default": {}, "shared-db": {}},
        },
    }


@pytest.fixture
def seen() -> Observation:
    """Return what is seen of a service that keeps its whole contract."""
    return Observation(
        image={
            "Id": "sha256:aa",
            "Config": {"Env": ["PATH=/bin"], "Labels": {"todo.stack.content": "sha256:cc"}},
        },
        layers=({"bytes": 130_000_000, "created_by": ""}, {"bytes": 70_000_000, "created_by": ""}),
        builds=({"digest": "sha256:cc", "build_seconds": 20.5, "cached_steps": 0},),
        container=container(),
        inside=Inside(
            processes=(
                Process(42, "docker-init", (10001, 10001, 10001), 0, True),
                Process(43, "uvicorn", (10001, 10001, 10001), 0, True),
            ),
            listeners=(Listener(EVERYWHERE, 8000), Listener("127.0.0.11", 40123)),
            environ={"PATH": "/bin", "PORT": "8000", "DATABASE_URL": "x", "HOSTNAME": "c0ffee"},
        ),
        rendered=Rendered({"PORT": "8000", "DATABASE_URL": "x"}),
        health=ProbeResult(200, b'{"status":"ok"}', "application/json", "", 0.01),
        ui=ProbeResult(200, b"<h1>Todo</h1>", "text/html; charset=utf-8", "", 0.02),
        uptime_seconds=3600.0,
    )
