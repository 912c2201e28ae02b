"""The embedded database's password: taken into the database before it is used."""

from __future__ import annotations

import time
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Embedded
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli

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
    """A password that the role of a database, in a running container, is to have."""

    container: str
    service: str
    role: str
    database: str
    password: str


def change_of(embedded: Embedded, container: str, password: str) -> Change:
    """Return the change for an embedded database that runs in ``container``."""
    url = urlsplit(embedded.url.replace("{password}", "-"))
    return Change(
        container=container,
        service=embedded.service,
        role=unquote(url.username or ""),
        database=url.path.lstrip("/"),
        password=password,
    )


def change_password(docker: DockerCli, change: Change) -> None:
    """Give the database's role the password, through its own socket; raise StackError if not."""
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
