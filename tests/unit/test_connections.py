"""How hosts are reached: the same for users and for the scenarios."""

from __future__ import annotations

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
