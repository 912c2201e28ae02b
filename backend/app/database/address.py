"""Translate a PostgreSQL URL, as Neon and libpq print it, into what asyncpg takes."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

SCHEMES = frozenset({"postgres", "postgresql"})
SSL_MODES = frozenset({"disable", "allow", "prefer", "require", "verify-ca", "verify-full"})
SERVER_SETTINGS = frozenset({"application_name", "options"})
# asyncpg has no channel binding; verify-full is the protection to ask for in its place.
DROPPED = frozenset({"channel_binding", "connect_timeout"})
KNOWN = SERVER_SETTINGS | DROPPED | {"sslmode", "sslrootcert", "pgbouncer"}


@dataclass(frozen=True)
class DatabaseAddress:
    """Where the database is. `connect_args` go to asyncpg; `pooled`: a PgBouncer is in between."""

    url: URL
    pooled: bool
    connect_args: Mapping[str, Any] = field(repr=False)


def read_address(raw: str) -> DatabaseAddress:
    """Translate a `postgres[ql]://` URL. Raises ValueError, which never quotes it."""
    url = _parsed(raw)
    query = {name: _single(name, value) for name, value in url.query.items()}
    unknown = sorted(name for name in query if name not in KNOWN)
    if unknown:
        raise ValueError(f"has {len(unknown)} unknown query parameter(s); known: {_listed(KNOWN)}")
    pooled = "-pooler." in str(url.host) or query.get("pgbouncer") == "true"
    return DatabaseAddress(
        url=url.set(drivername="postgresql+asyncpg", query={}),
        pooled=pooled,
        connect_args=_connect_args(query, pooled=pooled),
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


def _single(name: str, value: str | tuple[str, ...]) -> str:
    if isinstance(value, str):
        return value
    raise ValueError(f"gives {name if name in KNOWN else 'a parameter'} more than once")


def _connect_args(query: Mapping[str, str], *, pooled: bool) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    if "sslmode" in query:
        arguments["ssl"] = _tls(query["sslmode"], query.get("sslrootcert", "system"))
    server_settings = {name: query[name] for name in SERVER_SETTINGS if name in query}
    if server_settings:
        arguments["server_settings"] = server_settings
    if pooled:
        # In transaction mode the next statement may meet another server session, so neither
        # cache may keep a prepared statement, and two sessions must not name theirs alike.
        arguments["statement_cache_size"] = 0
        arguments["prepared_statement_cache_size"] = 0
        arguments["prepared_statement_name_func"] = lambda: f"__todo_{uuid4().hex}__"
    return arguments


def _tls(mode: str, root_certificate: str) -> str | ssl.SSLContext:
    if mode not in SSL_MODES:
        raise ValueError(f"has an unknown sslmode; known: {_listed(SSL_MODES)}")
    if not mode.startswith("verify-"):
        return mode
    try:
        context = ssl.create_default_context(
            cafile=None if root_certificate == "system" else root_certificate
        )
    except OSError:
        raise ValueError("names an sslrootcert that cannot be read") from None
    context.check_hostname = mode == "verify-full"
    return context


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))
