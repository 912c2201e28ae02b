"""The networks, volumes, configs and secrets of a stack against those of the release that runs."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.todo.stack.plugins.module_utils.decide.parts import (
    NETWORK,
    VOLUME,
    changed_parts,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.look.observation import ChangedPart


def changed_since(
    docker: DockerCli, now: Mapping[str, str], released: Mapping[str, str]
) -> tuple[ChangedPart, ...]:
    """Return what changed; the engine is asked what is there only where anything did."""
    if not changed_parts(now, released, ()):
        return ()
    there = {
        f"{kind} {name}"
        for kind in (NETWORK, VOLUME)
        for name in docker.read(kind, "ls", "--format", "{{.Name}}").split()
    }
    return changed_parts(now, released, there)
