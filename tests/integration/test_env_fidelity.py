"""Any valid value arrives byte for byte: from a vars file through Ansible into a real container."""

from __future__ import annotations

import base64
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Variable
from ansible_collections.todo.stack.plugins.module_utils.contract.values import check_value
from ansible_collections.todo.stack.plugins.plugin_utils.contract.contracts import load_contracts

pytestmark = pytest.mark.engine

ROOT = Path(__file__).parents[2]
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


class Unsafe(str):
    """A text that Ansible must not read as a template, as users mark it."""


yaml.SafeDumper.add_representer(
    Unsafe, lambda dumper, text: dumper.represent_scalar("!unsafe", str(text), style='"')
)


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


def play(project: Path, given: dict[str, str]) -> None:
    """Render ``given`` with the module, half of it as secrets."""
    contracts = [contract.as_result() for contract in load_contracts(project, ["probe"])]
    halves: list[dict[str, Any]] = [{}, {}]
    for index, (name, value) in enumerate(given.items()):
        template = any(sign in value for sign in ("{{", "{%", "{#"))
        halves[index % 2][name] = Unsafe(value) if template else value
    task = {
        "todo.stack.env_contract": {
            "contracts": contracts,
            "env": {"probe": halves[0]},
            "secrets": {"probe": halves[1]},
            "state_dir": str(project / "state"),
        }
    }
    plays = [{"hosts": "localhost", "gather_facts": False, "tasks": [task]}]
    (project / "play.yml").write_text(yaml.safe_dump(plays, allow_unicode=False, width=100_000))
    argv = [sys.executable, "-m", "ansible", "playbook", str(project / "play.yml")]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_any_valid_value_arrives_byte_for_byte_in_the_process(project: Path) -> None:
    given = values()
    assert len(given) >= 200
    play(project, given)
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
    play(project, given)
    text = (project / "state/environment.json").read_text()
    services = json.loads(text)["services"]
    assert services["probe"]["environment"] == {n: v.replace("$", "$$") for n, v in given.items()}
