"""The environment of the running process is the contract's: names in reports, never values."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.todo.stack.molecule.eyes import STATE_DIR, Eyes

# The engine sets these in every process it starts.
ENGINE_NAMES = {"HOSTNAME", "HOME", "PATH", "TERM"}


def test_no_name_is_there_that_neither_contract_nor_image_declares(
    container: Any, image: dict[str, Any], contract: dict[str, Any]
) -> None:
    declared = {entry.split("=", 1)[0] for entry in image["Config"]["Env"]}
    names = set(container.environ())
    assert names - declared - ENGINE_NAMES <= set(contract.get("env", {}))


def test_everything_required_or_with_a_default_is_there(
    container: Any, contract: dict[str, Any]
) -> None:
    wanted = {n for n, e in contract.get("env", {}).items() if e.get("required") or "default" in e}
    given = {name for name, value in container.environ().items() if value}
    assert wanted <= given


def test_what_has_a_default_has_it(container: Any, contract: dict[str, Any]) -> None:
    environ = container.environ()
    defaults = {n: str(e["default"]) for n, e in contract.get("env", {}).items() if "default" in e}
    assert {name: environ.get(name) for name in defaults} == defaults


def test_secrets_are_as_long_as_promised(container: Any, contract: dict[str, Any]) -> None:
    environ = container.environ()
    bounds = {n: e["min_length"] for n, e in contract.get("env", {}).items() if "min_length" in e}
    short = [
        name for name, bound in bounds.items() if name in environ and len(environ[name]) < bound
    ]
    assert short == []


def test_every_value_arrives_as_it_was_rendered(eyes: Any, container: Any) -> None:
    rendered = json.loads(eyes.run("cat", f"{STATE_DIR}/environment.json"))["services"]
    environ = container.environ()
    wanted = rendered[container.service]["environment"].items()
    # Names only: an assertion on the values would print them.
    wrong = [name for name, value in wanted if environ.get(name) != value.replace("$$", "$")]
    assert wrong == []


def test_the_files_of_the_stack_are_their_owners_alone(eyes: Eyes) -> None:
    found = eyes.run("find", STATE_DIR, "-printf", "%m %P\\n").splitlines()
    modes = dict(line.split(" ", 1)[::-1] for line in found)
    assert {"", "compose.yaml", "environment.json", "secrets.json"} <= set(modes)
    assert {name: mode for name, mode in modes.items() if mode not in {"600", "700"}} == {}
