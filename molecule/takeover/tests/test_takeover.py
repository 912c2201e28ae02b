"""What version 0.1.0 has provisioned is taken over by one run: data, secrets and addresses stay.

The version is taken from the repository's history. The tests build on each other, in their order.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.molecule.accounts import Account
from ansible_collections.todo.stack.molecule.eyes import PROJECT, STATE_ROOT, Eyes
from ansible_collections.todo.stack.molecule.plays import PROJECT_DIR

HOST = "todo-takeover"
# The last commit of version 0.1.0.
BEFORE = "ecede33101640d93e0a85801e1f97dc2ff50b0a9"
GIT = ("git", "-c", "safe.directory=*", "-C", str(PROJECT_DIR))
ROWS = "SELECT id, email, password_hash, created_at FROM users ORDER BY id"
PORTS = "docker ps --format '{{.Names}} {{.Ports}}' | grep -v migrate | sort"


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a checkout of version 0.1.0."""
    folder = tmp_path_factory.mktemp("before")
    packed = subprocess.run([*GIT, "archive", BEFORE], capture_output=True, check=False)
    said = f"version 0.1.0 is not in this clone, `git fetch --unshallow`: {packed.stderr.decode()}"
    assert packed.returncode == 0, said
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


@pytest.fixture(scope="module")
def account(host: Any, before: Path, run_play: Any) -> Account:
    """Return somebody who has signed up at the stack that version 0.1.0 has provisioned."""
    bases = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"]) / "bases.tar"
    given: dict[str, Any] = {"stack_project_dir": str(before)}
    if bases.is_file():
        given["base_images_archive"] = str(bases)
    eyes = Eyes(host, PROJECT, "127.0.0.1")
    with host.sudo():
        # What the host's seed has left there is of today.
        eyes.sh('rm -rf "$0"', STATE_ROOT)
    run = run_play("site.yml", variables=given, project_dir=before)
    assert run.code == 0, run.output
    with host.sudo():
        return Account(eyes).sign_up()


def sql(eyes: Eyes, statement: str) -> str:
    return eyes.run("docker", "exec", "todo-postgres-1", "psql", "-qAtU", "todo", "todo", "-c",
                    statement).strip()  # fmt: skip


def test_one_run_takes_it_over(
    eyes: Eyes, run_play: Any, account: Account, polling: Any, capsys: Any
) -> None:
    assert "todo" not in eyes.sh('ls "$0"', STATE_ROOT).split(), "the layout of 0.1.0"
    secrets = json.loads(eyes.run("cat", f"{STATE_ROOT}/secrets.json"))
    rows, ports = sql(eyes, ROWS), eyes.sh(PORTS)
    with polling() as polls:
        run = run_play("site.yml")
    with capsys.disabled():
        print(f"\ntaken over in {run.seconds:.1f} s; {polls}")
    assert run.code == 0, run.output
    assert eyes.state("secrets.json") == secrets
    assert (sql(eyes, ROWS), eyes.sh(PORTS)) == (rows, ports)
    assert account.signs_in()
    assert eyes.sh('ls "$0"', STATE_ROOT).split() == ["todo"]


@pytest.mark.usefixtures("account")
def test_a_further_run_changes_nothing(run_play: Any) -> None:
    assert run_play("site.yml").recap(HOST)["changed"] == 0


def test_its_secrets_can_be_rotated(eyes: Eyes, run_play: Any, account: Account) -> None:
    secrets = eyes.state("secrets.json")
    names = ["backend.DATABASE_URL", "backend.BETTER_AUTH_SECRET"]
    run = run_play("rotate_secrets.yml", variables={"stack_rotate": names})
    assert run.code == 0, run.output
    assert eyes.state("secrets.json") != secrets
    assert account.signs_in()


def test_it_can_be_backed_up_and_restored(eyes: Eyes, run_play: Any, account: Account) -> None:
    run = run_play("backup.yml")
    assert run.code == 0, run.output
    assert "proven" in run.output and "NOT proven" not in run.output
    rows = sql(eyes, ROWS)
    sql(eyes, "DELETE FROM users")
    assert not account.signs_in()
    run = run_play("restore.yml", variables={"stack_restore_over_data": True})
    assert run.code == 0, run.output
    assert sql(eyes, ROWS) == rows
    assert account.signs_in()
    assert run_play("site.yml").recap(HOST)["changed"] == 0
