"""Reads what apt on the managed host is configured with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ansible_collections.todo.stack.plugins.module_utils.build.apt_sources import (
    Mirror,
    Source,
    find_mirror,
    listed_in,
    mirror_list,
    mirrors_of,
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
    found = find_mirror(_resolved(parse_sources(_source_files())), codename)
    return Mirror(found.uri, found.security_uri, found.signed_by or _keyring(host_release()[0]))


def sources_of(repository: str, codename: str) -> list[str]:
    """Return the files of this host that have a source of a release at this address."""
    return listed_in(_source_files(), repository, codename)


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


def _source_files() -> dict[str, str]:
    names = [APT / "sources.list", *sorted((APT / "sources.list.d").glob("*"))]
    return {
        str(path): path.read_text(encoding="utf-8", errors="replace")
        for path in names
        if path.suffix in (".list", ".sources") and path.is_file()
    }


def _resolved(sources: list[Source]) -> Iterator[Source]:
    """Yield the sources, those that name a list of mirrors with the mirrors themselves."""
    for source in sources:
        paths = [Path(path) for path in map(mirror_list, source.uris) if path]
        named = [u for path in paths if path.is_file() for u in mirrors_of(path.read_text())]
        yield replace(source, uris=tuple(named)) if named else source


def _keyring(distribution: str) -> str:
    path = KEYRINGS / f"{distribution}-archive-keyring.gpg"
    return str(path) if path.is_file() else ""
