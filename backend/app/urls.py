"""What is wrong with a URL, told without showing it: a URL may hold a password.

The collection and the backend have this same file, so that both judge alike;
tests/unit/test_one_rule.py holds them to it.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

POSTGRES_SCHEMES = ("postgresql", "postgres")
WEB_SCHEMES = ("http", "https")

# Names of /etc/hosts, a container's own among them.
_LOOPBACK_NAMES = ("localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_HOST = re.compile(r"\w([\w.-]*[\w.])?")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_DATABASE_FORM = "user:password@host:5432/database"
_ENCODE = (
    "percent-encode it: python3 -c 'import urllib.parse as u; print(u.quote(input(), safe=\"\"))'"
)


@dataclass(frozen=True)
class UrlParts:
    """A URL cut at its delimiters; nothing is decoded or judged yet."""

    scheme: str
    user: str
    has_user: bool
    password: str | None
    host: str
    port: str | None
    rest: str


def split_url(value: str) -> UrlParts:
    """Cut ``value`` the way a server would; a missing part is empty."""
    match = _SCHEME.match(value)
    scheme = match.group(1).lower() if match else ""
    after = value[match.end() :] if match else value
    end = re.search(r"[/?#]", after)
    authority, rest = (after[: end.start()], after[end.start() :]) if end else (after, "")
    userinfo, at, location = authority.rpartition("@")
    user, colon, password = userinfo.partition(":")
    bracket = re.fullmatch(r"(\[[^\]]*\])(?::(.*))?", location)
    if bracket:
        host, port = bracket.group(1), bracket.group(2)
    else:
        host, has_port, tail = location.partition(":")
        port = tail if has_port else None
    secret = password if at and colon else None
    return UrlParts(scheme, user, bool(at), secret, host, port, rest)


def url_problems(value: str, schemes: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield (what, remedy) for everything wrong with ``value``; neither shows any part of it."""
    form = f"the form is {schemes[0]}://" + ("host:port" if "http" in schemes else _DATABASE_FORM)
    if re.search(r"[\s\x00-\x1f\x7f]", value):
        yield "holds a blank or control character", _ENCODE
    parts = split_url(value)
    if not parts.scheme:
        yield "has no scheme", form
    elif parts.scheme not in schemes:
        yield f"has another scheme than {' or '.join(s + '://' for s in schemes)}", form
    raw = _raw_reserved(parts)
    if raw:
        yield f"holds a raw {raw} in the user or password", _ENCODE
    if _BAD_ESCAPE.search(value) or not _decodes(value):
        yield "holds a bad percent escape", "write a % that is meant as itself as %25"
    if parts.scheme and not raw:
        yield from _location_problems(parts, form)


def _raw_reserved(parts: UrlParts) -> str:
    """Name the raw character that cuts the user or password in two, or ""."""
    userinfo = f"{parts.user}:{parts.password or ''}"
    for character in "@[]":
        if character in userinfo:
            return character
    # A path may hold an @; after a cut password, what is left of it stands for the port.
    database = parts.scheme in POSTGRES_SCHEMES
    path = parts.rest.partition("?")[0] if parts.rest.startswith("/") else parts.rest
    cut = "@" in parts.rest and not is_port(parts.port or "80")
    if not parts.has_user and (cut or (database and "@" in path)):
        return parts.rest[0]
    return "#" if "#" in parts.rest and database else ""


def _location_problems(parts: UrlParts, form: str) -> Iterator[tuple[str, str]]:
    if not parts.host:
        yield "has no host", form
    elif not _is_host(parts.host):
        yield "has a host that is none", form
    # An empty one is the usual one.
    if parts.port and not is_port(parts.port):
        yield "has a bad port", "a whole number from 1 to 65535"


def is_port(text: str) -> bool:
    """Tell whether ``text`` is a TCP port as plain digits, without leading zeros."""
    return bool(re.fullmatch(r"[1-9][0-9]{0,4}", text)) and int(text) <= 65535  # noqa: PLR2004


def is_loopback_host(host: str) -> bool:
    """Tell whether ``host`` means the machine that asks."""
    name = host.strip("[]").lower().rstrip(".")
    if name in _LOOPBACK_NAMES or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_loopback or mapped.is_unspecified)


def _is_host(host: str) -> bool:
    if host.startswith("["):
        try:
            return ipaddress.ip_address(host[1:-1]).version == 6  # noqa: PLR2004
        except ValueError:
            return False
    if re.fullmatch(r"[0-9.]+", host):
        try:
            return bool(ipaddress.IPv4Address(host))
        except ValueError:
            return False
    return bool(_HOST.fullmatch(host)) and ".." not in host


def _decodes(value: str) -> bool:
    try:
        return "\0" not in unquote_to_bytes(value).decode("utf-8")
    except UnicodeDecodeError:
        return False


def decoded(part: str) -> str:
    """Return ``part`` without its percent escapes."""
    return unquote_to_bytes(part).decode("utf-8", "replace")
