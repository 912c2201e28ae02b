"""What the containers of a stack take of memory and processors, as the engine measures it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.labels import COMPOSE_PROJECT
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli

_AMOUNT = re.compile(r"([\d.]+)\s*([KMGT]?)i?B", re.IGNORECASE)
_FACTORS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}


@dataclass(frozen=True)
class Usage:
    """What a container takes now; ``cpu_percent``: 100 is one whole processor."""

    container: str
    cpu_percent: float = 0.0
    memory_bytes: int = 0


def usage_of(docker: DockerCli, stack: str) -> tuple[Usage, ...]:
    """Return what the running containers of a stack take; nothing where the engine tells none."""
    label = f"label={COMPOSE_PROJECT}={stack}"
    try:
        ids = docker.read("ps", "--no-trunc", "--quiet", "--filter", label).split()
        if not ids:
            return ()
        return tuple(
            read_usage(docker.read("stats", "--no-stream", "--format", "{{json .}}", *ids))
        )
    except StackError:  # no engine, or a container that went meanwhile
        return ()


def read_usage(lines: str) -> Iterator[Usage]:
    """Yield what ``docker stats`` tells, a JSON object a line."""
    for line in lines.splitlines():
        row = json.loads(line) if line.strip() else {}
        if row.get("Name"):
            yield Usage(str(row["Name"]), _percent(row.get("CPUPerc")), _bytes(row.get("MemUsage")))


def _percent(raw: object) -> float:
    try:
        return float(str(raw).rstrip("%"))
    except ValueError:  # "--" of one that has just ended
        return 0.0


def _bytes(raw: object) -> int:
    found = _AMOUNT.match(str(raw).strip())
    return round(float(found[1]) * _FACTORS[found[2].upper()]) if found else 0
