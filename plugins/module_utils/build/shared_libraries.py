"""Which packages own the shared libraries that programs are linked with."""

from __future__ import annotations

import re

_LINKED = re.compile(r"^\s*(\S+) => (/\S+)", re.MULTILINE)
# Not the private copies that some packages keep in folders of their own.
_PUBLIC = re.compile(r"^(?:/usr)?/lib/[^/]+/[^/]+$")
# Every base has these, whatever it is for.
_ALWAYS_THERE = {"libc6"}


def linked_libraries(ldd: str, prefix: str) -> list[str]:
    """Return the sonames in the output of ``ldd`` that lie outside ``prefix``."""
    return sorted(
        {name for name, path in _LINKED.findall(ldd) if not path.startswith(f"{prefix}/")}
    )


def owners(dpkg_search: str) -> list[str]:
    """Return the packages in the output of ``dpkg-query --search``, without architecture."""
    found: set[str] = set()
    for line in dpkg_search.splitlines():
        packages, separator, path = line.partition(": ")
        if separator and _PUBLIC.match(path) and not packages.startswith("diversion"):
            found.update(name.strip().split(":")[0] for name in packages.split(","))
    return sorted(found - _ALWAYS_THERE)
