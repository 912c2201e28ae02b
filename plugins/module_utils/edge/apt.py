"""Reads what apt on the managed host is configured with."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.todo.stack.plugins.module_utils.build.apt_sources import (
    Mirror,
    find_mirror,
    parse_sources,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import Run

APT = Path("/etc/apt")
KEYRINGS = Path("/usr/share/keyrings")


def host_release() -> tuple[str, str]:
    """Return the distribution's id and codename, such as ``debian`` and ``bookworm``."""
    fields = dict(
        line.split("=", 1)
        for line in Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
        if "=" in line
    )
    return fields.get("ID", "").strip('"'), fields.get("VERSION_CODENAME", "").strip('"')


def host_mirror(codename: str) -> Mirror:
    """Return the mirror this host takes a release from, with a keyring for it."""
    names = [APT / "sources.list", *sorted((APT / "sources.list.d").glob("*"))]
    files = {
        str(path): path.read_text(encoding="utf-8", errors="replace")
        for path in names
        if path.suffix in (".list", ".sources") and path.is_file()
    }
    found = find_mirror(parse_sources(files), codename)
    return Mirror(found.uri, found.security_uri, found.signed_by or _keyring(host_release()[0]))


def debian_mirror() -> Mirror:
    """Return the Debian mirror of this host, without an address when it is no Debian host."""
    distribution, codename = host_release()
    found = host_mirror(codename) if distribution == "debian" else Mirror()
    return found if found.uri else Mirror(signed_by=_keyring("debian"))


def apt_options(run: Run) -> list[str]:
    """Return the settings about stale mirrors that a base on this network needs as well."""
    _code, out, _err = run(["apt-config", "dump"])
    wanted = ("Acquire::Check-Valid-Until ", "Acquire::Check-Date ")
    return [line.rstrip(";") for line in out.splitlines() if line.startswith(wanted)]


def _keyring(distribution: str) -> str:
    path = KEYRINGS / f"{distribution}-archive-keyring.gpg"
    return str(path) if path.is_file() else ""
