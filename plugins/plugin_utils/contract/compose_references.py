"""What a compose file takes from around it: only the compose file itself travels to a host."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import Problem
from ansible_collections.todo.stack.plugins.plugin_utils.contract.compose_file import (
    defaults_of,
    taken_from_shell,
)

_REMEDY = (
    "write it into the compose file (`configs:` with `content:`), put it into the image, or name "
    "an absolute path of the host"
)
_INSTEAD = "give it to the service, through stack_secrets, or write `content:`"
_SECCOMP = re.compile(r"seccomp[:=](.+)")
_PROFILES_OF_THE_ENGINE = ("unconfined", "builtin")
_SHELL = "from the shell of whoever calls compose: nobody does"


def reference_problems(
    document: Mapping[str, Any], text: str, file: str, reset: Sequence[str]
) -> list[Problem]:
    """Return a problem for each relative path in ``document``, which ``text`` was parsed to.

    Without it the engine would make an empty folder of that name on the host. ``reset``: services
    whose ``env_file`` is not read there.
    """
    found = dict.fromkeys(_references(document, reset))
    named = [
        Problem(f"{what} takes ${name} {_SHELL}", f"{file}, line {_line(text, name)}", _INSTEAD)
        for what, name in _of_the_shell(document)
    ]  # fmt: skip
    return named + [
        Problem(f"{what} refers to {path!r}, which does not travel to the host",
                f"{file}, line {_line(text, written)}", _REMEDY)
        for what, path, written in found
        if _is_relative(path)
    ]  # fmt: skip


def unfilled_problems(
    document: Mapping[str, Any], text: str, file: str,
    filled: Collection[str], delivered: Mapping[str, Collection[str]],
) -> list[Problem]:  # fmt: skip
    """Return a problem for each variable without a default that nobody fills in.

    It would be an empty text: ``${PWD}/data:/data`` mounts a folder of the host's root. ``filled``
    are those that compose is given; ``delivered`` names, by service, what its environment gets in
    place of what stands here.
    """
    found = dict.fromkeys(
        (where, name)
        for where, value in _texts(document, delivered)
        for name in taken_from_shell(value)
        if name not in filled
    )
    remedy = "name it in stack_variables (no secrets), or give it a default, such as ${%s:-...}"
    return [
        Problem(f"{where} takes ${name} {_SHELL}",
                f"{file}, line {_line_that_takes(text, name)}", remedy % name)
        for where, name in found
    ]  # fmt: skip


def _texts(
    document: Mapping[str, Any], delivered: Mapping[str, Collection[str]]
) -> Iterator[tuple[str, str]]:
    """Yield the values that compose fills in on a host, and where they stand."""
    for kind, those in document.items():
        if kind in ("networks", "volumes", "configs", "secrets"):
            yield from (
                (f"{kind}.{name}", text)
                for name, spec in _mapping(those).items()
                for text in _leaves(spec)
            )
    for name, spec in _mapping(document.get("services")).items():
        where = f"services.{name}"
        # Nothing starts what is in a profile.
        for key, value in _mapping(spec).items() if not _mapping(spec).get("profiles") else ():
            if key == "environment":
                given = delivered.get(name, ())
                own = [text for variable, text in _pairs(value) if variable not in given]
                yield from ((f"{where}.environment", text) for text in own)
            # Images are built by their contracts, and only a laptop reads these.
            elif key not in ("build", "develop", "env_file"):
                yield from ((f"{where}.{key}", text) for text in _leaves(value))


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one)


def _pairs(environment: object) -> Iterator[tuple[str, str]]:
    """Yield names and values of an environment; one without a value takes that of the shell."""
    if isinstance(environment, Mapping):
        for name, value in environment.items():
            yield str(name), f"${{{name}}}" if value is None else str(value)
    for one in _items(environment) if isinstance(environment, list) else ():
        name, is_given, value = str(one).partition("=")
        yield name, value if is_given else f"${{{name}}}"


def _references(
    document: Mapping[str, Any], reset: Sequence[str]
) -> Iterator[tuple[str, str, str]]:
    """Yield where each path stands, the path, and the text that it is a part of."""
    services = _mapping(document.get("services"))
    for name, spec in services.items():
        for key, path, written in _of_service(_mapping(spec), read=name not in reset):
            yield f"services.{name}.{key}", path, written
    for where, path in _of_the_rest(document):
        yield where, path, path


def _of_the_rest(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for kind in ("configs", "secrets"):
        for name, spec in _mapping(document.get(kind)).items():
            if "file" in _mapping(spec):
                yield f"{kind}.{name}.file", str(spec["file"])
    for name, spec in _mapping(document.get("volumes")).items():
        options = _mapping(_mapping(spec).get("driver_opts"))
        # compose itself makes it absolute.
        if "bind" in str(options.get("o", "")):
            yield f"volumes.{name}.driver_opts.device", str(options.get("device") or "")
    for one in _items(document.get("include")):
        paths = one.get("path") if isinstance(one, Mapping) else one
        yield from (("include", str(path)) for path in _items(paths))


def _of_the_shell(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for kind in ("configs", "secrets"):
        for name, spec in _mapping(document.get(kind)).items():
            if "environment" in _mapping(spec):
                yield f"{kind}.{name}.environment", str(spec["environment"])


def _of_service(spec: Mapping[str, Any], *, read: bool) -> Iterator[tuple[str, str, str]]:
    for volume in _items(spec.get("volumes")):
        if isinstance(volume, Mapping):
            if volume.get("type") == "bind":
                source = str(volume.get("source", ""))
                yield "volumes", source, source
        elif (path := defaults_of(str(volume))).startswith(".") and ":" in path:
            yield "volumes", path.partition(":")[0], str(volume)
    for one in _items(spec.get("env_file")) if read else ():
        path = str(one.get("path", "") if isinstance(one, Mapping) else one)
        yield "env_file", path, path
    for one in _items(spec.get("security_opt")):
        profile = _SECCOMP.fullmatch(str(one))
        if profile and profile[1] not in _PROFILES_OF_THE_ENGINE:
            yield "security_opt", profile[1], profile[0]
    for one in _items(spec.get("label_file")):
        yield "label_file", str(one), str(one)
    if "file" in _mapping(spec.get("extends")):
        path = str(spec["extends"]["file"])
        yield "extends", path, path


def _is_relative(path: str) -> bool:
    resolved = defaults_of(path)
    return bool(resolved) and not resolved.startswith(("/", "~"))


def _line(text: str, path: str) -> int:
    return _first(text, rf"(?<![\w./]){re.escape(path)}(?![\w./-])") or 1


def _line_that_takes(text: str, name: str) -> int:
    return _first(text, rf"(?<!\$)\$\{{?{name}\b") or _line(text, name)


def _first(text: str, pattern: str) -> int:
    """Return the number of the first line that holds ``pattern``, 0 where none does."""
    lines = enumerate(text.splitlines(), start=1)
    return next((number for number, line in lines if re.search(pattern, line)), 0)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _items(value: object) -> Sequence[Any]:
    if value is None:
        return ()
    return value if isinstance(value, list) else (value,)
