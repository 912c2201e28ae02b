"""The project's compose.yaml, as far as contracts need it: which services run which image."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.plugin_utils.contract.strict_yaml import read_yaml

COMPOSE_FILE = "compose.yaml"
_INTERPOLATION = re.compile(r"\$\$|\$\{(?P<name>\w+)(?P<rest>[^{}]*)\}|\$(?P<bare>[A-Za-z_]\w*)")


@dataclass(frozen=True)
class ComposeService:
    """What a service is given: ``image`` is its reference, "" where it names none.

    ``networks``: key -> name, "" where compose makes one of the project's name and the key.
    """

    image: str = ""
    healthcheck: bool = False
    networks: Mapping[str, str] = field(default_factory=dict)


def read_services(project_dir: Path) -> dict[str, ComposeService]:
    """Return every service in compose.yaml."""
    document = read_yaml(project_dir / COMPOSE_FILE, COMPOSE_FILE)
    services = document.get("services") if isinstance(document, Mapping) else None
    if not isinstance(services, Mapping) or not services:
        raise StackError("it holds no services", where=COMPOSE_FILE)
    named = _network_names(document.get("networks"))
    return {
        str(name): _service(spec, named) if isinstance(spec, Mapping) else ComposeService()
        for name, spec in services.items()
    }


def _service(spec: Mapping[str, Any], named: Mapping[str, str]) -> ComposeService:
    image = spec.get("image")
    reference = defaults_of(str(image)) if image else ""
    return ComposeService(reference, "healthcheck" in spec, _networks(spec, named))


def _networks(spec: Mapping[str, Any], named: Mapping[str, str]) -> dict[str, str]:
    if mode := str(spec.get("network_mode") or ""):
        # Another container's networks are no own ones.
        return {} if ":" in mode else {mode: mode}
    keys = [str(key) for key in spec.get("networks") or ["default"]]
    return {key: named.get(key, "") for key in keys}


def _network_names(declared: object) -> dict[str, str]:
    specs = declared if isinstance(declared, Mapping) else {}
    return {
        str(key): defaults_of(str(spec.get("name") or (key if spec.get("external") else "")))
        for key, spec in specs.items()
        if isinstance(spec, Mapping)
    }


def defaults_of(text: str) -> str:
    """Return ``text`` with each interpolation replaced by its default, innermost first."""
    previous = None
    while previous != text:
        previous, text = text, _INTERPOLATION.sub(_default, text)
    return text.replace("\0", "$")


def _default(match: re.Match[str]) -> str:
    if match.group(0) == "$$":
        return "\0"
    rest = match.group("rest") or ""
    return re.sub(r"^:?[-?+]", "", rest) if rest.lstrip(":").startswith("-") else ""


def repository(reference: str) -> str:
    """Return an image reference without its tag and digest."""
    name = reference.partition("@")[0]
    head, slash, last = name.rpartition("/")
    return head + slash + last.partition(":")[0]
