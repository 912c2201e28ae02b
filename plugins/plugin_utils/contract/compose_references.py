"""Files that a compose file refers to: only the compose file itself travels to a host."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import Problem
from ansible_collections.todo.stack.plugins.plugin_utils.contract.compose_file import defaults_of

_REMEDY = (
    "write it into the compose file (`configs:` with `content:`), put it into the image, or name "
    "an absolute path of the host"
)
_INSTEAD = "give it to the service, through stack_secrets, or write `content:`"
_SECCOMP = re.compile(r"seccomp[:=](.+)")
_PROFILES_OF_THE_ENGINE = ("unconfined", "builtin")


def reference_problems(
    document: Mapping[str, Any], text: str, file: str, reset: Sequence[str]
) -> list[Problem]:
    """Return a problem for each relative path in ``document``, which ``text`` was parsed to.

    Without it the engine would make an empty folder of that name on the host. ``reset``: services
    whose ``env_file`` is not read there.
    """
    found = dict.fromkeys(_references(document, reset))
    named = [
        Problem(f"{what} takes ${name} from the shell of whoever calls compose: nobody does",
                f"{file}, line {_line(text, name)}", _INSTEAD)
        for what, name in _of_the_shell(document)
    ]  # fmt: skip
    return named + [
        Problem(f"{what} refers to {path!r}, which does not travel to the host",
                f"{file}, line {_line(text, path)}", _REMEDY)
        for what, path in found
        if _is_relative(path)
    ]  # fmt: skip


def _references(document: Mapping[str, Any], reset: Sequence[str]) -> Iterator[tuple[str, str]]:
    services = _mapping(document.get("services"))
    for name, spec in services.items():
        for key, path in _of_service(_mapping(spec), read=name not in reset):
            yield f"services.{name}.{key}", path
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


def _of_service(spec: Mapping[str, Any], *, read: bool) -> Iterator[tuple[str, str]]:
    for volume in _items(spec.get("volumes")):
        if isinstance(volume, Mapping):
            if volume.get("type") == "bind":
                yield "volumes", str(volume.get("source", ""))
        elif (path := defaults_of(str(volume))).startswith(".") and ":" in path:
            yield "volumes", path.partition(":")[0]
    for one in _items(spec.get("env_file")) if read else ():
        yield "env_file", str(one.get("path", "") if isinstance(one, Mapping) else one)
    for one in _items(spec.get("security_opt")):
        profile = _SECCOMP.fullmatch(str(one))
        if profile and profile[1] not in _PROFILES_OF_THE_ENGINE:
            yield "security_opt", profile[1]
    for one in _items(spec.get("label_file")):
        yield "label_file", str(one)
    if "file" in _mapping(spec.get("extends")):
        yield "extends", str(spec["extends"]["file"])


def _is_relative(path: str) -> bool:
    resolved = defaults_of(path)
    return bool(resolved) and not resolved.startswith(("/", "~"))


def _line(text: str, path: str) -> int:
    whole = re.compile(rf"(?<![\w./]){re.escape(path)}(?![\w./-])")
    lines = enumerate(text.splitlines(), start=1)
    return next((number for number, line in lines if whole.search(line)), 1)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _items(value: object) -> Sequence[Any]:
    if value is None:
        return ()
    return value if isinstance(value, list) else (value,)
