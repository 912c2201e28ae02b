"""A host in miniature: containers that live as their script says, and a clock without waiting."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.model import HttpCheck
from ansible_collections.todo.stack.plugins.module_utils.look.observation import ProbeResult

Answer = tuple[int, str, str]
State = dict[str, Any]

HEALTHY: State = {"Status": "running", "health": "healthy"}
STARTING: State = {"Status": "running", "health": "starting"}
UNHEALTHY: State = {"Status": "running", "health": "unhealthy"}
PLAIN: State = {"Status": "running"}
PAUSED: State = {"Status": "paused"}
CREATED: State = {"Status": "created"}
DONE: State = {"Status": "exited", "ExitCode": 0}
STOPPED: State = {"Status": "exited", "ExitCode": 143}
ENDED: State = {"Status": "exited", "ExitCode": 3}
KILLED: State = {"Status": "exited", "ExitCode": 137, "OOMKilled": True}
LOOP: State = {"Status": "restarting", "ExitCode": 1, "restarts": 3}
OK = ProbeResult(200, "application/json", '{"status": "ok"}')
WRONG = ProbeResult(200, "application/json", '{"status": "on fire"}')
ERROR = ProbeResult(500, "application/json", "{}")
REFUSED = ProbeResult(error="connection refused")
CANDIDATE_ADDRESS = "172.30.0.9"
PORTS = {8000: "backend", 3000: "frontend"}


class Clock:
    """Stands in for the module ``time``: sleeping moves it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: Callable[[float], None] = lambda _spent: None

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept(self.now - 1000.0)


@dataclass
class Box:
    """A container: ``states`` are what one look after the other sees, the last one for ever."""

    name: str
    service: str
    version: str
    states: list[State]
    one_off: bool = False

    @property
    def id(self) -> str:
        return f"id-{self.version}-{self.name}"

    def inspect(self) -> dict[str, Any]:
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        runs = state["Status"] in {"running", "paused"}
        health = {
            "Health": {"Status": state.get("health"), "Log": [{"Output": "it says marker-old"}]}
        }
        return {
            "Id": self.id,
            "Name": f"/{self.name}",
            "Image": f"sha256:{self.version}",
            "RestartCount": state.get("restarts", 0),
            "Config": {
                "Image": f"todo-{self.service}:{self.version}",
                "Labels": {
                    "com.docker.compose.project": "todo",
                    "com.docker.compose.service": self.service,
                    "com.docker.compose.oneoff": str(self.one_off),
                    "todo.stack.service": self.service,
                },
            },
            "State": {
                **state, "Pid": os.getpid() if runs else 0, **(health if "health" in state else {}),
            },
            "NetworkSettings": {"Networks": {"todo_default": {"IPAddress": CANDIDATE_ADDRESS}}},
        }  # fmt: skip


