"""What containers take of memory and processors, as the engine tells."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.look.usage import (
    Usage,
    read_usage,
    usage_of,
)
from ansible_collections.todo.stack.tests.unit.fakes import FakeDocker


def row(memory: object, cpu: object) -> str:
    return json.dumps({"Name": "a", "MemUsage": memory, "CPUPerc": cpu})


@pytest.mark.parametrize(
    ("line", "usage"),
    [
        (row("45.3MiB / 512MiB", "0.15%"), Usage("a", 0.15, round(45.3 * 1024**2))),
        (row("1.5GiB / 2GiB", "199.9%"), Usage("a", 199.9, 3 * 1024**3 // 2)),
        (row("512KiB / 1MiB", "0%"), Usage("a", 0, 512 * 1024)),
        (row("12B / 1MiB", "1%"), Usage("a", 1, 12)),
        (row("-- / --", "--"), Usage("a")),
        (row("0B / 0B", "0.00%"), Usage("a")),
        (row(None, None), Usage("a")),
    ],
)
def test_a_line_of_docker_stats(line: str, usage: Usage) -> None:
    assert list(read_usage(f"\n{line}\n{{}}\n")) == [usage]


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ({"ps ": "x\ny\n", "stats": row("1MiB / 2MiB", "1%")}, (Usage("a", 1, 1024**2),)),
        ({"ps ": ""}, ()),
        ({"ps ": "x", "stats": (1, "", "No such container: x")}, ()),
        ({"ps ": (1, "", "Cannot connect to the Docker daemon")}, ()),
    ],
)
def test_what_cannot_be_measured_is_left_out(answers: dict[str, Any], found: Any) -> None:
    docker = FakeDocker(answers)
    assert usage_of(DockerCli(docker), "todo") == found
    assert "label=com.docker.compose.project=todo" in docker.asked[0]
