"""The environment of the running process is the contract's: names in reports, never values."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from testinfra.host import Host  # type: ignore[import-untyped]

# The engine sets these in every process it starts.
ENGINE_NAMES = {"HOSTNAME", "HOME", "PATH", "TERM"}
STATE_DIR = os.environ.get("STACK_STATE_DIR", "/var/lib/todo-stack")


def test_no_name_is_there_that_neither_contract_nor_image_declares(
    container: Any, image: dict[str, Any], contract: dict[str, Any]
) -> None:
    declared = {entry.split("=", 1)[0] for entry in image["Config"]["Env"]}
    names = set(container.environ())
    assert names - declared - ENGINE_NAMES <= set(contract["env"])


def test_everything_required_or_with_a_default_is_there(
    container: Any, contract: dict[str, Any]
) -> None:
    wanted = {n for n, e in contract["env"].items() if e.get("required") or "default" in e}
    given = {name for name, value in container.environ().items() if value}
    assert wanted <= given


def test_what_has_a_default_has_it(container: Any, contract: dict[str, Any]) -> None:
    environ = container.environ()
    defaults = {n: str(e["default"]) for n, e in contract["env"].items() if "default" in e}
    assert {name: environ.get(name) for name in defaults} == defaults


def test_secrets_are_as_long_as_promised(container: Any, contract: dict[str, Any]) -> None:
    environ = container.environ()
    bounds = {n: e["min_length"] for n, e in contract["env"].items() if "min_length" in e}
    short = [name for name, bound in bounds.items() if len(environ.get(name, "")) < bound]
    assert short == []


def test_every_value_arrives_as_it_was_rendered(eyes: Any, container: Any) -> None:
    rendered = json.loads(eyes.run("cat", f"{STATE_DIR}/environment.json"))["services"]
    environ = container.environ()
    wanted = rendered[container.service]["environment"].items()
    # Names only: an assertion on the values would print them.
    wrong = [name for name, value in wanted if environ.get(name) != value.replace("$$", "$")]
    assert wrong == []


@pytest.mark.usefixtures("eyes")
def test_the_files_that_hold_secrets_are_their_owners_alone(host: Host) -> None:
    assert host.file(STATE_DIR).mode == 0o700
    for name in ("environment.json", "secrets.json"):
        assert host.file(f"{STATE_DIR}/{name}").mode == 0o600
