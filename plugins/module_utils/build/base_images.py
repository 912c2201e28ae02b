"""Asks the engine for base images."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import Run, last_line


def inspect_present(run: Run, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return ``docker image inspect`` of those names that exist, in one call.

    The command fails when any name is absent and still prints those that are there.
    """
    if not names:
        return []
    code, out, err = run(["docker", "image", "inspect", *names])
    try:
        found = json.loads(out or "[]")
    except ValueError:
        found = None
    # Absent images are the only failure that is no failure here.
    if not isinstance(found, list) or (code != 0 and "no such image" not in err.lower()):
        raise StackError(
            last_line(err) or "docker image inspect failed",
            where="docker image inspect",
            remedy="`docker info` shows whether the engine answers",
        )
    return found
