"""Asks the managed host about its Docker Engine."""

from __future__ import annotations

import getpass
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ansible_collections.todo.stack.plugins.module_utils.decide.engine_state import (
    DEFAULT_SOCKET,
    NERDCTL,
    PODMAN,
    SNAP,
    Answer,
    EngineState,
    HostFacts,
    buildx_version,
    busy,
    compose_version,
    judge_answer,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import Run, at_once
from ansible_collections.todo.stack.plugins.module_utils.edge.files import read_start

_SYSTEM_FOLDERS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# `timeout` because a DOCKER_HOST that swallows packets would hold the client for minutes.
_SECONDS = 4
# Slow is not missing: a host with much else to do takes its time to start a program.
_PATIENT_SECONDS = 60
_TIMED_OUT = 124


@dataclass(frozen=True)
class _Told:
    """What the client answered, and the seconds it took."""

    answer: Answer
    took: float

    @property
    def out(self) -> str:
        """Return what it printed, nothing where it failed."""
        return "" if self.answer.code else self.answer.out


def describe_engine(
    run: Run, environ: Mapping[str, str], clock: Callable[[], float] = time.monotonic
) -> EngineState:
    """Return the engine's state; it never raises for a missing engine.

    ``run`` is ``AnsibleModule.run_command``, ``environ`` the environment the client will see. It
    takes about five seconds at most, unless a plugin that is there does not answer in them.
    """
    facts = _host_facts(environ)
    if not facts.client:
        return judge_answer(Answer(127, "", ""), facts)
    version, buildx, compose = at_once(
        partial(_ask, run, clock, _SECONDS, "version", "--format", "{{json .}}"),
        partial(_ask, run, clock, _PATIENT_SECONDS, "buildx", "version"),
        partial(_ask, run, clock, _PATIENT_SECONDS, "compose", "version", "--short"),
    )
    plugins = {"buildx": buildx, "compose": compose}
    for part, told in plugins.items():
        if told.answer.code == _TIMED_OUT:
            return busy(part, _PATIENT_SECONDS)
    slow = [f"{p} took {told.took:.0f} s" for p, told in plugins.items() if told.took > _SECONDS]
    return replace(
        judge_answer(version.answer, facts),
        buildx_version=buildx_version(buildx.out),
        compose_version=compose_version(compose.out),
        slow=f"this host is busy: to tell its version, {', '.join(slow)}" if slow else "",
    )


def daemon_path() -> str:
    """Return the path of dockerd, empty when it is not installed."""
    return shutil.which("dockerd", path=_SYSTEM_FOLDERS) or ""


def _host_facts(environ: Mapping[str, str]) -> HostFacts:
    client = shutil.which("docker", path=environ.get("PATH"))
    return HostFacts(
        docker_host=environ.get("DOCKER_HOST", ""),
        client=client is not None,
        daemon=bool(daemon_path()),
        socket=Path(DEFAULT_SOCKET).exists(),
        user=getpass.getuser(),
        client_kind=_kind(Path(client)) if client else "",
    )


def _kind(client: Path) -> str:
    """Tell a docker command that is none: a link to another program, or a script that calls it."""
    target = client.resolve().name
    if client.parent == Path("/snap/bin") or target == SNAP:
        return SNAP
    start = read_start(client, 4096)
    script = start if start.startswith(b"#!") else b""
    others = (PODMAN, NERDCTL)
    return next((one for one in others if target == one or one.encode() in script), "")


def _ask(run: Run, clock: Callable[[], float], seconds: int, *args: str) -> _Told:
    begun = clock()
    answer = Answer(*run(["timeout", str(seconds), "docker", *args]))
    return _Told(answer, clock() - begun)
