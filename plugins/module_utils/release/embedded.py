"""The embedded database's password: taken into the database before it is used."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Embedded
from ansible_collections.todo.stack.plugins.module_utils.decide.override import Values
from ansible_collections.todo.stack.plugins.module_utils.decide.resolution import (
    EMBEDDED_PASSWORD,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli

_SERVICE_LABEL = "com.docker.compose.service"
_WAIT_SECONDS = 60.0
# Were the statement to fail, the server would write it to its log, password and all.
_SQL = """\
SET log_min_error_statement = panic;
SET log_statement = 'none';
SET log_min_duration_statement = -1;
ALTER ROLE {role} PASSWORD {password};
"""


@dataclass(frozen=True)
class Change:
    """A database container whose password differs from the one its clients are about to get."""

    container: str
    service: str
    role: str
    database: str
    password: str
    running: bool


def due_changes(
    contracts: Sequence[Mapping[str, Any]],
    containers: Sequence[Mapping[str, Any]],
    delivered: Values,
) -> list[Change]:
    """Return the passwords that must be changed, by what containers hold and files deliver."""
    return [
        _change(embedded, one, delivered[embedded.service][EMBEDDED_PASSWORD])
        for embedded in _embedded(contracts)
        for one in containers
        if (one["Config"].get("Labels") or {}).get(_SERVICE_LABEL) == embedded.service
        and EMBEDDED_PASSWORD in delivered.get(embedded.service, {})
        and not _holds(one, delivered[embedded.service][EMBEDDED_PASSWORD])
    ]


def _embedded(contracts: Sequence[Mapping[str, Any]]) -> list[Embedded]:
    """Return the embedded services, each once."""
    found = [spec.get("embedded") for c in contracts for spec in c["env"].values()]
    return list({one["service"]: Embedded(**one) for one in found if one}.values())


def _holds(container: Mapping[str, Any], password: str) -> bool:
    return f"{EMBEDDED_PASSWORD}={password}" in (container["Config"].get("Env") or [])


def _change(embedded: Embedded, container: Mapping[str, Any], password: str) -> Change:
    url = urlsplit(embedded.url.replace("{password}", "-"))
    return Change(
        container=container["Id"],
        service=embedded.service,
        role=unquote(url.username or ""),
        database=url.path.lstrip("/"),
        password=password,
        running=bool(container["State"].get("Running")),
    )


def change_password(docker: DockerCli, change: Change) -> None:
    """Give the database's role the password, through its own socket; raise StackError if not."""
    if not change.running:
        docker.read("start", change.container)
    argv = ["docker", *psql_argv(change)]
    deadline = time.monotonic() + _WAIT_SECONDS
    while True:
        # Over standard input: arguments and variables of a process can be read by others.
        code, _out, _err = docker.run(argv, data=statement(change))
        if code == 0:
            return
        if time.monotonic() >= deadline:
            raise StackError(
                f"the database did not take its new password: psql ended with code {code}",
                where=change.service,
                remedy="see `docker logs` of its container, then run again",
            )
        time.sleep(1)


def psql_argv(change: Change) -> list[str]:
    """Return the docker arguments that run psql on what it is given over standard input."""
    return [
        "exec", "--interactive", change.container, "psql", "--no-psqlrc", "--quiet",
        "--set=ON_ERROR_STOP=1", f"--username={change.role}", f"--dbname={change.database}",
    ]  # fmt: skip


def statement(change: Change) -> str:
    """Return the SQL that changes the password."""
    role = '"' + change.role.replace('"', '""') + '"'
    password = "E'" + change.password.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return _SQL.format(role=role, password=password)
