"""The project's compose file, as far as contracts need it: which services run which image."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.labels import SERVICE_LABEL
from ansible_collections.todo.stack.plugins.plugin_utils.contract.strict_yaml import (
    read_text,
    read_yaml,
)

COMPOSE_FILE = "compose.yaml"
# Of two, compose takes the first, with a warning.
COMPOSE_FILES = (COMPOSE_FILE, "compose.yml", "docker-compose.yml", "docker-compose.yaml")
# Of these, compose by hand takes the first beside it.
_OVERRIDES = tuple(
    f"{name}.override.{end}" for name in ("compose", "docker-compose") for end in ("yml", "yaml")
)
_INTERPOLATION = re.compile(r"\$\$|\$\{(?P<name>\w+)(?P<rest>[^{}]*)\}|\$(?P<bare>[A-Za-z_]\w*)")


@dataclass(frozen=True)
class ComposeService:
    """What a service is given: ``image`` is its reference, "" where it names none.

    ``labelled``: whether it says itself that its containers are ours to touch. ``built``: that it
    tells how its image is built; ``dockerfile``: its path below the project, "" for none there.
    ``profiled``: it runs only where a profile asks for it, and nothing here does.
    """

    image: str = ""
    healthcheck: bool = False
    labelled: bool = False
    built: bool = False
    dockerfile: str = ""
    profiled: bool = False


def compose_file_of(project_dir: Path) -> Path:
    """Return the compose file that compose itself takes; the first name's path if there is none."""
    found = (project_dir / name for name in COMPOSE_FILES)
    return next((path for path in found if path.exists()), project_dir / COMPOSE_FILE)


def unread_warnings(project_dir: Path) -> list[str]:
    """Return a warning of the file that compose by hand lays over the compose file."""
    file = compose_file_of(project_dir).name
    found = [name for name in _OVERRIDES if (project_dir / name).exists()]
    return [
        f"{name} is for `docker compose` by hand, and not read here: what a host is to have stands "
        f"in {file}"
        for name in found[:1]
    ]


def definition_of(project_dir: Path) -> str:
    """Return the text of the compose file with the line ends of Unix, whatever the checkout has."""
    return read_text(compose_file_of(project_dir), compose_file_of(project_dir).name)


def stack_name(project_dir: Path) -> str:
    """Return the project's name: the compose file's own, else the folder's, as compose reads it."""
    file = compose_file_of(project_dir)
    document = read_yaml(file, file.name, compose=True)
    given = document.get("name") if isinstance(document, Mapping) else None
    # The folder by the name it was given: a link has its own.
    text = defaults_of(str(given)) if given else Path(os.path.abspath(project_dir)).name  # noqa: PTH100
    name = re.sub(r"[^a-z0-9_-]", "", text.lower()).lstrip("_-")
    if not name:
        what = f"{text!r} makes no name of a stack" if text else "its name is empty"
        raise StackError(what, where=f"{file.name}: name", remedy="give it one, such as name: todo")
    return name


def read_services(project_dir: Path) -> dict[str, ComposeService]:
    """Return every service in the compose file."""
    return {
        name: _service(spec) if isinstance(spec, Mapping) else ComposeService()
        for name, spec in written_services(project_dir).items()
    }


def written_services(project_dir: Path) -> dict[str, Any]:
    """Return every service as the compose file has it."""
    file = compose_file_of(project_dir)
    document = read_yaml(file, file.name, compose=True)
    services = document.get("services") if isinstance(document, Mapping) else None
    if not isinstance(services, Mapping) or not services:
        raise StackError("it holds no services", where=file.name)
    return {str(name): spec for name, spec in services.items()}


def _service(spec: Mapping[str, Any]) -> ComposeService:
    image = spec.get("image")
    reference = defaults_of(str(image)) if image else ""
    labels = spec.get("labels") or ()  # a mapping, or a list of NAME=value
    names = {str(label).partition("=")[0] for label in labels}
    build = spec.get("build")
    return ComposeService(
        image=reference,
        healthcheck="healthcheck" in spec,
        labelled=SERVICE_LABEL in names,
        built=bool(build),
        dockerfile=_dockerfile(build),
        profiled=bool(spec.get("profiles")),
    )


def _dockerfile(build: object) -> str:
    """Return where a service's Dockerfile is; "" for none, and for one out of the project."""
    if not build:
        return ""
    spec = build if isinstance(build, Mapping) else {"context": build}
    context = defaults_of(str(spec.get("context") or "."))
    name = defaults_of(str(spec.get("dockerfile") or "Dockerfile"))
    path = posixpath.normpath(f"{context}/{name}")
    # An absolute one, or the address of a repository, is none of the project's.
    outside = context.startswith("/") or "://" in context or path.split("/")[0] == ".."
    outside = outside or "dockerfile_inline" in spec
    return "" if outside else path


def defaults_of(text: str) -> str:
    """Return ``text`` with each interpolation replaced by its default, innermost first."""
    previous = None
    while previous != text:
        previous, text = text, _INTERPOLATION.sub(_default, text)
    return text.replace("\0", "$")


def taken_from_shell(text: str) -> list[str]:
    """Return the variables in ``text`` that are empty unless compose is given them.

    One with a default is not among them, be it an empty text; a variable in the default may be.
    Nor is one that compose refuses to go without.
    """
    names = []
    for match in _INTERPOLATION.finditer(text):
        rest = (match["rest"] or "").lstrip(":")
        if match[0] != "$$" and not rest.startswith(("-", "+", "?")):
            names.append(match["name"] or match["bare"])
    return names


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
