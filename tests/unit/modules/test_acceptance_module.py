"""The module's face: documented options are the accepted ones, the rows are plain data."""

from __future__ import annotations

import json
from pathlib import Path

import yaml
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.modules import acceptance

CONTRACT = {
    "service": "backend",
    "image": "todo-backend",
    "build": {"budget": {"seconds": 300, "bytes": 500_000_000}},
    "run": {"port": 8000, "health": {"path": "/health", "expect": "status == 'ok'"}, "ui": None},
    "env": {},
    "networks": {"backend": {"default": ""}},
}


def test_the_documented_options_are_the_accepted_ones() -> None:
    documented = yaml.safe_load(acceptance.DOCUMENTATION)["options"]
    assert list(documented) == list(acceptance.ARGUMENT_SPEC)
    for name, option in documented.items():
        spec = acceptance.ARGUMENT_SPEC[name]
        assert option["type"] == spec["type"]
        assert option.get("default") == spec.get("default")
        assert option.get("required", False) == spec.get("required", False)


def test_a_bare_host_gives_failing_rows_as_plain_data(tmp_path: Path) -> None:
    params = {
        "contracts": [CONTRACT],
        "project": "todo",
        "state_dir": str(tmp_path),
        "bind_address": "127.0.0.1",
        "probe_timeout": 1.0,
        "drift": {},
        "relaxed": {},
    }
    docker = DockerCli(lambda args, /, **_: (0, "", "") if args[1] == "ps" else (1, "", "no such"))
    result = acceptance.check_host(params, docker)
    assert json.loads(json.dumps(result)) == result
    assert (result["changed"], result["passed"], result["images"]) == (False, False, [])
    assert result["checks"][0] == {
        "id": "backend.image_size",
        "service": "backend",
        "criterion": "image_size",
        "passed": False,
        "measured": None,
        "limit": 500_000_000,
        "unit": "bytes",
        "message": "there is no image todo-backend:latest; "
        "run playbooks/local.yml, which builds and starts the stack",
    }
