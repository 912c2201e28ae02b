"""A fresh, migrated database for the run, an empty one for each test, and the application."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import httpx
import pytest
from pydantic import SecretStr

from app.accounts import passwords
from app.main import create_app
from app.settings import Settings

from .people import SECRET, carry, signed_up

BACKEND = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def quick_passwords(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash in no time, but where a test is about that: it is marked `real_passwords`."""
    if "real_passwords" not in request.keywords:
        monkeypatch.setattr(passwords, "MEMORY_KIB", 8)
        monkeypatch.setattr(passwords, "TIME_COST", 1)


@pytest.fixture(scope="session")
def server_url() -> str:
    """The PostgreSQL server to test against; a run without one is a failure, not a skip."""
    url = os.environ.get("TEST_DATABASE_URL")
    assert url, "TEST_DATABASE_URL is not set: see tests/compose.yaml"
    return url


@pytest.fixture
async def empty_url(server_url: str) -> AsyncIterator[str]:
    """A database without any table."""
    async with _temporary_database(server_url) as url:
        yield url


@pytest.fixture(scope="session")
async def migrated_url(server_url: str) -> AsyncIterator[str]:
    """One database at the newest revision for the whole run."""
    async with _temporary_database(server_url) as url:
        run_alembic(url, "upgrade", "head").check_returncode()
        yield url


@pytest.fixture
async def database_url(migrated_url: str) -> str:
    """The migrated database, without users and tasks."""
    await execute(migrated_url, "DELETE FROM users; DELETE FROM tasks; DELETE FROM uses")
    return migrated_url


@pytest.fixture
async def stranger(database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application on the empty tables, not signed in."""
    async with serving(database_url) as client:
        yield client


@pytest.fixture
async def client(stranger: httpx.AsyncClient) -> httpx.AsyncClient:
    """The same client, signed in as Ada."""
    carry(stranger, await signed_up(stranger, "ada"))
    return stranger


def settings(url: str, **others: Any) -> Settings:
    """Return the settings of a test; the environment plays no part in those given."""
    return Settings(database_url=SecretStr(url), better_auth_secret=SecretStr(SECRET), **others)


@asynccontextmanager
async def serving(url: str, **others: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Run the application against any address, as the server would, and give its client."""
    app = create_app(settings(url, **others))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://backend", timeout=30) as client,
    ):
        yield client


async def execute(url: str, statement: str, *values: object) -> None:
    """Run one statement on a database."""
    connection = await asyncpg.connect(url)
    await connection.execute(statement, *values)
    await connection.close()


def run_alembic(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the one-shot step as the image does."""
    return subprocess.run(
        [sys.executable, "-m", "alembic", *arguments],
        cwd=BACKEND,
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@asynccontextmanager
async def _temporary_database(server_url: str) -> AsyncIterator[str]:
    """Make a database whose owner, as the application's role in the stack, is no superuser."""
    name = f"test_{uuid4().hex}"
    connection = await asyncpg.connect(server_url)
    await connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{name}'")
    await connection.execute(f"CREATE DATABASE {name} OWNER {name}")
    try:
        yield urlsplit(server_url)._replace(netloc=_as(name, server_url), path=name).geturl()
    finally:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await connection.execute(f"DROP ROLE {name}")
        await connection.close()


def _as(role: str, url: str) -> str:
    return f"{role}:{role}@{urlsplit(url).netloc.rpartition('@')[2]}"
