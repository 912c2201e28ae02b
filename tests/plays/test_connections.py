"""How hosts are reached: the same for users and for the scenarios."""

from __future__ import annotations

import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

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
