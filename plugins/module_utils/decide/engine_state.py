"""What a Docker client's answer says about the engine behind it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import Problem, ProblemList

DEFAULT_SOCKET = "/var/run/docker.sock"
MINIMUM = {"server": "23.0", "buildx": "0.13", "compose": "2.24"}

RUNNING = "running"
STOPPED = "stopped"
ABSENT = "absent"
PERMISSION_DENIED = "permission_denied"
WRONG_DOCKER_HOST = "wrong_docker_host"
OUTDATED = "outdated"
UNSUPPORTED = "unsupported"
BUSY = "busy"

# What a docker command that is none leads to: the name of that program.
PODMAN = "podman"
NERDCTL = "nerdctl"
SNAP = "snap"

_TIMED_OUT = 124
_NOUNS = {"server": "Docker Engine", "buildx": "buildx", "compose": "Docker Compose"}
_ADDRESS = re.compile(r"\bat ([a-z]+://\S+?)[.:;,]?(?:\s|$)")
_TOO_OLD = re.compile(
    r"client version (\S+) is too old\. minimum supported api version is ([\d.]+)", re.IGNORECASE
)
_NUMBER = re.compile(r"(\d+)(?:\.(\d+))?(?:\.(\d+))?")
_VERSION = re.compile(r"[0-9]+(\.[0-9]+){0,2}")


@dataclass(frozen=True)
class Answer:
    """What ``docker version --format '{{json .}}'`` returned."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class HostFacts:
    """What is known of the host beside the client's answer."""

    docker_host: str = ""
    client: bool = True
    daemon: bool = True
    socket: bool = True
    user: str = "root"
    client_kind: str = ""  # podman, nerdctl or snap where the docker command is one of these


@dataclass(frozen=True)
class EngineState:
    """Whether the engine answers; if it does not: why, and what to do.

    ``state`` is running, stopped, absent, outdated (the client), permission_denied,
    wrong_docker_host, unsupported or busy. A version is empty where there is none to be had.
    ``slow`` says what took its time to answer.
    """

    state: str
    message: str = ""
    remedy: str = ""
    server_version: str = ""
    buildx_version: str = ""
    compose_version: str = ""
    server_os: str = ""
    server_arch: str = ""
    slow: str = ""

    @property
    def running(self) -> bool:
        """Tell whether the engine answers."""
        return self.state == RUNNING

    def as_result(self) -> dict[str, object]:
        """Return the fields, and ``running``, for a module's result."""
        return {**asdict(self), "running": self.running}


def judge_answer(answer: Answer, facts: HostFacts) -> EngineState:
    """Return the state of the engine, without the plugins' versions."""
    server = _server(answer.out)
    if (kind := _unsupported(facts.client_kind, server, answer.err)) is not None:
        return kind
    if answer.code == 0 and server:
        return EngineState(
            RUNNING,
            server_version=str(server.get("Version", "")),
            server_os=str(server.get("Os", "")),
            server_arch=str(server.get("Arch", "")),
        )
    if not facts.client:
        return EngineState(
            ABSENT,
            "there is no docker command on this host",
            "run playbooks/local.yml, whose role docker_engine installs Docker",
        )
    if "permission denied" in answer.err.lower():
        return _permission_denied(facts)
    if match := _TOO_OLD.search(answer.err):
        return EngineState(
            OUTDATED,
            f"the docker command is too old for the engine: it speaks API {match[1]}, the engine "
            f"{match[2]} and later",
            "run playbooks/local.yml, whose role docker_engine brings it up to date",
        )
    address = _address(answer.err, facts)
    if address != f"unix://{DEFAULT_SOCKET}":
        return _wrong_host(address, answer, facts)
    return _no_engine(answer, facts)


def shortfalls(state: EngineState, minimum: Mapping[str, str]) -> list[str]:
    """Return one sentence for each part that is missing or older than ``minimum``."""
    found = {
        "server": state.server_version,
        "buildx": state.buildx_version,
        "compose": state.compose_version,
    }
    lacks = []
    for part, least in minimum.items():
        noun, version = _NOUNS[part], found[part]
        if not version and (part != "server" or state.running):
            lacks.append(f"{noun} is missing (at least {least} is needed)")
        elif version and numbers(version) < numbers(least):
            lacks.append(f"{noun} {version} is too old (at least {least} is needed)")
    return lacks


def decide(state: EngineState, minimum: Mapping[str, str], daemon: bool) -> tuple[str, str]:
    """Return what to do, ``none``, ``start``, ``install`` or ``access``, and why.

    ``access`` means that no installation helps: the user, DOCKER_HOST, an engine of another kind or
    a host without time is in the way.
    """
    if state.state in (PERMISSION_DENIED, WRONG_DOCKER_HOST, UNSUPPORTED, BUSY):
        return "access", f"{state.message} -> {state.remedy}"
    if state.state == OUTDATED:
        return "install", state.message
    lacks = shortfalls(state, minimum)
    if state.running:
        return ("install", "; ".join(lacks)) if lacks else ("none", "")
    if not daemon:
        return "install", state.message
    if lacks:
        return "install", "; ".join([state.message, *lacks])
    return "start", state.message


