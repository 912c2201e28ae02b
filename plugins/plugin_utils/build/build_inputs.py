"""What a build reads on the controller: its context and its named ones, all judged at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.build.dockerfile import declared
from ansible_collections.todo.stack.plugins.module_utils.build.options import is_elsewhere
from ansible_collections.todo.stack.plugins.module_utils.build.requirements import foreseen
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import Problem, ProblemList
from ansible_collections.todo.stack.plugins.module_utils.contract.suggest import did_you_mean
from ansible_collections.todo.stack.plugins.plugin_utils.build.context import (
    BuildContext,
    read_context,
    read_named_context,
)

IMAGE_OPTIONS = frozenset(
    [
        "service", "image", "context", "dockerfile", "target", "args", "budget", "requires",
        "contexts", "secrets", "ssh", "cache_from", "cache_to", "platforms", "pull", "labels",
    ]
)  # fmt: skip
SECRET_OPTIONS = frozenset(["id", "file", "env", "value"])
_SEE_DOC = "see ansible-doc todo.stack.image_build"


@dataclass(frozen=True)
class BuildInput:
    """The folders of one image's build: its context, and those the Dockerfile reads by name."""

    main: BuildContext
    named: Mapping[str, BuildContext]

    def fingerprints(self) -> dict[str, str]:
        """Return ``path -> mode and SHA-256``; those of a named context begin with ``[name]``."""
        found = self.main.fingerprints()
        for name, context in self.named.items():
            found.update({f"[{name}] {p}": one for p, one in context.fingerprints().items()})
        return found

    def bases(
        self, image: Mapping[str, Any], stand_ins: Mapping[str, str] | None = None
    ) -> list[str]:
        """Return the image references the build starts from, as its arguments say."""
        given = {name: str(value) for name, value in (image.get("args") or {}).items()}
        args = {name: (stand_ins or {}).get(value, value) for name, value in given.items()}
        platforms = image.get("platforms")
        named = platforms if isinstance(platforms, list) else []
        return self.main.bases(args, image.get("target"), [str(one) for one in named])

    def foreseen(self, image: Mapping[str, Any]) -> list[str]:
        """Return what the image will lack of what it ``requires``, as its Dockerfile tells."""
        args = {name: str(value) for name, value in (image.get("args") or {}).items()}
        said = declared(self.main.dockerfile_text, args, image.get("target"))
        return foreseen(image["service"], said, image.get("requires") or ())

    def place(
        self, image: Mapping[str, Any], ship: Callable[[BuildContext, str], str]
    ) -> dict[str, Any]:
        """Return the image's parameters with its folders where ``ship`` put them."""
        service = image["service"]
        named = {
            name: ship(one, f"{service}.{n}") for n, (name, one) in enumerate(self.named.items())
        }
        contexts = {**(image.get("contexts") or {}), **named}
        return {**image, "context": ship(self.main, service), "contexts": contexts}


def read_inputs(images: object) -> list[BuildInput]:
    """Return the inputs of all images; raise ProblemList with the problems of all of them."""
    if not isinstance(images, list) or not all(isinstance(image, Mapping) for image in images):
        what = "`images` must be a list of mappings"
        raise ProblemList([Problem(what, "image_build", _SEE_DOC)])
    inputs: list[BuildInput] = []
    problems: list[Problem] = []
    for image in images:
        # Here, because a misspelt option that holds a secret would be shown by the module.
        problems.extend(_unknown_options(image))
        try:
            inputs.append(_read_input(image))
        except ProblemList as found:
            problems.extend(found.problems)
    if problems:
        raise ProblemList(problems)
    return inputs


def with_seen(
    image: Mapping[str, Any], found: BuildInput, bases: Mapping[str, str]
) -> dict[str, Any]:
    """Return the image's parameters with what its build will see."""
    seen = {"files": found.fingerprints(), "bases": found.bases(image, bases)}
    return {**image, "seen": seen}


def _read_input(image: Mapping[str, Any]) -> BuildInput:
    where = f"images.{image.get('service', '')}.context"
    if not image.get("context"):
        raise ProblemList([Problem("is required", where, "name the folder of the build context")])
    problems: list[Problem] = []
    main = _kept(problems, read_context, image["context"], image.get("dockerfile") or "Dockerfile")
    given = image.get("contexts") or {}
    if not isinstance(given, Mapping):
        raise ProblemList([Problem("must be a mapping", f"{where}s", _SEE_DOC)])
    folders = {str(name): str(one) for name, one in given.items() if not is_elsewhere(str(one))}
    named = {name: _kept(problems, read_named_context, one) for name, one in folders.items()}
    if problems or main is None:
        raise ProblemList(problems)
    return BuildInput(main, {name: one for name, one in named.items() if one is not None})


def _kept(
    problems: list[Problem], read: Callable[..., BuildContext], folder: object, *args: object
) -> BuildContext | None:
    try:
        return read(Path(str(folder)).expanduser(), *args)
    except ProblemList as found:
        problems.extend(found.problems)
        return None


def _unknown_options(image: Mapping[str, Any]) -> Iterator[Problem]:
    where = f"images.{image.get('service', '')}"
    yield from _unknown(image, IMAGE_OPTIONS, where)
    secrets = image.get("secrets")
    for secret in secrets if isinstance(secrets, list) else []:
        if isinstance(secret, Mapping):
            yield from _unknown(secret, SECRET_OPTIONS, f"{where}.secrets")


def _unknown(given: Iterable[Any], known: frozenset[str], where: str) -> Iterator[Problem]:
    for name in sorted(str(name) for name in set(given) - known):
        yield Problem(f"{name!r} is no option", where, did_you_mean(name, known) or _SEE_DOC)
