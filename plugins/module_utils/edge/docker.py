"""The one edge to the Docker CLI: argument lists out, parsed JSON in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.labels import COMPOSE_PROJECT

T = TypeVar("T")
# Not "no such file" or "no such host", which tell that there is no client or no engine.
_ABSENT = re.compile(r"no such (image|container|object)", re.IGNORECASE)
_GONE = re.compile("no such container|already in progress", re.IGNORECASE)


class Run(Protocol):
    """Runs an argument list; `process.run` is one, and ``AnsibleModule.run_command``."""

    def __call__(
        self,
        args: list[str],
        /,
        *,
        data: str | None = None,
        environ_update: Mapping[str, str] | None = None,
    ) -> tuple[int, str, str]:
        """Return exit code, standard output and standard error."""


@dataclass(frozen=True)
class DockerCli:
    """The Docker CLI of the managed host."""

    run: Run

    def read(
        self,
        *args: str,
        data: str | None = None,
        environ_update: Mapping[str, str] | None = None,
    ) -> str:
        """Return the output of a docker command; raise StackError with its message if it fails."""
        code, out, err = self.run(["docker", *args], data=data, environ_update=environ_update)
        if code != 0:
            raise StackError(
                last_line(err) or last_line(out) or f"exit code {code}",
                where=" ".join(["docker", *args[:2]]),
                remedy="see the message; `docker info` shows whether the engine answers",
            )
        return out

    def inspect_images(self, refs: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Return the images that exist, by the reference asked for; the absent are left out."""
        found = self._inspect("image", refs) if refs else []
        if len(found) == len(refs):
            return dict(zip(refs, found))
        return {ref: image for ref in refs if (image := self.inspect_image(ref)) is not None}

    def inspect_image(self, ref: str) -> dict[str, Any] | None:
        """Return an image's ``docker image inspect``, or None when there is none."""
        found = self._inspect("image", [ref])
        return found[0] if found else None

    def inspect_containers(self, names: Sequence[str]) -> list[dict[str, Any]]:
        """Return ``docker container inspect`` of the containers that exist."""
        return self._inspect("container", names) if names else []

    def project_containers(self, project: str) -> list[dict[str, Any]]:
        """Return every container of a compose project, running or not, inspected."""
        ids = self.read(
            "ps", "--all", "--no-trunc", "--quiet", "--filter", f"label={COMPOSE_PROJECT}={project}"
        )
        return self.inspect_containers(ids.split())

    def inspect_each(self, refs: Sequence[str]) -> list[dict[str, Any]]:
        """Return ``docker image inspect`` of the images that exist among these names and IDs."""
        return self._inspect("image", refs) if refs else []

    def history(self, ref: str) -> list[dict[str, Any]]:
        """Return an image's layers, the base's first: ``bytes`` uncompressed, ``created_by``."""
        out = self.read("history", "--no-trunc", "--human=false", "--format", "{{json .}}", ref)
        rows = [json.loads(line) for line in out.splitlines() if line.strip()]
        return [
            {"bytes": int(row["Size"]), "created_by": str(row["CreatedBy"])}
            for row in reversed(rows)
        ]

    def size_bytes(self, ref: str) -> int:
        """Return the sum of an image's uncompressed layers."""
        return sum(int(layer["bytes"]) for layer in self.history(ref))

    def image_names(self, *labels: str, repository: str = "") -> list[str]:
        """Return references with these labels, the newest first; IDs of what has lost its name."""
        filters = [part for label in labels for part in ("--filter", f"label={label}")]
        named = [repository] if repository else []
        line = "{{.Repository}}:{{.Tag}} {{.ID}}"
        out = self.read("image", "ls", "--no-trunc", "--format", line, *filters, *named)
        rows = [row.split() for row in out.splitlines()]
        return [image_id if "<none>" in name else name for name, image_id in rows]

    def tag(self, source: str, target: str) -> None:
        """Let ``target`` name the image ``source``."""
        self.read("image", "tag", source, target)

    def remove_containers(self, ids: Iterable[str]) -> None:
        """Remove containers; those that are gone, or on their way, are no failure here."""
        if names := list(ids):
            code, _out, err = self.run(["docker", "rm", "--force", "--volumes", *names])
            wrong = [line for line in err.splitlines() if line.strip() and not _GONE.search(line)]
            if code != 0 and wrong:
                raise StackError(wrong[-1], where="docker rm", remedy="see the message, run again")

    def remove_network(self, name: str) -> None:
        """Remove a network; one that is gone is no failure here."""
        code, _out, err = self.run(["docker", "network", "rm", name])
        if code != 0 and "not found" not in err.lower():
            raise StackError(last_line(err), where="docker network rm", remedy="see the message")

    def remove_images(self, refs: Iterable[str]) -> None:
        """Remove image references that may be gone or in use: both are no failure here."""
        if names := list(refs):
            self.run(["docker", "image", "rm", *names])

    def run_inside(self, container: str, command: Sequence[str], seconds: float) -> tuple[int, str]:
        """Return exit code and last line of a command in a container; 124 where it took longer."""
        argv = ["timeout", f"{seconds:g}", "docker", "exec", container, *command]
        code, out, err = self.run(argv)
        return code, last_line(out) or last_line(err)

    def logs(self, container: str, lines: int) -> str:
        """Return the end of a container's output, both streams."""
        _code, out, err = self.run(["docker", "logs", "--tail", str(lines), container])
        return out + err

    def timed_logs(self, container: str, lines: int, since: str = "") -> list[str]:
        """Return the same since a time as docker takes it, each line after its own time."""
        began = ["--since", since] if since else []
        argv = ["docker", "logs", "--timestamps", "--tail", str(lines), *began, container]
        _code, out, err = self.run(argv)
        # The engine writes times of one length, so that they sort as texts.
        return sorted(line for line in (out + err).split("\n") if line)[-lines:]

    def compose(
        self,
        args: Sequence[str],
        *,
        files: Sequence[str],
        project: str,
        variables: Mapping[str, str],
        stdin: str | None = None,
        directory: str | None = None,
    ) -> str:
        """Return the output of ``docker compose``, run with the interpolation ``variables``."""
        argv = compose_argv(args, files=files, project=project, directory=directory)
        return self.read(*argv, environ_update=dict(variables), data=stdin)

    def _inspect(self, kind: str, names: Sequence[str]) -> list[dict[str, Any]]:
        code, out, err = self.run(["docker", kind, "inspect", *names])
        if code != 0 and not _ABSENT.search(err):
            raise StackError(
                last_line(err) or f"exit code {code}",
                where=f"docker {kind} inspect",
                remedy="`docker info` shows whether the engine answers",
            )
        found: list[dict[str, Any]] = json.loads(out or "[]")
        return found


def at_once(*asks: Callable[[], T]) -> list[T]:
    """Return what each call returns, all made at the same time: the CLI mostly starts up."""
    with ThreadPoolExecutor(len(asks)) as pool:
        return [answer.result() for answer in [pool.submit(ask) for ask in asks]]


def compose_argv(
    args: Sequence[str], *, files: Sequence[str], project: str, directory: str | None = None
) -> list[str]:
    """Return the arguments after ``docker`` for a compose command on these files."""
    chosen = [part for file in files for part in ("--file", file)]
    placed = ["--project-directory", directory] if directory else []
    return [
        "compose", "--ansi", "never", "--progress", "plain",
        "--project-name", project, *placed, *chosen, *args,
    ]  # fmt: skip


def last_line(text: str) -> str:
    """Return the last line that says something: where the CLI puts its reason."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""
