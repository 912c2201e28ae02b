"""A connection to this machine that Ansible takes for one to another, with an engine of its own."""

from __future__ import annotations

import shlex
from typing import Any

from ansible.plugins.connection.local import Connection as LocalConnection

DOCUMENTATION = """
name: apart
short_description: This machine as if it were another
description: [Sends and fetches files as a connection to another machine does.]
author: [The todo.stack maintainers]
options:
  docker_host:
    description: The engine of this host.
    type: str
    required: true
    vars: [{name: apart_docker_host}]
extends_documentation_fragment: [connection_pipelining]
"""


class Connection(LocalConnection):  # type: ignore[misc]  # Ansible ships no types
    """All but its name and its engine is that of the local connection."""

    transport = "apart"

    def exec_command(self, cmd: str, in_data: Any = None, sudoable: bool = True) -> Any:
        """Run a command that finds this host's engine."""
        engine = shlex.quote(str(self.get_option("docker_host")))
        return super().exec_command(f"export DOCKER_HOST={engine}; {cmd}", in_data, sudoable)
