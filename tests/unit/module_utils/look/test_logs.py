"""The logs of a stack's services: by time, since a time or a release, and no secret in them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.environment import Given
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import ProblemList
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.look.logs import (
    Asked,
    LogLine,
    read_logs,
)
from ansible_collections.todo.stack.tests.unit.module_utils.look.conftest import Host
from ansible_collections.todo.stack.tests.unit.module_utils.look.test_releases import keep

AT = "2026-01-18T10:00:0{}.000000000Z"
THEN, NOW = "sk-MaRkEr-then/+77", "sk-MaRkEr-now/+88"


def logged(host: Host, **asked: Any) -> list[LogLine]:
    spec = StackSpec("todo", host.spec.state_dir)
    return read_logs(DockerCli(host.docker), spec, Asked(**asked))


def say(host: Host, service: str, out: str, err: str = "") -> None:
    host.docker.answers[f"id-{service}"] = (0, out, err)


@pytest.fixture
def stack(host: Host) -> Host:
    """A stack with two releases, whose key is another one since."""
    host.docker.answers["container inspect"] = ""
    host.write("fingerprint.key", "key\n")
    keep(host, 1, Given({"backend": {"OPENAI_MODEL": "gpt-plain"}},
                        {"backend": {"OPENAI_API_KEY": THEN}}))  # fmt: skip
    given = Given({"backend": {"OPENAI_MODEL": "gpt-plain"}}, {"backend": {"OPENAI_API_KEY": NOW}})
    host.deploy(given)
    keep(host, 2, given)
    del host.docker.answers["container inspect"]
    record = Path(host.spec.state.record(1))
    told = {**json.loads(record.read_text()), "began": "2026-01-18T09:00:00+00:00"}
    record.write_text(json.dumps(told))
    # Longer parts first: an answer is found by a part of the command.
    inspected = (0, json.dumps(host.docker.containers), "")
    host.docker.answers = {"container inspect": inspected, **host.docker.answers}
    return host


def test_lines_of_all_services_and_both_streams_are_one_list_by_time(stack: Host) -> None:
    say(stack, "backend", f"{AT.format(3)} three\n{AT.format(1)} one\n", f"{AT.format(2)} two\n")
    say(stack, "frontend", f"{AT.format(2)} between\n{AT.format(4)} \n")
    assert logged(stack) == [
        LogLine(AT.format(1), "backend", "one"),
        LogLine(AT.format(2), "backend", "two"),
        LogLine(AT.format(2), "frontend", "between"),
        LogLine(AT.format(3), "backend", "three"),
        LogLine(AT.format(4), "frontend", ""),
    ]


@pytest.mark.parametrize(
    ("since", "told"),
    [
        ("", "logs --timestamps --tail 50 id-backend"),
        ("10m", "logs --timestamps --tail 50 --since 10m id-backend"),
        ("release:1",
         "logs --timestamps --tail 50 --since 2026-01-18T09:00:00+00:00 id-backend"),
    ],
)  # fmt: skip
def test_one_service_since_then(stack: Host, since: str, told: str) -> None:
    logged(stack, service="backend", since=since, lines=50)
    assert stack.docker.commands("logs") == [told]


def test_of_both_streams_the_last_lines_count(stack: Host) -> None:
    say(stack, "backend", f"{AT.format(1)} a\n{AT.format(3)} c\n", f"{AT.format(2)} b\n")
    found = logged(stack, service="backend", lines=2)
    assert [one.text for one in found] == ["b", "c"]


SHAPES: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "for a URL": lambda text: quote(text, safe=""),
    "hex": lambda text: text.encode().hex(),
    "JSON": lambda text: json.dumps({"key": text}),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("secret", [THEN, NOW])
def test_a_secret_of_now_and_of_a_kept_release_is_hidden_in_every_shape(
    stack: Host, secret: str, shape: str
) -> None:
    shown = SHAPES[shape](secret)
    say(stack, "backend", f"{AT.format(1)} gpt-plain said {shown} on port 8000\n")
    [line] = logged(stack, service="backend")
    assert shown not in line.text
    assert line.text.startswith("gpt-plain said ") and line.text.endswith("on port 8000")
    assert "********" in line.text


def test_without_contracts_every_value_is_taken_for_a_secret(stack: Host) -> None:
    Path(stack.spec.state.spec_of_release(2)).unlink()
    say(stack, "backend", f"{AT.format(1)} gpt-plain and {NOW}\n")
    assert logged(stack, service="backend")[0].text == "******** and ********"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"service": "backnd"}, "stack_service: has no container on this host -> did you mean "
         "backend"),
        ({"service": "zzz"}, "there are: backend, frontend, migrate, postgres"),
        ({"since": "release:7"}, "stack_since: release 7 is not kept -> kept: 1, 2"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_told_with_what_is(
    stack: Host, asked: dict[str, str], said: str
) -> None:
    with pytest.raises(ProblemList) as caught:
        logged(stack, **asked)
    assert said in str(caught.value)


def test_both_that_are_not_there_are_told_at_once(stack: Host) -> None:
    with pytest.raises(ProblemList, match="2 problems found"):
        logged(stack, service="no", since="release:9")


def test_a_host_without_the_stack_has_no_logs(host: Host) -> None:
    assert logged(host) == []
