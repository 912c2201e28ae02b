"""Translate a PostgreSQL URL, as Neon, libpq and other tools write it, into what asyncpg takes."""

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

SCHEMES = frozenset({"postgres", "postgresql"})
SSL_MODES = frozenset({"disable", "allow", "prefer", "require", "verify-ca", "verify-full"})
# node-postgres says so; libpq's `require` asks for just that.
UNVERIFIED = "no-verify"
# What other tools write for an sslmode.
OTHER_SSL_NAMES: Mapping[str, Callable[[str], str]] = {
    "ssl": lambda value: "disable" if value in {"false", "0"} else "require",
    "sslaccept": lambda value: "verify-full" if value == "strict" else "require",
}
# Nothing is lost when these are left out: they tune TLS and weaken nothing by their absence.
HARMLESS_SSL_NAMES = frozenset({"sslcompression", "sslsni", "sslnegotiation"})
KNOWN_SSL_NAMES = {"sslmode", "sslrootcert"} | HARMLESS_SSL_NAMES | set(OTHER_SSL_NAMES)
SERVER_SETTINGS = frozenset({"application_name", "options", "search_path"})
SCHEMA_NAMES = ("schema", "currentSchema")
# libpq's other places for what this service reads before the ?.
PLACES = frozenset({"host", "hostaddr", "port", "dbname"})
# PostgreSQL looks there unless it is told otherwise; a pooler may refuse to be told.
USUAL_SCHEMA = "public"


class UnusableCertificateError(Exception):
    """The file with the certificates of authorities is not there, or holds none."""

    def __init__(self) -> None:
        super().__init__("names an sslrootcert that cannot be read")


@dataclass(frozen=True)
class Tls:
    """What an sslmode asks for; `root_certificate` is a file, or `system`."""

    mode: str
    root_certificate: str

    def as_argument(self) -> str | ssl.SSLContext:
        """Return what asyncpg takes. Raises UnusableCertificateError."""
        if not self.mode.startswith("verify-"):
            return self.mode
        file = None if self.root_certificate == "system" else self.root_certificate
        try:
            context = ssl.create_default_context(cafile=file)
        except OSError:
            raise UnusableCertificateError from None
        context.check_hostname = self.mode == "verify-full"
        return context


@dataclass(frozen=True)
class DatabaseAddress:
    """Where the database is. `schema`: the only one to look into, None for PostgreSQL's own way.

    `pooled`: a PgBouncer is in between.
    """

    url: URL
    pooled: bool
    schema: str | None
    tls: Tls | None
    server_settings: Mapping[str, str] = field(repr=False)

    def connect_args(self) -> dict[str, Any]:
        """Return asyncpg's arguments. Raises UnusableCertificateError."""
        arguments: dict[str, Any] = {}
        if self.tls is not None:
            arguments["ssl"] = self.tls.as_argument()
        if self.server_settings:
            arguments["server_settings"] = dict(self.server_settings)
        if self.pooled:
            # In transaction mode the next statement may meet another server session, so neither
            # cache may keep a prepared statement, and two sessions must not name theirs alike.
            arguments["statement_cache_size"] = 0
            arguments["prepared_statement_cache_size"] = 0
            arguments["prepared_statement_name_func"] = lambda: f"__todo_{uuid4().hex}__"
        return arguments


def read_address(raw: str) -> DatabaseAddress:
    """Translate a `postgres[ql]://` URL, touching nothing. Raises ValueError, never quoting it.

    Parameters of other tools (pools, timeouts, prepared statements) are left out: the service has
    its own. One that is about TLS and is not understood is refused, for it may ask for more
    protection than there would be.
    """
    url = _parsed(raw)
    query = {name: _single(name, value) for name, value in url.query.items()}
    if any(_asks_for_tls(name) and name not in KNOWN_SSL_NAMES for name in query):
        raise ValueError(f"has an unknown ssl parameter; known: {_listed(KNOWN_SSL_NAMES)}")
    if places := sorted(PLACES & query.keys()):
        raise ValueError(f"gives {' and '.join(places)} after the ?, where nothing looks")
    schema = next((query[name] for name in SCHEMA_NAMES if query.get(name)), USUAL_SCHEMA)
    settings = {name: query[name] for name in SERVER_SETTINGS if name in query}
    if schema != USUAL_SCHEMA:
        settings["search_path"] = '"{}"'.format(schema.replace('"', '""'))
    return DatabaseAddress(
        url=url.set(
            drivername="postgresql+asyncpg",
            # JDBC's and libpq's other place for them.
            username=url.username or query.get("user"),
            password=url.password or query.get("password"),
            query={},
        ),
        pooled="-pooler." in str(url.host) or query.get("pgbouncer") == "true",
        schema=None if schema == USUAL_SCHEMA else schema,
        tls=_tls(query),
        server_settings=settings,
    )


def _parsed(raw: str) -> URL:
    if any(character.isspace() or not character.isprintable() for character in raw):
        raise ValueError("contains a blank or a control character")
    try:
        url = make_url(raw)
    except (ArgumentError, ValueError):
        raise ValueError("cannot be read as a URL") from None
    if url.drivername not in SCHEMES:
        raise ValueError("must begin with postgresql:// or postgres://")
    if not url.host:
        raise ValueError("names no host")
    if url.port is not None and not 1 <= url.port <= 65535:  # noqa: PLR2004
        raise ValueError("has a port outside 1 to 65535")
    if not url.database:
        raise ValueError("names no database")
    return url


def _asks_for_tls(name: str) -> bool:
    """Tell whether a parameter is about TLS, in any spelling: libpq heeds small letters alone."""
    return name.lower().startswith(("ssl", "requiressl", "usessl", "tls"))


def _single(name: str, value: str | tuple[str, ...]) -> str:
    if isinstance(value, str):
        return value
    if name in KNOWN_SSL_NAMES:
        raise ValueError(f"gives {name} more than once")
    return value[-1]


def _tls(query: Mapping[str, str]) -> Tls | None:
    asked = [read(query[name]) for name, read in OTHER_SSL_NAMES.items() if name in query]
    mode = query.get("sslmode") or (asked[-1] if asked else None)
    if mode is None:
        return None
    mode = "require" if mode == UNVERIFIED else mode
    if mode not in SSL_MODES:
        raise ValueError(f"has an unknown sslmode; known: {_listed(SSL_MODES)}")
    return Tls(mode, query.get("sslrootcert", "system"))


def _listed(names: frozenset[str] | set[str]) -> str:
    return ", ".join(sorted(names))
