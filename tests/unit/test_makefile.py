"""make, called from other folders, shells and machines than ours."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from configparser import ConfigParser
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")
SHOWN = "include Makefile\nshow: ; @env\n"


def play(name: str, question: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Ask about a playbook as one does without make, in a folder that configures nothing."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    return subprocess.run(
        [PLAYBOOK, PROJECT / "playbooks" / name, question], cwd=cwd,
        env={**kept, "LC_ALL": "C.UTF-8"}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def make(
    *args: str, cwd: Path = PROJECT, environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run make with these variables in its environment, and nobody at a terminal."""
    # Called by `make unit`, it would say as a part of that which folder it is in.
    own = {name: one for name, one in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        ["make", *args], cwd=cwd, env={**own, **(environ or {})},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip


def shown(tmp_path: Path, **environ: str) -> dict[str, str]:
    """Return the environment that a recipe gets."""
    (tmp_path / "show.mk").write_text(SHOWN)
    done = make("--file", str(tmp_path / "show.mk"), "show", environ=environ)
    assert done.returncode == 0, done.stderr
    return dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)


@pytest.mark.parametrize(
    "assignment",
    [
        "DOCKER_API_VERSION=1.23", "DOCKER_BUILDKIT=0", "DOCKER_DEFAULT_PLATFORM=linux/arm64",
        "COMPOSE_FILE=x", "COMPOSE_PROFILES=*", "COMPOSE_PROJECT_NAME=x", "COMPOSE_ENV_FILES=x",
        "BUILDX_CONFIG=/x", "BUILDKIT_PROGRESS=tty", "ANSIBLE_INVENTORY=/x", "ANSIBLE_LIBRARY=/x",
        "ANSIBLE_COLLECTIONS_PATH=/x", "ANSIBLE_STDOUT_CALLBACK=json", "ANSIBLE_CHECK_MODE=1",
        "MOLECULE_GLOB=x", "PYTHONPATH=/x", "PYTHONHOME=/x", "PYTHONWARNINGS=error",
        "PYTEST_ADDOPTS=--x", "MYPYPATH=/x", "PIP_USER=1", "PIP_TARGET=/x", "PIP_PREFIX=/x",
        "LC_CTYPE=de_DE.UTF-8", "LANGUAGE=de", "TZ=Asia/Tokyo", "SOURCE_DATE_EPOCH=1",
        "BASH_ENV=/x", "CDPATH=/x", "GIT_DIR=/x", "GIT_WORK_TREE=/x", "GIT_INDEX_FILE=/x",
        "PIP_ROOT=/x", "PIP_NO_DEPS=1", "PIP_DRY_RUN=1", "PIP_CONSTRAINT=/x", "UV_INDEX_URL=x",
        "TAR_OPTIONS=--x", "LC_NUMERIC=de_DE", "ANSIBLE_ROLES_PATH=/x", "ANSIBLE_RUN_TAGS=x",
        "PIP_REQUIREMENT=/x", "PIP_EDITABLE=.", "PIP_NO_BINARY=:all:", "PIP_ONLY_BINARY=:none:",
        "PIP_PYTHON=x", "PIP_PLATFORM=x", "PIP_ABI=x", "PIP_REPORT=/x", "PIP_IGNORE_INSTALLED=1",
        "PIP_REQUIRE_VIRTUALENV=1",
        "ANSIBLE_SKIP_TAGS=always", "ANSIBLE_HOME=/x", "DOCKER_CONTENT_TRUST=1",
    ],
)  # fmt: skip
def test_the_callers_settings_do_not_reach_what_make_starts(
    assignment: str, tmp_path: Path
) -> None:
    name, _, value = assignment.partition("=")
    assert name not in shown(tmp_path, **{name: value})


@pytest.mark.parametrize(
    ("name", "given", "got"),
    [
        ("LC_ALL", "C", "C.UTF-8"), ("LC_ALL", "de_DE.UTF-8", "C.UTF-8"),
        ("ANSIBLE_CONFIG", "/x", str(PROJECT / "ansible.cfg")),
        ("DOCKER_CONTEXT", "other", "default"), ("BUILDX_BUILDER", "other", "default"),
        ("DOCKER_HOST", "tcp://x:1", "tcp://x:1"), ("DOCKER_CONFIG", "/c", "/c"),
        ("PIP_INDEX_URL", "https://x", "https://x"), ("PIP_CERT", "/ca.pem", "/ca.pem"),
        ("PIP_FIND_LINKS", "/w", "/w"), ("PIP_NO_INDEX", "1", "1"), ("PIP_CONFIG_FILE", "/p", "/p"),
        ("PIP_PROXY", "http://p", "http://p"), ("PIP_TRUSTED_HOST", "x", "x"),
        ("HTTPS_PROXY", "http://p", "http://p"),
        ("ANSIBLE_VAULT_PASSWORD_FILE", "/v", "/v"), ("ANSIBLE_BECOME_PASSWORD_FILE", "/b", "/b"),
        ("ANSIBLE_VERBOSITY", "1", "1"),
    ],
)  # fmt: skip
def test_what_make_starts_gets_what_it_needs(
    name: str, given: str, got: str, tmp_path: Path
) -> None:
    assert shown(tmp_path, **{name: given})[name] == got


