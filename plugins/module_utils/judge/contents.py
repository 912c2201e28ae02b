"""What an image must not hold: setuid files, compilers, package managers."""

from __future__ import annotations

from ansible_collections.todo.stack.plugins.module_utils.judge.check import Finding
from ansible_collections.todo.stack.plugins.module_utils.judge.subject import Subject, each
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Container

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


def contents(subject: Subject) -> Finding:
    """Return whether the image's files are those of a runtime image."""
    measured, fault = each(subject, _strays, inside=True)
    return Finding(measured, LIMIT, fault)


def _strays(container: Container) -> tuple[str, str]:
    found = container.contents
    strays = [*found.setuid, *found.tools]
    counts = {"setuid": len(found.setuid), "tools": len(found.tools)}
    measured = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
    if found.problem:
        return "unknown", found.problem
    if not strays:
        return "none", ""
    more = f" and {len(strays) - _SHOWN} more" if len(strays) > _SHOWN else ""
    return measured, f"take out in the Dockerfile: {', '.join(strays[:_SHOWN])}{more}"


def is_tool(path: str, *, executable: bool) -> bool:
    """Tell whether a file or folder of an image is a compiler or package manager."""
    folder, _, name = path.rpartition("/")
    program = executable and name in TOOLS and folder.rpartition("/")[2] in PROGRAM_FOLDERS
    return program or path.endswith(TOOL_FOLDERS)
