"""Recipes of base images made from a Debian mirror and an interpreter: what to run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ansible_collections.todo.stack.plugins.module_utils.build.apt_sources import Mirror
from ansible_collections.todo.stack.plugins.module_utils.build.base_image import (
    MADE_FROM_LABEL,
    ORIGIN_LABEL,
)

KINDS = ("python", "node", "postgres")
POSTGRES_SUITES = {"13": "bullseye", "15": "bookworm", "17": "trixie"}

_MERGED_USR = "/usr/share/mmdebstrap/hooks/maybe-merged-usr"
_PATH = "PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
_LEAVE_OUT = [
    "/usr/share/doc/*",
    "/usr/share/man/*",
    "/usr/share/info/*",
    "/usr/share/locale/*",
    "/usr/share/i18n/*",
    "/usr/lib/*/gconv/*",
]
# PostgreSQL compiles queries with LLVM, which is twice as large as everything else.
_LEAVE_OUT_POSTGRES = [
    "/usr/lib/llvm-*",
    "/usr/lib/*/libLLVM*",
    "/usr/lib/*/libz3.so*",
    "/usr/lib/postgresql/*/lib/bitcode/*",
    "/usr/lib/postgresql/*/lib/llvmjit*",
]


@dataclass(frozen=True)
class Recipe:
    """How one base is made. ``version`` is the full version of what it carries."""

    kind: str
    version: str
    suite: str
    packages: tuple[str, ...]
    made_from: str
    environment: dict[str, str] = field(default_factory=dict)


def python_recipe(
    version: str, release: str, suite: str, prefix: str, libraries: Sequence[str]
) -> Recipe:
    """Return the recipe of a base with the CPython ``version`` of a prefix of the host."""
    return Recipe(
        kind="python",
        version=release,
        suite=suite,
        packages=("ca-certificates", "netbase", "passwd", "tzdata", *libraries),
        made_from=f"Debian packages ({suite}) and CPython {release} of the build machine",
        environment={"BASE_PREFIX": prefix, "BASE_VERSION": version},
    )


def node_recipe(
    release: str, suite: str, prefix: str, npm: str, libraries: Sequence[str]
) -> Recipe:
    """Return the recipe of a base with a Node.js prefix and the folder of an npm."""
    return Recipe(
        kind="node",
        version=release,
        suite=suite,
        packages=("passwd", *libraries),
        made_from=f"Debian packages ({suite}) and Node.js {release}",
        environment={"BASE_PREFIX": prefix, "BASE_NPM": npm},
    )


def postgres_recipe(version: str) -> Recipe:
    """Return the recipe of a PostgreSQL image; KeyError where no Debian release has the version."""
    suite = POSTGRES_SUITES[version]
    return Recipe(
        kind="postgres",
        version=version,
        suite=suite,
        packages=(f"postgresql-{version}", "tzdata"),
        made_from=f"Debian packages ({suite}), PostgreSQL {version} without LLVM",
        environment={"BASE_VERSION": version},
    )


def mmdebstrap_argv(
    recipe: Recipe, mirror: Mirror, scripts: str, target: str, apt_options: Sequence[str]
) -> list[str]:
    """Return the command that writes the base's file system to the tar file ``target``."""
    leave_out = _LEAVE_OUT + (_LEAVE_OUT_POSTGRES if recipe.kind == "postgres" else [])
    settings = ['Acquire::Languages "none"', 'APT::Install-Recommends "false"', *apt_options]
    argv = ["mmdebstrap", "--quiet", "--mode=root", "--variant=apt", f"--hook-dir={_MERGED_USR}"]
    argv += [f"--include={','.join(recipe.packages)}"]
    argv += [f"--dpkgopt=path-exclude={path}" for path in leave_out]
    argv += ["--dpkgopt=path-include=/usr/share/doc/*/copyright"]
    argv += [f"--aptopt={setting}" for setting in settings]
    if recipe.kind == "postgres":
        # Its socket folder under /run is part of the image: a tmpfs there inherits the mode.
        argv += ["--skip=cleanup/run", f"--essential-hook={scripts}/postgres-user.sh"]
    argv += [f"--customize-hook={scripts}/{recipe.kind}.sh"]
    argv += [f"--customize-hook={scripts}/common.sh"]
    return [*argv, recipe.suite, target, *source_lines(mirror, recipe.suite)]


def source_lines(mirror: Mirror, suite: str) -> list[str]:
    """Return the base's package sources as lines of sources.list."""
    option = f"[signed-by={mirror.signed_by}] " if mirror.signed_by else ""
    lines = [f"deb {option}{mirror.uri} {name} main" for name in (suite, f"{suite}-updates")]
    if mirror.security_uri:
        lines.append(f"deb {option}{mirror.security_uri} {suite}-security main")
    return lines


def import_argv(recipe: Recipe, tar: str, name: str) -> list[str]:
    """Return the command that makes an image of the tar file and prints its id."""
    instructions = [
        *_configuration(recipe),
        f"LABEL {ORIGIN_LABEL}=bootstrap",
        f'LABEL {MADE_FROM_LABEL}="{recipe.made_from}"',
    ]
    changes = [part for line in instructions for part in ("--change", line)]
    return ["docker", "import", *changes, tar, name]


def _configuration(recipe: Recipe) -> list[str]:
    if recipe.kind == "python":
        return [f"ENV {_PATH} LANG=C.UTF-8 PYTHON_VERSION={recipe.version}", 'CMD ["python3"]']
    if recipe.kind == "node":
        return [f"ENV {_PATH} NODE_VERSION={recipe.version}", 'CMD ["node"]']
    return [
        f"ENV {_PATH} LANG=C.UTF-8 PG_MAJOR={recipe.version} PGDATA=/var/lib/postgresql/data",
        "USER 999:999",
        "VOLUME /var/lib/postgresql/data",
        "EXPOSE 5432",
        "STOPSIGNAL SIGINT",
        'ENTRYPOINT ["docker-entrypoint.sh"]',
        'CMD ["postgres"]',
    ]
