"""Stands in for the Docker CLI: answers from what it is told there is, notes what it was asked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

Answer = tuple[int, str, str]


class FakeDocker:
    """A ``run`` for DockerCli: images, containers and canned answers by a part of the command."""

    def __init__(
        self,
        answers: Mapping[str, str | Answer] | None = None,
        *,
        images: Mapping[str, dict[str, Any]] | None = None,
        containers: Sequence[dict[str, Any]] = (),
        layers: Sequence[tuple[int, str]] = ((5, "COPY . /"), (100, "base")),
    ) -> None:
        self.answers = dict(answers or {})
        self.images = dict(images or {})
        self.containers = list(containers)
        self.layers = list(layers)
        self.asked: list[str] = []
        self.options: list[dict[str, Any]] = []

    def __call__(self, args: list[str], /, **options: Any) -> Answer:
        # The engine is asked within a time limit: `timeout 4 docker version`.
        line = " ".join(args[args.index("docker") + 1 :])
        self.asked.append(line)
        self.options.append(options)
        for part, answer in self.answers.items():
            if part in line:
                return (0, answer, "") if isinstance(answer, str) else answer
        return self._answer(line, args)

    def _answer(self, line: str, args: list[str]) -> Answer:
        if line.startswith("image inspect"):
            return _inspected([self.images[ref] for ref in args[3:] if ref in self.images], args)
        if line.startswith("container inspect"):
            return _inspected([c for c in self.containers if c["Id"] in args[3:]], args)
        if line.startswith("ps "):
            return 0, "\n".join(c["Id"] for c in self.containers), ""
        if line.startswith("history"):
            rows = [{"Size": str(size), "CreatedBy": by} for size, by in self.layers]
            return 0, "\n".join(map(json.dumps, rows)), ""
        if line.startswith("image tag"):
            self.images[args[4]] = self.images[args[3]]
        if line.startswith("image rm"):
            self.images.pop(args[3], None)
        return 0, "", ""

    def commands(self, start: str) -> list[str]:
        """Return the commands asked for that begin so."""
        return [line for line in self.asked if line.startswith(start)]


def _inspected(found: list[dict[str, Any]], args: list[str]) -> Answer:
    missing = len(found) < len(args) - 3
    return int(missing), json.dumps(found), "Error: No such object" if missing else ""


def container(service: str, **changes: Any) -> dict[str, Any]:
    """Return the inspect of a healthy container; ``labels``, ``state`` and top keys change it."""
    labels = {
        "com.docker.compose.service": service,
        "com.docker.compose.config-hash": f"hash-{service}",
        "todo.stack.service": service,
        **changes.pop("labels", {}),
    }
    state = {
        "Status": "running",
        "ExitCode": 0,
        "OOMKilled": False,
        "Health": {"Status": "healthy"},
    }
    return {
        "Id": f"id-{service}",
        "Name": f"/todo-{service}-1",
        "Image": f"sha256:{service}",
        "RestartCount": 0,
        "Config": {"Labels": {k: v for k, v in labels.items() if v is not None}},
        "State": {**state, **changes.pop("state", {})},
        **changes,
    }
