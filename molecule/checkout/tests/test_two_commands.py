"""A user with a password for sudo, a path with a blank, umask 077, LC_ALL=C, another context."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from ansible_collections.todo.stack.molecule.eyes import Eyes
from ansible_collections.todo.stack.molecule.plays import PROJECT_DIR

HOST, USER, PASSWORD = "todo-checkout", "dev", "pass word $1"
SHARE = "/srv/all share"
CHECKOUT = f"{SHARE}/todo stack"
GIT = ("git", "-c", "safe.directory=*", "-c", "user.name=t", "-c", "user.email=t@example.org")
# README: a machine with git, make and python3. Its user has worked with other engines before.
MACHINE = f"""
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq && apt-get install -y -qq --no-install-recommends git make python3 >/dev/null
git config --system safe.directory '*'
useradd --create-home --shell /bin/bash {USER}
printf '%s:%s\\n' {USER} "$0" | chpasswd
echo '{USER} ALL=(ALL) ALL' >/etc/sudoers.d/{USER} && chmod 0440 /etc/sudoers.d/{USER}
printf '%s\\n' "$0" >/home/{USER}/sudo-password
chown {USER}: /home/{USER}/sudo-password && chmod 0600 /home/{USER}/sudo-password
printf '[global]\\nno-index = true\\nfind-links = /srv/wheels\\n' >/etc/pip.conf
mkdir -m 0777 '{SHARE}'
"""
SHELL = "umask 077; export LC_ALL=C"
WITH_A_FILE = f"{SHELL} ANSIBLE_BECOME_PASSWORD_FILE=/home/{USER}/sudo-password"
CONTEXT = "docker context create other --docker host=tcp://192.0.2.1:1 && docker context use other"
# Somebody at a terminal, who answers when asked.
TYPED = """
import os, pty, sys
def read(terminal):
    said = os.read(terminal, 1024)
    if b"password" in said.lower():
        os.write(terminal, sys.argv[1].encode() + b"\\n")
    return said
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[2:], read)))
"""


def by_user(eyes: Eyes, script: str) -> tuple[int, str]:
    """Return the code and the output of what the user runs."""
    done = eyes.host.run("su - %s -c %s </dev/null 2>&1", USER, script)
    return done.rc, done.stdout


def changed(output: str) -> int:
    found = re.search(r"changed=(\d+)", output)
    assert found, output
    return int(found[1])


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with this project as a repository, and the packages that it pins."""
    place = tmp_path_factory.mktemp("srv")
    listed = subprocess.run([*GIT, "-C", str(PROJECT_DIR), "ls-files", "-z"], check=True,
                            capture_output=True).stdout  # fmt: skip
    (place / "origin").mkdir()
    packed = subprocess.run(["/bin/tar", "-C", str(PROJECT_DIR), "--null", "-T-", "-c"],
                            input=listed, capture_output=True, check=True)  # fmt: skip
    subprocess.run(["/bin/tar", "-C", str(place / "origin"), "-x"], input=packed.stdout, check=True)
    for argv in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message=all"]):
        subprocess.run([*GIT, "-C", str(place / "origin"), *argv], check=True)
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes",
         "--only-binary=:all:", "--python-version=3.11", f"--dest={place / 'wheels'}",
         f"--requirement={PROJECT_DIR / 'requirements.txt'}"], check=True,
    )  # fmt: skip
    return place


@pytest.fixture(scope="module", autouse=True)
def _brought(repository: Path) -> None:
    for name in ("origin", "wheels"):
        argv = ["docker", "cp", str(repository / name), f"{HOST}:/srv/{name}"]
        subprocess.run(argv, check=True, capture_output=True)


def test_the_two_commands_end_in_a_proven_stack(eyes: Eyes) -> None:
    eyes.sh(MACHINE, PASSWORD)
    code, output = by_user(eyes, CONTEXT)
    assert code == 0, output
    clone = f"git clone --quiet /srv/origin '{CHECKOUT}' && cd '{CHECKOUT}' && chmod 0777 ."
    code, output = by_user(eyes, f"{WITH_A_FILE}; {clone} && make up")
    assert code == 0, output
    assert "0 of" not in output
    assert PASSWORD not in output


def test_the_same_again_changes_nothing(eyes: Eyes) -> None:
    code, output = by_user(eyes, f"{WITH_A_FILE}; cd '{CHECKOUT}' && make up")
    assert (code, changed(output)) == (0, 0), output


def test_a_password_can_be_typed(eyes: Eyes) -> None:
    typed = shlex.join(["python3", "-c", TYPED, PASSWORD, "make", "verify"])
    code, output = by_user(eyes, f"{SHELL}; cd '{CHECKOUT}' && {typed}")
    assert code == 0, output
    assert PASSWORD not in output


def test_without_a_terminal_and_a_file_one_line_says_what_to_do(eyes: Eyes) -> None:
    code, output = by_user(eyes, f"{SHELL}; cd '{CHECKOUT}' && make verify")
    assert code != 0
    assert "sudo asks for a password, and there is no terminal to type it at" in output
    assert "TASK" not in output
