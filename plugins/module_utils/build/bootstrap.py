"""Makes a base image on the managed host from a Debian mirror and an interpreter."""

from __future__ import annotations

import platform
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ansible_collections.todo.stack.plugins.module_utils.build import interpreters
from ansible_collections.todo.stack.plugins.module_utils.build.apt_sources import Mirror
from ansible_collections.todo.stack.plugins.module_utils.build.base_image import Wanted, local_name
from ansible_collections.todo.stack.plugins.module_utils.build.base_recipe import (
    KINDS,
    Recipe,
    import_argv,
    mmdebstrap_argv,
    node_recipe,
    postgres_recipe,
    python_recipe,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge import apt, npm
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import Run, at_once
from ansible_collections.todo.stack.plugins.module_utils.edge.progress import UnderWay

_ARCHITECTURES = {"x86_64": "x64", "aarch64": "arm64"}
# Not /tmp, which is a small tmpfs on many machines.
_SCRATCH = "/var/tmp"  # noqa: S108 - a folder of its own is made in it
_TIMED_OUT = 124
_PASSED_ON = ("http_proxy", "https_proxy", "no_proxy", "HOME")


@dataclass(frozen=True)
class Settings:
    """Where the parts of a base come from; what is empty is found on the host.

    ``seconds``: after which the making of one is given up.
    """

    mirror: str
    python_prefix: str
    node_prefix: str
    npm_registry: str
    node_version: str
    npm_version: str
    scripts: str
    seconds: int = 900


def bootstrap_all(
    wanted: Sequence[Wanted],
    settings: Settings,
    run: Run,
    environ: Mapping[str, str],
    progress: UnderWay,
) -> list[Recipe]:
    """Make base images, all at the same time, and return their recipes."""
    foresee(wanted, settings, environ)

    def make(want: Wanted) -> Recipe:
        with progress.doing(want.reference, "made of Debian packages, half a minute or so"):
            return bootstrap(want, settings, run, environ)

    return at_once(*(partial(make, want) for want in wanted))


def bootstrap(want: Wanted, settings: Settings, run: Run, environ: Mapping[str, str]) -> Recipe:
    """Make the base image ``localhost/todo-stack/<reference>`` and return its recipe."""
    with tempfile.TemporaryDirectory(prefix="todo-base-", dir=_SCRATCH) as scratch:
        recipe = choose_recipe(want, settings, run, environ, Path(scratch))
        mirror = _mirror(recipe, settings)
        tar = str(Path(scratch) / "base.tar")
        argv = mmdebstrap_argv(recipe, mirror, settings.scripts, tar, apt.apt_options(run))
        # Only what is named: an image must not depend on the caller's environment.
        environment = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "LC_ALL": "C.UTF-8",
            "TMPDIR": scratch,
            **{name: environ[name] for name in _PASSED_ON if name in environ},
            **recipe.environment,
        }
        assignments = [f"{name}={value}" for name, value in environment.items()]
        limited = ["timeout", str(settings.seconds), *argv]
        _checked(run, ["env", "--ignore-environment", *assignments, *limited], recipe)
        _checked(run, import_argv(recipe, tar, local_name(want.reference)), recipe)
    return recipe


def foresee(wanted: Sequence[Wanted], settings: Settings, environ: Mapping[str, str]) -> None:
    """Raise StackError with all that the host plainly cannot make; fetch nothing."""
    found: dict[str, StackError] = {}
    for want in wanted:
        try:
            _foresee(want, settings, environ)
        except StackError as error:
            found[error.what] = error
    if found:
        first = next(iter(found.values()))
        raise StackError("; ".join(found), where=first.where, remedy=first.remedy)


def _foresee(want: Wanted, settings: Settings, environ: Mapping[str, str]) -> None:
    if want.kind not in KINDS:
        raise StackError(
            f"{want.reference} cannot be made on the host: no recipe for its kind",
            where="base_images_wanted",
            remedy=f"supply it by registry or archive, or give it a kind ({', '.join(KINDS)})",
        )
    if want.kind == "postgres":
        _postgres(want)
    if want.kind == "python":
        interpreters.find_python(settings.python_prefix, want.version, environ)


def choose_recipe(
    want: Wanted, settings: Settings, run: Run, environ: Mapping[str, str], scratch: Path
) -> Recipe:
    """Return the recipe of a wanted image; StackError where the host cannot make it."""
    if want.kind == "postgres":
        return _postgres(want)
    suite = apt.host_release()[1]
    if want.kind == "python":
        prefix = interpreters.find_python(settings.python_prefix, want.version, environ)
        release = interpreters.release_of(run, str(prefix / "bin" / f"python{want.version}"))
        libraries = interpreters.python_libraries(run, prefix, want.version)
        return python_recipe(want.version, release, suite, str(prefix), libraries)
    return _node(want, settings, run, environ, scratch)


def _node(
    want: Wanted, settings: Settings, run: Run, environ: Mapping[str, str], scratch: Path
) -> Recipe:
    registry = settings.npm_registry
    prefix = interpreters.find_node(settings.node_prefix, want.version, run, environ)
    if prefix is None:
        package = f"node-linux-{_ARCHITECTURES.get(platform.machine(), platform.machine())}"
        prefix = npm.fetch_package(registry, package, settings.node_version, scratch)
    tools = prefix / "lib" / "node_modules" / "npm"
    if not (tools / "bin" / "npm-cli.js").is_file():
        tools = npm.fetch_package(registry, "npm", settings.npm_version, scratch)
    (prefix / "bin" / "node").chmod(0o755)
    release = interpreters.release_of(run, str(prefix / "bin" / "node"))
    libraries = interpreters.node_libraries(run, prefix)
    return node_recipe(release, apt.host_release()[1], str(prefix), str(tools), libraries)


def _postgres(want: Wanted) -> Recipe:
    try:
        return postgres_recipe(want.version)
    except KeyError:
        raise StackError(
            f"no Debian release has PostgreSQL {want.version}",
            where="base_images_wanted",
            remedy="choose another version, or supply the image by registry or archive",
        ) from None


def _mirror(recipe: Recipe, settings: Settings) -> Mirror:
    own_release = recipe.suite == apt.host_release()[1]
    found = apt.host_mirror(recipe.suite) if own_release else apt.debian_mirror()
    if settings.mirror:
        return replace(found, uri=settings.mirror)
    if not found.uri:
        raise StackError(
            f"no package source of this host supplies {recipe.suite} main",
            where="base_images_mirror",
            remedy="name a mirror there",
        )
    return found


def _checked(run: Run, argv: list[str], recipe: Recipe) -> None:
    code, out, err = run(argv)
    if code != 0:
        lines = [line for line in (err or out).splitlines() if line.strip()]
        # mmdebstrap's own last word says only that it failed.
        causes = [line for line in lines if "mmdebstrap failed to run" not in line]
        cause = causes[-1] if causes else f"exit code {code}"
        if code == _TIMED_OUT:
            cause = "it was not done in the time that base_images_bootstrap_seconds gives it"
        raise StackError(
            f"making the {recipe.kind} base failed: {cause}",
            where="mmdebstrap" if "mmdebstrap" in argv else "docker import",
            remedy="see log_tail; a mirror that does not answer is named there",
            log_tail=lines[-20:],
        )
