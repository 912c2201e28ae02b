"""The collection as users have it: installed from its tarball, in a folder that is no checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
PROGRAMS = Path(sys.executable).parent
PLAYBOOKS = sorted(f"todo.stack.{path.stem}" for path in PROJECT.glob("playbooks/*.yml"))
# A host as any other: nothing of the checkout's settings is needed.
LOCAL = ["-i", "localhost,", "-c", "local", "-e", "ansible_become=false",
         "-e", f"ansible_python_interpreter={sys.executable}"]  # fmt: skip


class Installed:
    """A controller that has the collection and nothing else of it."""

    def __init__(self, place: Path) -> None:
        self.collections, self.work = place / "collections", place / "work"
        self.work.mkdir()
        self.galaxy("collection", "build", "--output-path", str(place), str(PROJECT))
        tarball = next(place.glob("todo-stack-*.tar.gz"))
        self.galaxy("collection", "install", "--offline", "-p", str(self.collections), str(tarball))

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a program of Ansible in a folder of the user's own."""
        environ = {name: v for name, v in os.environ.items() if not name.startswith("ANSIBLE_")}
        environ |= {
            "ANSIBLE_COLLECTIONS_PATH": str(self.collections),
            "ANSIBLE_NOCOLOR": "1",
            # Python's own caches would count as a modification.
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        argv = [str(PROGRAMS / program), *arguments]
        return subprocess.run(
            argv, cwd=self.work, env=environ, capture_output=True, text=True, check=False
        )

    def galaxy(self, *arguments: str) -> None:
        """Run ansible-galaxy, which has to succeed."""
        done = self.run("ansible-galaxy", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The installed collection."""
    return Installed(tmp_path_factory.mktemp("installed"))


def test_every_playbook_is_known_by_its_full_name(installed: Installed) -> None:
    done = installed.run("ansible-playbook", "--syntax-check", *LOCAL, *PLAYBOOKS)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_report_lies_in_the_working_directory_and_the_collection_stays_as_it_was(
    installed: Installed,
) -> None:
    done = installed.run(
        "ansible-playbook", *LOCAL, "-e", "stack_min_free_bytes=0",
        "-e", f"stack_state_dir={installed.work}/state", "todo.stack.verify",
    )  # fmt: skip
    report = installed.work / "artifacts/localhost/acceptance.json"
    assert report.exists(), done.stdout + done.stderr
    assert json.loads(report.read_text())["host"] == "localhost"
    installed.galaxy("collection", "verify", "--offline", "todo.stack")


def test_a_relative_project_lies_in_the_working_directory(installed: Installed) -> None:
    done = installed.run("ansible-playbook", *LOCAL, "-e", "stack_project_dir=.", "todo.stack.site")
    assert done.returncode != 0
    assert "compose.yaml: the file is missing" in " ".join((done.stdout + done.stderr).split())
