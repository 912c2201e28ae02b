"""A host that others have set up before: its apt sources, its sudoers, its accounts."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.todo.stack.molecule.eyes import Eyes

HOST = "todo-debian13"
DOCKER_LIST = "/etc/apt/sources.list.d/docker.list"
OURS = "/etc/apt/sources.list.d/docker.sources"
REPOSITORY = "https://docker.invalid/linux"
# As Docker's own instructions, and many that were copied from them, have written it.
FOREIGN = (
    f"deb [arch=amd64 signed-by=/etc/apt/keyrings/other.asc]\t{REPOSITORY}/debian trixie stable"
)
REQUIRETTY = "/etc/sudoers.d/zz-requiretty"
Play = Callable[..., Any]


def at_host(*argv: str) -> None:
    """Run a command on the host without sudo, which may be what is broken."""
    command = ["docker", "exec", HOST, *argv]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture
def foreign_list(eyes: Eyes) -> Iterator[None]:
    eyes.sh('printf "%s\\n" "$1" >"$0"', DOCKER_LIST, FOREIGN)
    yield
    eyes.run("rm", "--force", DOCKER_LIST)


@pytest.fixture
def requiretty() -> Iterator[None]:
    at_host("sh", "-c", f"umask 0337; echo 'Defaults requiretty' >{REQUIRETTY}")
    yield
    at_host("rm", "--force", REQUIRETTY)


@pytest.fixture
def without_the_group(eyes: Eyes) -> Iterator[None]:
    eyes.sh("cd /etc; for one in group gshadow; do cp -a $one $one.before; done; groupdel docker")
    yield
    eyes.sh("cd /etc; for one in group gshadow; do mv $one.before $one; done")


@pytest.fixture
def tasks_of_the_role(tmp_path: Path, run_play: Play) -> Play:
    """Return a function that runs one of the role docker_engine's files of tasks."""

    def run(file: str) -> Any:
        role = {"name": "todo.stack.docker_engine", "tasks_from": file}
        play = {"hosts": "all", "become": True, "tasks": [{"ansible.builtin.include_role": role}]}
        (tmp_path / "play.yml").write_text(yaml.safe_dump([play]))
        variables = {"docker_engine_repository": REPOSITORY}
        return run_play(str(tmp_path / "play.yml"), variables=variables)

    return run


@pytest.mark.usefixtures("foreign_list")
def test_a_source_that_others_have_written_is_left_alone(
    eyes: Eyes, tasks_of_the_role: Play
) -> None:
    run = tasks_of_the_role("source_docker")
    assert run.code == 0, run.output
    assert run.recap(HOST)["changed"] == 0
    assert eyes.host.run("test -e %s", OURS).rc != 0
    # Two sources of one address with different keys, and apt would read none at all.
    eyes.run("apt-get", "indextargets", "--no-release-info")


@pytest.mark.usefixtures("foreign_list")
def test_a_source_that_cannot_be_read_is_told_and_holds_nothing_up(tasks_of_the_role: Play) -> None:
    run = tasks_of_the_role("lists")
    assert run.code == 0, run.output
    assert "Failed to fetch https://docker.invalid/linux/debian" in run.output


@pytest.mark.usefixtures("requiretty")
@pytest.mark.parametrize("playbook", ["verify.yml", "status.yml", "destroy.yml"])
def test_a_sudo_that_wants_a_terminal_is_told_in_a_sentence(run_play: Play, playbook: str) -> None:
    run = run_play(playbook)
    assert run.code != 0
    assert "sudo of this host wants a terminal (requiretty in its sudoers)" in run.told
    assert run.recap(HOST)["changed"] == 0


def test_a_user_that_is_no_account_is_refused_and_not_made(eyes: Eyes, run_play: Play) -> None:
    run = run_play(
        "site.yml", "--tags=docker_engine", variables={"docker_engine_users": ["ops", "opps"]}
    )
    assert run.code != 0
    assert "docker_engine_users names opps, which is no account of this host" in run.output
    assert run.recap(HOST)["changed"] == 0
    assert eyes.host.run("getent passwd opps").rc != 0
    assert "ops" not in eyes.run("getent", "group", "docker")


@pytest.mark.usefixtures("without_the_group")
def test_users_of_a_group_that_is_only_foretold_are_foretold(run_play: Play) -> None:
    run = run_play("site.yml", "--check", "--tags=docker_engine",
                   variables={"docker_engine_users": ["ops"]})  # fmt: skip
    assert run.code == 0, run.output
    assert "would add ops to the group docker" in run.output


def test_all_this_came_about_with_little_room_in_tmp(eyes: Eyes) -> None:
    size = int(eyes.run("findmnt", "--noheadings", "--bytes", "--output=SIZE", "/tmp"))  # noqa: S108
    assert size <= 16 * 1024 * 1024