@dataclass
class World:
    """A ``run`` for DockerCli that keeps boxes, and notes in short what changes them.

    ``scripts``: (version, name) -> what the container started so goes through. ``answers``:
    version -> what its checks are answered. ``failures``: a part of a noted line -> the message it
    fails with, or what it raises.
    """

    boxes: list[Box] = field(default_factory=list)
    scripts: dict[tuple[str, str], list[State]] = field(default_factory=dict)
    answers: dict[str, ProbeResult] = field(default_factory=lambda: {"new": OK, "old": OK})
    failures: dict[str, str | BaseException] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    argv: list[list[str]] = field(default_factory=list)
    attached: list[str] | None = None
    check_out: Answer = (0, "", "")
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __call__(self, args: list[str], /, **options: Any) -> Answer:
        with self.lock:
            self.argv.append(args)
            if options.get("data"):
                self.sent.append(options["data"])
            if "FROM pg_roles" in (options.get("data") or ""):
                return 0, "maker\n", ""
            note = _short(args)
            if note:
                self.done.append(note)
            for part, failure in self.failures.items():
                if note and part in note:
                    if isinstance(failure, BaseException):
                        raise failure
                    return 1, "", failure
            return self._answer(args)

    def probe(self, host: str, port: int, _check: HttpCheck, _seconds: float) -> ProbeResult:
        """Answer for the container that is reached so."""
        with self.lock:
            one_off = host == CANDIDATE_ADDRESS
            for box in self.boxes:
                if box.service == PORTS[port] and box.one_off == one_off:
                    runs = box.states[0]["Status"] == "running"
                    return self.answers[box.version] if runs else REFUSED
            return REFUSED

    def running(self) -> dict[str, str]:
        """Return service -> version of what is there, by the containers' names."""
        return {box.name: box.version for box in self.boxes}

    def _answer(self, args: Sequence[str]) -> Answer:
        words = list(args[1:])
        if words[0] == "compose":
            return self._compose(words)
        if words[0] == "ps":
            return 0, "\n".join(box.id for box in self.boxes), ""
        if words[:2] == ["container", "inspect"]:
            found = [b.inspect() for b in self.boxes if {b.id, b.name} & set(words[2:])]
            lacks = len(found) < len(words) - 2
            return int(lacks), json.dumps(found), "no such container" if lacks else ""
        if words[0] == "network":
            return self._network(words[1:])
        if words[0] == "rm":
            self.boxes = [box for box in self.boxes if box.id not in words]
        if words[0] == "stop":
            for box in self.boxes:
                if box.id in words:
                    box.states = [STOPPED]
        if words[0] == "start":
            for box in self.boxes:
                if box.id in words:
                    box.states = self._script(box.version, box.name)
        if words[0] == "logs":
            return 0, "a line\nits password is marker-new\n", ""
        return 0, "", ""

    def _network(self, words: Sequence[str]) -> Answer:
        """Answer for the one network there is; ``attached``: who is on it."""
        if words[0] == "inspect" and self.attached is not None:
            rows = {key: {"Name": key.partition("-")[2]} for key in self.attached}
            return 0, json.dumps([{"Name": words[-1], "Containers": rows}]), ""
        if self.attached is None:
            return 1, "", f"Error response from daemon: network {words[-1]} not found"
        if words[0] == "disconnect":
            self.attached.remove(words[-1])
        if words[0] == "rm":
            self.attached = None
        return 0, "", ""

    def _compose(self, words: list[str]) -> Answer:
        version = _version(words)
        if "run" in words and "--detach" not in words:
            return self.check_out
        if "run" in words:
            name, service = words[words.index("--name") + 1], words[-1]
            states = self._script(version, name)
            self.boxes.append(Box(name, service, version, states, one_off=True))
            return 0, "", ""
        for service in words[words.index("up") + 1 :]:
            if not service.startswith("-") and service != "never":
                name = f"todo-{service}-1"
                self.boxes = [box for box in self.boxes if box.name != name]
                states = [CREATED] if "--no-start" in words else self._script(version, name)
                self.boxes.append(Box(name, service, version, states))
                self.attached = [*(self.attached or []), self.boxes[-1].id]
        return 0, "", ""

    def _script(self, version: str, name: str) -> list[State]:
        return list(self.scripts.get((version, name), [STARTING, HEALTHY]))


def _version(words: Sequence[str]) -> str:
    return "new" if any("/releases/" in word for word in words) else "old"


def _short(args: Sequence[str]) -> str:
    """Return what a command changes, without what each of its kind has; "" for one that reads."""
    words = list(args[1:])
    if words[0] == "compose":
        version = _version(words)
        if "run" in words and "--detach" not in words:
            return "judge " + " ".join(words[words.index("--name") + 2 :])
        if "run" in words:
            return f"try {words[-1]}"
        anew = " anew" if "--force-recreate" in words else ""
        if "--no-start" in words:
            anew = " stopped"
        names = [w for w in words[words.index("up") + 1 :] if re.fullmatch(r"[a-z]+", w)]
        return f"up {' '.join(n for n in names if n != 'never')} ({version}{anew})"
    if words[0] == "exec":
        return "psql"
    if words[0] == "network":
        return "" if words[1] == "inspect" else " ".join(w for w in words if not w.startswith("--"))
    if words[0] in {"rm", "start", "stop", "unpause"}:
        return " ".join(w for w in words if not w.startswith("--"))
    return ""
