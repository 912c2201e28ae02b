"""What an image must not hold: setuid files, compilers, package managers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.judge.check import Check
from ansible_collections.todo.stack.plugins.module_utils.judge.container import absent, missing
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Observation

# Raised with these rules: what was recorded by others is looked at again.
EDITION = 1
TOOLS = frozenset(
    [
        *("apk", "apt", "apt-get", "apt-cache", "aptitude", "dpkg", "dpkg-deb", "dnf", "yum"),
        *("microdnf", "rpm", "zypper", "pacman", "pip", "pip3", "pipx", "uv", "uvx", "poetry"),
        *("conda", "easy_install", "npm", "npx", "yarn", "pnpm", "corepack", "gem", "cargo"),
        *("gcc", "cc", "c89", "c99", "g++", "c++", "cpp", "clang", "clang++", "tcc", "rustc", "go"),
        *("javac", "as", "ld", "ld.bfd", "ld.gold", "make", "cmake", "ninja", "node-gyp"),
    ]
)
PROGRAM_FOLDERS = ("bin", "sbin", ".bin")
# Folders that are package managers however they are started.
TOOL_FOLDERS = ("site-packages/pip", "dist-packages/pip", "node_modules/npm")
LIMIT = "no setuid file, no tool"
_SHOWN = 5


def contents(contract: Mapping[str, Any], seen: Observation) -> Check:
    """Return whether the image's files are those of a runtime image."""
    measured, message = missing(seen, inside=True), absent(contract, seen, inside=True)
    if not message:
        strays = [*seen.contents.setuid, *seen.contents.tools]
        counts = {"setuid": len(seen.contents.setuid), "tools": len(seen.contents.tools)}
        measured = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
        measured = measured or "none"
        if strays:
            more = f" and {len(strays) - _SHOWN} more" if len(strays) > _SHOWN else ""
            message = f"take out in the Dockerfile: {', '.join(strays[:_SHOWN])}{more}"
        message = seen.contents.problem or message
    return Check(contract["service"], "contents", not message, measured, LIMIT, "", message)


def is_tool(path: str, *, executable: bool) -> bool:
    """Tell whether a file or folder of an image is a compiler or package manager."""
    folder, _, name = path.rpartition("/")
    program = executable and name in TOOLS and folder.rpartition("/")[2] in PROGRAM_FOLDERS
    return program or path.endswith(TOOL_FOLDERS)
