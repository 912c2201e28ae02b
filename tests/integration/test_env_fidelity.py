"""Any valid value arrives byte for byte in the process of a real container."""

from __future__ import annotations

import base64
import json
import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import from_plain, to_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Variable
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.contract.values import check_value
from ansible_collections.todo.stack.plugins.module_utils.decide.override import override
from ansible_collections.todo.stack.plugins.module_utils.edge.files import write_private
from ansible_collections.todo.stack.plugins.module_utils.look import environment as look
from ansible_collections.todo.stack.plugins.plugin_utils.contract.contracts import load_contracts
from ansible_collections.todo.stack.plugins.plugin_utils.contract.stack_spec import stack_spec

pytestmark = pytest.mark.engine

IMAGE = "localhost/todo-stack/python"
PROJECT = f"todo-fidelity-{os.getpid()}"
COUNT = 250
TELL = """
import base64, os
for name, value in os.environb.items():
    print(name.decode(), base64.b64encode(value).decode())
"""
COMPOSE = {
    "services": {"probe": {"image": f"{IMAGE}:3.12-slim", "command": ["python3", "-c", TELL]}},
}
CHOSEN = [
    "line one\nline two\n\nline four", "\ttab\tinside", "$HOME ${HOME} $$ $$$ ${A:-b} $(id) $1 $",
    "`id` \\n \\\\ \\x41 \\", "# not a comment", "a=b=c=", "100% %41 %zz %s %(x)s",
    "{{ name }} {% if %}", "{# no comment #} x", "\"double\" and 'single'", "it's", '"',
    "' or 1=1 --", " leading blank", "- list", "key: value", "yes", "null", "~", "0123", "1e3",
    "2026-01-18", "!tag", "&anchor *alias", "|literal", "> folded", "[a, b]", "{a: b}",
    "\u00e9\u00fc\u00df \u4e16\u754c \u05d0\u05d1", "e\u0301",
    "\U0001f600\U0001f468\u200d\U0001f469",
    "\u0085\u2028\u2029\ufeff.", "\x01\x02\x1b[31m\x7f.", "\ufffe\uffff.", "\U0001fffe.",
    "\r\ncr\r.",
    "-----BEGIN KEY-----\nMIIB+/=\n-----END KEY-----", "a9" + "long" * 2_500 + "z",
    "\\ud83d\\ude00", "\\$ \\${x}",
]  # fmt: skip
PIECES = [
    *"abzAZ09 $`\\#=%{}[]()<>|&;!?*~^'\"\t\n\r,:@/+-_.", "$$", "${", "{{", "}}", "\\n",
    "\u00e9", "\u4e16", "\U0001f600", "\x01", "\x7f", "\u0085", "\u2028", "\ufeff",
]  # fmt: skip


def variable(index: int) -> Variable:
    """Return the contract's entry: every other one is a secret."""
    return Variable(purpose="p", secret=index % 2 == 1, min_length=1)


def values() -> dict[str, str]:
    """Return valid values by name: chosen ones, then random ones."""
    source = random.Random(20260118)  # noqa: S311  reproducible, not secret
    found: list[str] = []
    for value in CHOSEN:
        # Where a rule refuses it as a secret, its place is taken by a value that is none.
        if check_value(variable(len(found)), value):
            found.append(f"taken {len(found)}")
        found.append(value)
    while len(found) < COUNT:
        value = "".join(source.choices(PIECES, k=source.randint(1, 60)))
        found += [] if check_value(variable(len(found)), value) else [value]
    return {f"V{index:03d}": value for index, value in enumerate(found)}


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """A project of one service that tells its environment."""
    contract = {
        "service": "probe",
        "image": IMAGE,
        "build": {"budget": {"seconds": 1, "bytes": 1}},
        "run": {"port": 1},
        "env": {
            name: {"purpose": "p", "secret": variable(index).secret, "min_length": 1}
            for index, name in enumerate(values())
        },
    }
    (tmp_path / "probe").mkdir()
    (tmp_path / "probe/contract.yml").write_text(yaml.safe_dump(contract))
    (tmp_path / "compose.yaml").write_text(yaml.safe_dump(COMPOSE))
    yield tmp_path
    if (tmp_path / "state").exists():
        compose(tmp_path, "down", "--timeout", "0")


def compose(project: Path, *args: str) -> str:
    files = ["-f", str(project / "compose.yaml"), "-f", str(project / "state/environment.json")]
    return command("docker", "compose", "-p", PROJECT, *files, *args)


def command(*argv: str) -> str:
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout


def render(project: Path, given: dict[str, str]) -> None:
    """Write the override that delivers ``given``, half of it secrets, as a release does.

    The stack crosses to the host as JSON, as one argument of a module.
    """
    halves: list[dict[str, Any]] = [{}, {}]
    for index, (name, value) in enumerate(given.items()):
        halves[index % 2][name] = value
    options = {"env": {"probe": halves[0]}, "secrets": {"probe": halves[1]}}
    spec = stack_spec(options, project, load_contracts(project, ["probe"]))
    sent = from_plain(StackSpec, json.loads(json.dumps(to_plain(spec))))
    values = look.render(sent, StateDir(str(project / "state"), ""), ()).values
    (project / "state").mkdir(exist_ok=True)
    write_private(project / "state/environment.json", override(values, {}, ()))


def test_any_valid_value_arrives_byte_for_byte_in_the_process(project: Path) -> None:
    given = values()
    assert len(given) >= 200
    render(project, given)
    compose(project, "up")
    log = command("docker", "logs", f"{PROJECT}-probe-1")
    arrived = {
        name: base64.b64decode(value)
        for name, value in (line.split(" ") for line in log.splitlines())
    }
    assert {name: arrived.get(name) for name in given} == {
        name: value.encode() for name, value in given.items()
    }


def test_a_plain_json_reader_sees_the_same_values(project: Path) -> None:
    given = values()
    render(project, given)
    text = (project / "state/environment.json").read_text()
    services = json.loads(text)["services"]
    assert services["probe"]["environment"] == {n: v.replace("$", "$$") for n, v in given.items()}
