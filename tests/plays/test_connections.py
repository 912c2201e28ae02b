"""How hosts are reached: the same for users and for the scenarios."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).parents[2]


def test_a_silent_host_is_asked_whether_it_is_still_there() -> None:
    users = ConfigParser()
    users.read(PROJECT / "ansible.cfg")
    scenarios = yaml.safe_load((PROJECT / ".config/molecule/config.yml").read_text())
    told = users["ssh_connection"]["ssh_args"]
    assert scenarios["provisioner"]["config_options"]["ssh_connection"]["ssh_args"] == told
    assert "-o ControlPersist=" in told
    assert "-o ServerAliveInterval=5" in told


def test_a_checkout_whose_path_has_a_blank_can_start_background_tasks(tmp_path: Path) -> None:
    (tmp_path / "a b").symlink_to(Path(sys.prefix))
    done = subprocess.run(
        [tmp_path / "a b/bin/python", "-m", "ansible", "adhoc", "localhost",
         "-B", "20", "-P", "1", "-m", "ping"],
        cwd=PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ping: pong" in done.stdout


@pytest.mark.skipif(shutil.which("ssh") is None, reason="there is no SSH client on this machine")
@pytest.mark.parametrize("playbook", ["status.yml", "logs.yml"])
def test_a_host_that_cannot_be_reached_is_a_row_among_the_others(
    playbook: str, tmp_path: Path
) -> None:
    inventory = tmp_path / "hosts.ini"
    hosts = [f"gone{n} ansible_host=127.0.0.1 ansible_port=1" for n in (1, 2)]
    inventory.write_text("\n".join(hosts))
    done = subprocess.run(
        [sys.executable, "-m", "ansible", "playbook", "-i", str(inventory),
         f"playbooks/{playbook}", "-e", "stack_output=json"],
        cwd=PROJECT, capture_output=True, text=True, check=False,
        env={**os.environ, "ANSIBLE_CONFIG": str(PROJECT / "ansible.cfg")},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert sorted(row["host"] for row in rows) == ["gone1", "gone2"]
    assert all("Connection refused" in json.dumps(row) for row in rows)
