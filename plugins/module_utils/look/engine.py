"""Asks the managed host about its Docker Engine."""

from __future__ import annotations

import getpass
import shutil
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from ansible_collections.todo.stack.plugins.module_utils.decide.engine_state import (
    DEFAULT_SOCKET,
    Answer,
    EngineState,
    HostFacts,
    buildx_version,
    compose_version,
    judge_answer,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import Run, at_once

# `timeout` because a DOCKER_HOST that swallows packets would hold the client for minutes.
_BOUNDED = ["timeout", "4"]
_SYSTEM_FOLDERS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def describe_engine(run: Run, environ: Mapping[str, str]) -> EngineState:
    """Return the engine's state within about five seconds; it never raises for a missing engine.

    ``run`` is ``AnsibleModule.run_command``, ``environ`` the environment the client will see.
    """
    facts = _host_facts(environ)
    if not facts.client:
        return judge_answer(Answer(127, "", ""), facts)
    version, buildx, compose = at_once(
        partial(_ask, run, "version", "--format", "{{json .}}"),
        partial(_ask, run, "buildx", "version"),
        partial(_ask, run, "compose", "version", "--short"),
    )
    return replace(
        judge_answer(version, facts),
        buildx_version=buildx_version("" if buildx.code else buildx.out),
        compose_version=compose_version("" if compose.code else compose.out),
    )


def daemon_path() -> str:
    """Return the path of dockerd, empty when it is not installed."""
    return shutil.which("dockerd", path=_SYSTEM_FOLDERS) or ""


def _host_facts(environ: Mapping[str, str]) -> HostFacts:
    return HostFacts(
        docker_host=environ.get("DOCKER_HOST", ""),
        client=shutil.which("docker", path=environ.get("PATH")) is not None,
        daemon=bool(daemon_path()),
        socket=Path(DEFAULT_SOCKET).exists(),
        user=getpass.getuser(),
    )


def _ask(run: Run, *args: str) -> Answer:
    return Answer(*run([*_BOUNDED, "docker", *args]))
