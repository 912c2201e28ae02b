"""What a build may be given beside its context: secrets, named contexts, caches, platforms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import Problem
from ansible_collections.todo.stack.plugins.module_utils.contract.labels import OUR_LABELS
from ansible_collections.todo.stack.plugins.module_utils.contract.suggest import did_you_mean

IMAGE_CONTEXT = "docker-image://"
PULL_ALWAYS = "always"

_PLATFORMS = (
    "linux/386", "linux/amd64", "linux/amd64/v2", "linux/amd64/v3", "linux/amd64/v4",
    "linux/arm/v5", "linux/arm/v6", "linux/arm/v7", "linux/arm64", "linux/arm64/v8",
    "linux/loong64", "linux/mips64", "linux/mips64le", "linux/ppc64le", "linux/riscv64",
    "linux/s390x",
)  # fmt: skip
_ID = re.compile(r"[A-Za-z0-9][\w.-]*")
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|git@")


@dataclass(frozen=True)
class Secret:
    """A secret of the build: a file of the host, a variable of its environment, or a value."""

    id: str
    file: str | None = None
    env: str | None = None
    value: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class BuildOptions:
    """The options of one image's build; ``contexts`` are name -> folder, image or address."""

    contexts: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[Secret, ...] = ()
    ssh: tuple[str, ...] = ()
    cache_from: tuple[str, ...] = ()
    cache_to: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    pull: str = "missing"
    labels: Mapping[str, str] = field(default_factory=dict)

    def settings(self) -> dict[str, str]:
        """Return what of the options the image depends on, but for folders and secrets."""
        elsewhere = {
            f"context {name}": where for name, where in self.contexts.items() if is_elsewhere(where)
        }
        labels = {f"label {name}": value for name, value in self.labels.items()}
        platforms = {"platforms": ",".join(self.platforms)} if self.platforms else {}
        return {**elsewhere, **labels, **platforms}

    def environment(self, service: str) -> dict[str, str]:
        """Return the variables through which the builder reads the values of secrets."""
        return {
            _variable(service, number): secret.value
            for number, secret in enumerate(self.secrets)
            if secret.value is not None
        }

    def bake_fields(self, service: str) -> dict[str, Any]:
        """Return the options as fields of a bake target; those that are not used are absent."""
        fields: dict[str, Any] = {
            "contexts": dict(self.contexts),
            "secret": [_source(s, _variable(service, n)) for n, s in enumerate(self.secrets)],
            "ssh": list(self.ssh),
            "cache-from": list(self.cache_from),
            "cache-to": list(self.cache_to),
            "platforms": list(self.platforms),
        }
        return {name: value for name, value in fields.items() if value}


def read_options(params: Mapping[str, Any]) -> BuildOptions:
    """Return the options among an image's parameters."""
    return BuildOptions(
        contexts=_texts(params.get("contexts")),
        secrets=tuple(
            Secret(one["id"], one.get("file"), one.get("env"), one.get("value"))
            for one in params.get("secrets") or ()
        ),
        ssh=tuple(params.get("ssh") or ()),
        cache_from=tuple(params.get("cache_from") or ()),
        cache_to=tuple(params.get("cache_to") or ()),
        platforms=tuple(params.get("platforms") or ()),
        pull=params.get("pull") or "missing",
        labels=_texts(params.get("labels")),
    )


def option_problems(service: str, options: BuildOptions) -> Iterator[Problem]:
    """Yield what is wrong with the options; values of secrets are never shown."""
    where = f"images.{service}"
    for platform in options.platforms:
        if platform not in _PLATFORMS:
            remedy = did_you_mean(platform, _PLATFORMS) or "name one such as linux/amd64"
            yield Problem(f"{platform!r} is no platform", f"{where}.platforms", remedy)
    ids = [secret.id for secret in options.secrets]
    for name in dict.fromkeys(ids):
        if not _ID.fullmatch(name):
            remedy = "use letters, digits, '.', '_' and '-'"
            yield Problem(f"{name!r} is no id of a secret", f"{where}.secrets", remedy)
        if ids.count(name) > 1:
            yield Problem(f"the secret {name!r} is named twice", f"{where}.secrets", "name it once")
    for name in options.labels:
        if name.startswith(OUR_LABELS) or not name.strip():
            remedy = f"choose another name; {OUR_LABELS}* is what the module keeps its books with"
            yield Problem(f"{name!r} cannot be a label", f"{where}.labels", remedy)


def is_elsewhere(context: str) -> bool:
    """Tell whether a named context is an image or an address, and no folder on the controller."""
    return _ELSEWHERE.match(context) is not None


def context_images(contexts: Mapping[str, str]) -> dict[str, str]:
    """Return the named contexts that are images, as name -> image reference."""
    return {
        name: where.removeprefix(IMAGE_CONTEXT)
        for name, where in contexts.items()
        if where.startswith(IMAGE_CONTEXT)
    }


def _variable(service: str, number: int) -> str:
    return f"TODO_STACK_SECRET_{service}_{number}"


def _source(secret: Secret, variable: str) -> str:
    if secret.file is not None:
        return _csv(f"id={secret.id}", f"src={secret.file}")
    return _csv(f"id={secret.id}", f"env={secret.env if secret.value is None else variable}")


def _csv(*fields: str) -> str:
    quoted = (
        '"' + one.replace('"', '""') + '"' if set(one) & set('",\n') else one for one in fields
    )
    return ",".join(quoted)


def _texts(given: Mapping[str, Any] | None) -> dict[str, str]:
    return {str(name): str(value) for name, value in (given or {}).items()}
