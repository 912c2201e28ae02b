"""Reads apt's package sources, to find the mirror a host has been given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

_OFF = ("no", "false", "without", "off", "disable", "0")  # what apt takes for a no


@dataclass(frozen=True)
class Source:
    """One stanza or line of apt's sources that supplies binary packages."""

    uris: tuple[str, ...]
    suites: tuple[str, ...]
    components: tuple[str, ...]
    signed_by: str = ""


@dataclass(frozen=True)
class Mirror:
    """Where a release's packages come from; ``signed_by`` is a keyring's path or empty."""

    uri: str = ""
    security_uri: str = ""
    signed_by: str = ""

    def as_result(self) -> dict[str, str]:
        """Return the fields for a module's result."""
        return asdict(self)


def parse_sources(files: Mapping[str, str]) -> list[Source]:
    """Return the enabled sources of binary packages in files, given by name with their text."""
    found: list[Source] = []
    for name, text in files.items():
        read = _stanzas if name.endswith(".sources") else _lines
        found.extend(read(text))
    return found


def find_mirror(sources: Iterable[Source], codename: str) -> Mirror:
    """Return the mirror of a release, its uri empty when no source has the release itself.

    A third party may serve a suite of the same name: the one with ``-updates`` beside it wins.
    """
    known = list(sources)
    candidates = [s for s in known if codename in s.suites and "main" in s.components]
    if not candidates:
        return Mirror()
    updated = {uri for s in known if f"{codename}-updates" in s.suites for uri in s.uris}
    # A file or a disc of this host is no address that an image, or another suite, could use.
    best = max(candidates, key=lambda s: (_is_remote(s.uris[0]), s.uris[0] in updated))
    # A mirror that serves one release's security updates serves the others' beside it.
    security = [s for s in known if any(suite.endswith("-security") for suite in s.suites)]
    security.sort(key=lambda s: f"{codename}-security" not in s.suites)
    return Mirror(
        uri=best.uris[0].rstrip("/"),
        security_uri=security[0].uris[0].rstrip("/") if security else "",
        # A key written into the stanza itself has no path to pass on.
        signed_by=best.signed_by if best.signed_by.startswith("/") else "",
    )


def listed_in(files: Mapping[str, str], repository: str, codename: str) -> list[str]:
    """Return the names of the files with an enabled source of a release at this address.

    apt refuses everything while two sources of one address name different keys.
    """
    wanted = _place(repository)
    return [
        name
        for name, text in files.items()
        for source in parse_sources({name: text})
        if codename in [suite.rstrip("/") for suite in source.suites]
        and wanted in [_place(uri) for uri in source.uris]
    ]


def mirror_list(uri: str) -> str:
    """Return the path of the list that a ``mirror+file:`` source is read from, empty for others."""
    kind, _, path = uri.partition(":")
    return "/" + path.lstrip("/") if kind == "mirror+file" and path else ""


def mirrors_of(text: str) -> tuple[str, ...]:
    """Return the addresses in a mirror list that serve packages, the preferred first."""
    found = []
    for line in text.splitlines():
        uri, *options = line.partition("#")[0].split() or [""]
        pairs = [option.partition(":")[::2] for option in options]
        types = [value for name, value in pairs if name == "type"]
        priority = [
            int(value)
            for name, value in pairs
            if name == "priority" and re.fullmatch("[0-9]{1,9}", value)
        ]
        if uri and (not types or {"deb", "index"} & set(types)):
            found.append((priority[0] if priority else 0, uri))
    return tuple(uri for _, uri in sorted(found, key=lambda one: one[0]))


def _is_remote(uri: str) -> bool:
    return uri.startswith(("http://", "https://"))


def _place(uri: str) -> str:
    """Return what apt compares of an address: neither how it is fetched nor by whom."""
    place = uri.rstrip("/").partition("://")[2].lower()
    host, slash, path = place.partition("/")
    return host.rpartition("@")[2] + slash + path


def _stanzas(text: str) -> list[Source]:
    found = []
    for block in text.split("\n\n"):
        fields = _fields(block)
        if fields.get("enabled", "yes").lower() in _OFF:
            continue
        if "deb" not in fields.get("types", "").split() or not fields.get("uris"):
            continue
        found.append(
            Source(
                uris=tuple(fields["uris"].split()),
                suites=tuple(fields.get("suites", "").split()),
                components=tuple(fields.get("components", "").split()),
                signed_by=fields.get("signed-by", "").strip(),
            )
        )
    return found


def _fields(block: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    name = ""
    for line in block.splitlines():
        if line.startswith("#"):
            continue
        if line[:1] in (" ", "\t") and name:
            fields[name] += "\n" + line.strip()
        elif ":" in line:
            name, value = line.split(":", 1)
            name = name.strip().lower()
            fields[name] = value.strip()
    return fields


def _lines(text: str) -> list[Source]:
    found = []
    for raw in text.splitlines():
        kind, *rest = raw.split("#", 1)[0].split(maxsplit=1)[:2] or [""]
        if kind != "deb" or not rest:
            continue
        options, named = _options(rest[0].strip())
        uri, *words = named.replace('"', "").split() or [""]
        if uri and words:
            found.append(
                Source((uri,), (words[0],), tuple(words[1:]), options.get("signed-by", ""))
            )
    return found


def _options(rest: str) -> tuple[dict[str, str], str]:
    if not rest.startswith("["):
        return {}, rest
    inside, _, after = rest[1:].partition("]")
    pairs = (word.partition("=") for word in inside.replace('"', "").split())
    return {name.lower(): value for name, _, value in pairs}, after.strip()