def least_versions(given: Mapping[str, Any]) -> dict[str, str]:
    """Return the least versions, those that are not given as they are by default.

    Raises ProblemList where one is no version: nothing would be older.
    """
    least = {**MINIMUM, **{part: str(one) for part, one in given.items() if one is not None}}
    if wrong := [part for part, one in least.items() if not _VERSION.fullmatch(one)]:
        raise ProblemList(
            [
                Problem("is no version", f"docker_engine_minimum.{part}", "such as 26.1")
                for part in wrong
            ]
        )
    return least


def numbers(version: str) -> tuple[int, int, int]:
    """Return the three numbers of the first version in the text; a missing one is 0."""
    match = _NUMBER.search(version)
    return (int(match[1]), int(match[2] or 0), int(match[3] or 0)) if match else (0, 0, 0)


def buildx_version(out: str) -> str:
    """Return the version in ``docker buildx version``: ``<module> v0.13.1 <commit>``."""
    words = out.split()
    return words[1].lstrip("v") if len(words) > 1 and any(numbers(words[1])) else ""


def compose_version(out: str) -> str:
    """Return the version in ``docker compose version --short``."""
    text = out.strip().lstrip("v")
    return text if any(numbers(text)) and "\n" not in text else ""


def _server(out: str) -> Mapping[str, Any]:
    try:
        answer = json.loads(out)
    except ValueError:
        return {}
    server = answer.get("Server") if isinstance(answer, dict) else None
    return server if isinstance(server, dict) else {}


def busy(part: str, seconds: float) -> EngineState:
    """Return the state of a host on which a plugin has not answered in so many seconds."""
    return EngineState(
        BUSY,
        f"`docker {part} version` did not answer within {seconds:.0f} s: the host is too busy "
        "to be judged, and nothing was changed",
        "see what keeps it busy (top, iostat), then run again",
    )


def _unsupported(kind: str, server: Mapping[str, Any], err: str) -> EngineState | None:
    """Return the state of an engine of another kind; None for the one that this is made for."""
    parts = {str(one.get("Name", "")).lower() for one in server.get("Components") or ()}
    if kind == PODMAN or "using podman" in err.lower() or any("podman" in part for part in parts):
        return EngineState(
            UNSUPPORTED,
            "the docker command of this host leads to Podman, which has neither buildx nor Compose",
            "remove the package podman-docker, its link or script, or unset DOCKER_HOST; Podman "
            "itself may stay",
        )
    if kind == NERDCTL:
        return EngineState(
            UNSUPPORTED,
            "the docker command of this host is nerdctl, behind which there is no Docker Engine",
            "remove that link or script; nerdctl itself may stay",
        )
    if kind == SNAP:
        return EngineState(
            UNSUPPORTED,
            "Docker is installed as a snap, which may not read the stack's files in /var/lib",
            "save what its volumes hold, `snap remove docker`, run again: packages replace it",
        )
    if "rootlesskit" in parts:
        return EngineState(
            UNSUPPORTED,
            "the engine is rootless: it belongs to one user, and not to the host",
            "unset DOCKER_HOST: an engine of the host may stand beside it",
        )
    return None


def _address(err: str, facts: HostFacts) -> str:
    match = _ADDRESS.search(err)
    return match[1] if match else facts.docker_host or f"unix://{DEFAULT_SOCKET}"


def _permission_denied(facts: HostFacts) -> EngineState:
    return EngineState(
        PERMISSION_DENIED,
        f"user {facts.user} may not use the Docker socket {DEFAULT_SOCKET}",
        "run the play with --become, or add the user to docker_engine_users (that is root access)",
    )


def _wrong_host(address: str, answer: Answer, facts: HostFacts) -> EngineState:
    origin = f"DOCKER_HOST={facts.docker_host}" if facts.docker_host else "the docker command"
    why = "did not answer in time" if answer.code == _TIMED_OUT else "leads to no engine"
    return EngineState(
        WRONG_DOCKER_HOST,
        f"{origin} {why} ({address})" if address != facts.docker_host else f"{origin} {why}",
        "unset DOCKER_HOST or correct it: without it the socket of this host is used",
    )


def _no_engine(answer: Answer, facts: HostFacts) -> EngineState:
    if not facts.socket and not facts.daemon:
        return EngineState(
            ABSENT,
            "Docker Engine is not installed (a docker command is there, dockerd is not)",
            "run playbooks/local.yml, whose role docker_engine installs Docker",
        )
    if not facts.socket:
        return EngineState(
            ABSENT,
            f"the socket {DEFAULT_SOCKET} is missing: Docker Engine is installed but not started",
            "run playbooks/local.yml, or start it: systemctl start docker",
        )
    if answer.code == _TIMED_OUT:
        return EngineState(
            STOPPED,
            f"Docker Engine does not answer on {DEFAULT_SOCKET} in time",
            "see its log: journalctl --unit docker, or /var/log/dockerd.log",
        )
    return EngineState(
        STOPPED,
        f"Docker Engine is stopped: nobody answers on {DEFAULT_SOCKET}",
        "run playbooks/local.yml, or start it: systemctl start docker",
    )