def test_make_works_from_another_folder_or_says_how(tmp_path: Path) -> None:
    there = make("--directory", str(PROJECT), "--dry-run", "up", cwd=tmp_path)
    assert there.returncode == 0
    assert "ansible-playbook $ask playbooks/local.yml" in there.stdout
    wrong = make("--file", str(PROJECT / "Makefile"), "up", cwd=tmp_path)
    assert wrong.returncode != 0
    assert "make -C" in wrong.stderr


SUDO = {
    "asks for a password": "exit 1",
    "asks for none": "exit 0",
}


@pytest.mark.parametrize(
    ("sudo", "environ", "said"),
    [
        (SUDO["asks for a password"], {}, "sudo asks for a password, and there is no terminal"),
        (SUDO["asks for a password"], {"ANSIBLE_BECOME_PASSWORD_FILE": "/b"}, "PLAYS "),
        (SUDO["asks for none"], {}, "PLAYS "),
        (None, {}, "Root is needed, or sudo: neither is here"),
    ],
)
def test_without_a_terminal_one_line_says_what_to_do(
    sudo: str | None, environ: dict[str, str], said: str, tmp_path: Path
) -> None:
    for name in ("Makefile", "ansible.cfg"):
        (tmp_path / name).write_text((PROJECT / name).read_text())
    programs = {"id": "echo 1000", ".venv/bin/ansible-playbook": 'echo "PLAYS $*"'}
    if sudo:
        programs["sudo"] = sudo
    for name, text in programs.items():
        path = tmp_path / (name if "/" in name else f"bin/{name}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/bash\n{text}\n")
        path.chmod(0o755)
    # Only what is named here is on PATH: this machine may have a sudo of its own.
    for name in ("bash", "env", "make"):
        (tmp_path / "bin" / name).symlink_to(f"/usr/bin/{name}")
    (tmp_path / "requirements.txt").touch()
    for name in ("python", "up"):
        (tmp_path / ".venv" / ("bin/python" if name == "python" else name)).touch()
    done = subprocess.run(
        ["/usr/bin/make", "up", "-o", ".venv/up"], cwd=tmp_path,
        env={"PATH": str(tmp_path / "bin"), **environ}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said in done.stdout, done.stdout + done.stderr
    assert (done.returncode == 0) is (said == "PLAYS ")


@pytest.mark.parametrize(
    ("uid", "environ", "said"),
    [
        ("1000", {}, "sudo env "),
        ("1000", {"ANSIBLE_BECOME_PASSWORD_FILE": "/b"}, "sudo --askpass env "),
        ("0", {"ANSIBLE_BECOME_PASSWORD_FILE": "/b"}, "env "),
    ],
)
def test_sudo_takes_its_password_from_the_file_of_ansible(
    uid: str, environ: dict[str, str], said: str, tmp_path: Path
) -> None:
    (tmp_path / "id").write_text(f"#!/bin/sh\necho {uid}\n")
    (tmp_path / "id").chmod(0o755)
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = make("--no-print-directory", "--dry-run", "clean", environ={**path, **environ})
    assert done.stdout.startswith(said)


def test_what_sudo_asks_tells_what_is_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "a b").write_text("pass word $1\n")
    asked = shown(tmp_path)["SUDO_ASKPASS"]
    environ = {"ANSIBLE_BECOME_PASSWORD_FILE": str(tmp_path / "a b")}
    done = subprocess.run([asked, "Password:"], env={**os.environ, **environ}, capture_output=True,
                          text=True, check=True)  # fmt: skip
    assert done.stdout == "pass word $1\n"


def test_the_control_socket_of_ssh_has_a_short_path_everywhere() -> None:
    config = ConfigParser(interpolation=None)
    config.read(PROJECT / "ansible.cfg")
    ssh = config["ssh_connection"]
    # Relative, as ssh is started where the play is: %C takes 40 characters, ssh 17 more.
    assert not Path(ssh["control_path"]).is_absolute()
    assert Path(ssh["control_path"]).parent == Path(ssh["control_path_dir"])
    assert "%(directory)s" not in ssh["control_path"]
    assert len(ssh["control_path"]) + 38 + 17 < 104


@pytest.mark.parametrize("name", ["site", "verify", "destroy", "rotate_secrets"])
def test_a_playbook_without_an_inventory_says_so(name: str, tmp_path: Path) -> None:
    done = play(f"{name}.yml", "--list-hosts", tmp_path)
    assert done.returncode != 0
    assert "no inventory names a host: name one, such as -i inventory/local.yml" in done.stderr


def test_local_runs_on_this_machine_from_any_folder(tmp_path: Path) -> None:
    done = play("local.yml", "--list-tasks", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "play #1 (localhost)" in done.stdout
    assert "todo.stack.docker_engine :" in done.stdout


def test_a_question_of_make_itself_goes_to_the_engine_of_this_machine(tmp_path: Path) -> None:
    (tmp_path / "docker").write_text(
        '#!/bin/sh\n[ "$DOCKER_CONTEXT$DOCKER_API_VERSION" = default ]\n'
    )
    (tmp_path / "docker").chmod(0o755)
    environ = {"DOCKER_CONTEXT": "other", "DOCKER_API_VERSION": "1.23"}
    environ["PATH"] = f"{tmp_path}:{os.environ['PATH']}"
    done = make("--dry-run", "frontend", environ=environ)
    assert "NODE_IMAGE=localhost/todo-stack/node:20-slim" in done.stdout, done.stderr
