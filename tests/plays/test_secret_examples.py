"""Each documented way to give secrets delivers them, shows none, and refuses those missing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.look.environment import fingerprints
from ansible_collections.todo.stack.plugins.plugin_utils.contract.compose_file import stack_name

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
URL = "postgresql://todo:Qp7MarkerOfUrl@db.example.net/todo"
TOKEN = "T9MarkerOfToken-x2Lw8Zk4Vb6Nq1Rs{# no comment #}"
WANTED = {"DATABASE_URL": URL, "BETTER_AUTH_SECRET": TOKEN}
KEY = "ab" * 32
Render = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def render(tmp_path: Path, project: Path) -> Render:
    """Looks at this machine with extra options, in an environment without secrets."""
    key = Path(StateDir(str(tmp_path / "state"), stack_name(project)).fingerprint_key)
    key.parent.mkdir(parents=True)
    key.write_text(KEY)
    look = {
        "project_dir": str(project),
        "secrets": "{{ stack_secrets }}",
        "state_dir": str(tmp_path / "state"),
        "engine_managed": True,
        "min_free_bytes": 1,
        "bind_address": "127.7.7.7",
    }
    note = {"content": "{{ looked.seen }}", "dest": str(tmp_path / "seen.json"), "mode": "0600"}
    tasks = [{"todo.stack.look": look, "register": "looked"}, {"ansible.builtin.copy": note}]
    plays = [{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]
    (tmp_path / "play.yml").write_text(yaml.safe_dump(plays))

    def run(*options: str, **environment: str) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, "-m", "ansible", "playbook", str(tmp_path / "play.yml"), "-vvvv"]
        path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
        environ = {**os.environ, "PATH": path, **environment}
        return subprocess.run(
            [*argv, *options], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
        )

    return run


def assert_delivered(done: subprocess.CompletedProcess[str], folder: Path) -> None:
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    assert "MarkerOf" not in output
    seen = json.loads((folder / "seen.json").read_text())
    (folder / "key").write_text(KEY)
    values = {"HOST": "0.0.0.0", "PORT": "8000", **WANTED}  # noqa: S104
    told = seen["environment"]["prints"]["backend"]
    assert told == fingerprints(folder / "key", {"backend": values})["backend"]


def test_secrets_from_the_controllers_environment(render: Render, tmp_path: Path) -> None:
    example = f"@{EXAMPLES / 'secrets_environment.yml'}"
    missing = render("-e", example, TODO_DATABASE_URL=URL)
    assert "stack_secrets.backend.BETTER_AUTH_SECRET: is empty" in missing.stdout + missing.stderr
    given = {"TODO_DATABASE_URL": URL, "TODO_AUTH_SECRET": TOKEN, "OPENAI_API_KEY": ""}
    assert_delivered(render("-e", example, **given), tmp_path)


def test_secrets_from_lookup_plugins(render: Render, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    manager = tmp_path / "bin" / "pass"
    manager.write_text(f'#!/bin/sh\n[ "$*" = "show todo/database_url" ] && echo "{URL}"\n')
    manager.chmod(0o755)
    (tmp_path / "auth_secret").write_text(f"{TOKEN}\n")
    example = f"@{EXAMPLES / 'secrets_lookup.yml'}"
    assert_delivered(render("-e", example, "-e", f"secrets_folder={tmp_path}"), tmp_path)


def test_secrets_from_a_vault(render: Render, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("of the vault")
    vault = tmp_path / "vault.yml"
    # As its author would: a text with template signs is marked, or quoted by `!unsafe`.
    vault.write_text(f"vault_database_url: {URL}\nvault_auth_secret: !unsafe '{TOKEN}'\n")
    tool = Path(sys.executable).parent / "ansible-vault"
    opened = ["--vault-password-file", str(tmp_path / "password")]
    subprocess.run([str(tool), "encrypt", *opened, str(vault)], check=True, capture_output=True)
    assert vault.read_text().startswith("$ANSIBLE_VAULT;")
    example = f"@{EXAMPLES / 'secrets_vault.yml'}"
    assert_delivered(render("-e", example, "-e", f"@{vault}", *opened), tmp_path)
