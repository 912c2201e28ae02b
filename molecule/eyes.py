"""Eyes of the tests: the host as its own tools show it, not as the collection's modules do."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from testinfra.host import Host  # type: ignore[import-untyped]

PROJECT = os.environ.get("STACK_PROJECT", "todo")
STATE_ROOT = "/var/lib/todo-stack"
STATE_DIR = os.environ.get("STACK_STATE_DIR", f"{STATE_ROOT}/{PROJECT}")
LABEL = "com.docker.compose"

FETCH = """
import json, sys, urllib.error, urllib.request
try:
    answer = urllib.request.urlopen(sys.argv[1], timeout=10)
except urllib.error.HTTPError as refusal:
    answer = refusal
except OSError as problem:
    print(json.dumps([0, "", str(problem)]))
    sys.exit()
body = answer.read(1048576).decode()
print(json.dumps([answer.status, answer.headers.get("Content-Type", ""), body]))
"""

# Containers with their start, images with their IDs, files with their modes and contents.
EVERYTHING = (
    "docker ps -aq --no-trunc | sort"
    " | xargs -r docker inspect -f '{{.Id}} {{.State.StartedAt}}';"
    " docker image ls --no-trunc --format '{{.Repository}}:{{.Tag}} {{.ID}}' | sort;"
    # The audit log tells also of what was refused.
    ' cd "$0"; find . -printf "%p %m\\n" | sort;'
    " find . -type f ! -name audit.jsonl | sort | xargs sha256sum"
)


@dataclass(frozen=True)
class Eyes:
    """Commands on the host, as root: other users' processes are looked at."""

    host: Host
    project: str
    bind_address: str

    def run(self, *args: str) -> str:
        """Return a command's output; the test fails with the command's own message."""
        result = self.host.run(" ".join(["%s"] * len(args)), *args)
        assert result.rc == 0, f"{' '.join(args[:4])}: {result.stderr.strip()}"
        return str(result.stdout)

    def sh(self, script: str, *args: str) -> str:
        """Return the output of a shell script; ``args`` are its $0, $1 and so on."""
        return self.run("sh", "-euc", script, *args)

    def docker_json(self, *args: str) -> Any:
        """Return the parsed output of a docker command."""
        return json.loads(self.run("docker", *args))

    def container(self, service: str, number: int = 1) -> Container:
        """Return a service's container, looked at anew."""
        return Container(self, service, number)

    def of_project(self, project: str) -> Eyes:
        """Return the eyes on another stack of the host."""
        return Eyes(self.host, project, self.bind_address)

    def running(self) -> list[Container]:
        """Return every running container of the project, with a contract or without."""
        found = self.run("docker", "ps", f"--filter=label={LABEL}.project={self.project}",
                         f'--format={{{{.Label "{LABEL}.service"}}}}')  # fmt: skip
        return [self.container(service) for service in found.split()]

    def names(self) -> list[str]:
        """Return the names of all containers of the project, stopped ones and candidates too."""
        found = self.run("docker", "ps", "-a", f"--filter=label={LABEL}.project={self.project}",
                         "--format={{.Names}}")  # fmt: skip
        return sorted(found.split())

    def images(self, repository: str) -> dict[str, str]:
        """Return the IDs of a repository's images by their tag."""
        found = self.run("docker", "image", "ls", "--no-trunc", "--format={{.Tag}} {{.ID}}",
                         repository)  # fmt: skip
        return dict(line.split() for line in found.splitlines())

    def fetch(self, url: str) -> tuple[int, str, str]:
        """Return status, type and body of a GET from the host; where none answers, 0 and why."""
        status, kind, body = json.loads(self.run("python3", "-c", FETCH, url))
        return int(status), str(kind), str(body)

    def state(self, name: str, folder: str = STATE_DIR) -> Any:
        """Return a JSON file of the stack's state folder."""
        return json.loads(self.run("cat", f"{folder}/{name}"))

    def everything(self) -> str:
        """Return what a run that is refused must leave as it is: containers, images, files."""
        return self.sh(EVERYTHING, STATE_DIR)

    def standing(self, services: Iterable[str] = ("postgres", "backend", "frontend")) -> str:
        """Return what a failed release must leave as it is: what serves, and what would start it.

        Its image may stay under the tag of its content, so that it is not built again. A one-shot
        may have run for it, and was then taken away: the record tells of the one before. The
        backup that was made before that stays.
        """
        names = [f"{self.project}-{service}-1" for service in services]
        form = "{{.Name}} {{.Id}} {{.Image}} {{.State.StartedAt}} {{.RestartCount}}"
        return "\n".join(
            [
                self.run("docker", "inspect", "-f", form, *names),
                "\n".join(name for name in self.names() if "-migrate-" not in name),
                self.run("docker", "image", "ls", "--no-trunc", "--filter=reference=*:latest",
                         "--format={{.Repository}} {{.ID}}"),
                self.sh("cd $0; sha256sum compose.yaml environment.json secrets.json;"
                        ' find . -name backups -prune -o -printf "%p %m\\n" | sort', STATE_DIR),
            ]
        )  # fmt: skip


@dataclass(frozen=True)
class Container:
    """A service's container as the engine and the kernel show it."""

    eyes: Eyes
    service: str
    number: int = 1

    @property
    def name(self) -> str:
        """Return the name that compose gives it."""
        return f"{self.eyes.project}-{self.service}-{self.number}"

    @cached_property
    def inspect(self) -> dict[str, Any]:
        """Return the engine's description."""
        found: dict[str, Any] = self.eyes.docker_json("container", "inspect", self.name)[0]
        return found

    @property
    def healthy(self) -> bool:
        """Tell whether it runs and its healthcheck says so."""
        state = self.inspect["State"]
        return bool(state["Running"] and state.get("Health", {}).get("Status") == "healthy")

    @cached_property
    def pids(self) -> list[str]:
        """Return the host's numbers of all processes in the container."""
        top = self.eyes.run("docker", "top", self.inspect["Id"], "-eo", "pid")
        return top.split()[1:]

    def statuses(self) -> list[dict[str, str]]:
        """Return /proc's status of every process that still runs: healthchecks come and go."""
        read = [self.eyes.host.run("cat /proc/%s/status", pid) for pid in self.pids]
        texts = [result.stdout for result in read if result.rc == 0]
        assert texts, f"no process of {self.service} could be looked at"
        return [
            {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}
            for lines in (text.splitlines() for text in texts)
        ]

    def in_network_namespace(self, *args: str) -> str:
        """Return the output of a host's command run in the container's network namespace."""
        pid = str(self.inspect["State"]["Pid"])
        return self.eyes.run("nsenter", "--target", pid, "--net", *args)

    def environ(self) -> dict[str, str]:
        """Return the main process's environment."""
        pid = self.inspect["State"]["Pid"]
        raw = self.eyes.run("base64", "--wrap=0", f"/proc/{pid}/environ")
        text = base64.b64decode(raw).decode("utf-8", "surrogateescape")
        return dict(entry.split("=", 1) for entry in text.split("\0") if "=" in entry)
