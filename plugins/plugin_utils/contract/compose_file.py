"""The project's compose.yaml, as far as contracts need it: which services run which image."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.plugin_utils.contract.strict_yaml import read_yaml

COMPOSE_FILE = "compose.yaml"
_INTERPOLATION = re.compile(r"\$\$|\$\{(?P<name>\w+)(?P<rest>[^{}]*)\}|\$(?P<bare>[A-Za-z_]\w*)")


@dataclass(frozen=True)
class ComposeService:
    """What a service is given: ``image`` is its reference, "" where it names none."""

    image: str = ""
    healthcheck: bool = False


def compose_file_of(project_dir: Path) -> Path:
    """Return the project's compose file."""
    return project_dir / COMPOSE_FILE


def stack_name(project_dir: Path) -> str:
    """Return the stack's name: its compose file's, else what compose makes of the folder's."""
    document = read_yaml(compose_file_of(project_dir), COMPOSE_FILE)
    named = document.get("name") if isinstance(document, Mapping) else None
    text = defaults_of(str(named)) if named else project_dir.resolve().name
    return re.sub(r"[^a-z0-9_-]", "", text.lower()).lstrip("_-")


def read_services(project_dir: Path) -> dict[str, ComposeService]:
    """Return every service in compose.yaml."""
    document = read_yaml(project_dir / COMPOSE_FILE, COMPOSE_FILE)
    services = document.get("services") if isinstance(document, Mapping) else None
    if not isinstance(services, Mapping) or not services:
        raise StackError("it holds no services", where=COMPOSE_FILE)
    return {
        str(name): _service(spec) if isinstance(spec, Mapping) else ComposeService()
        for name, spec in services.items()
    }


def _service(spec: Mapping[str, Any]) -> ComposeService:
    image = spec.get("image")
    reference = defaults_of(str(image)) if image else ""
    return ComposeService(reference, "healthcheck" in spec)


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
