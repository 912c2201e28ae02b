"""The probes, and the healthcheck program the image runs."""

import http.server
import threading
import tomllib
from collections.abc import Iterator

import httpx
import pytest

from app import __version__
from app.database.readiness import newest_revision, shipped_migrations
from app.probe import answers_ok

from .conftest import BACKEND, execute, run_alembic, serving

NEWEST = newest_revision()


async def test_health_tells_the_version(client: httpx.AsyncClient) -> None:
    answer = await client.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "version": __version__})


def test_the_version_is_the_projects() -> None:
    project = tomllib.loads((BACKEND / "pyproject.toml").read_text())["project"]
    assert project["version"] == __version__


async def test_ready_with_every_migration_applied(client: httpx.AsyncClient) -> None:
    answer = await client.get("/ready")
    body = answer.json()
    assert (answer.status_code, body["status"], body["schema"]) == (200, "ok", NEWEST)
    told = [(one["revision"], one["backward_compatible"]) for one in body["migrations"]]
    assert told[0][0] == NEWEST and ("0003", False) in told and ("0004", True) in told
    assert told == sorted(told, reverse=True) and len(told) == len(shipped_migrations())


async def test_an_empty_database_lacks_migrations(empty_url: str) -> None:
    async with serving(empty_url) as client:
        answer = await client.get("/ready")
        assert answer.status_code == 503
        assert answer.json() == {"status": "unavailable", "dependency": "migrations"}
        assert run_alembic(empty_url, "upgrade", "head").returncode == 0
        assert (await client.get("/ready")).status_code == 200


@pytest.mark.parametrize("revision", ["other", "0001", ""])
async def test_a_database_of_an_older_version_or_of_another_service_lacks_migrations(
    empty_url: str, revision: str
) -> None:
    await at_revision(empty_url, revision)
    async with serving(empty_url) as client:
        answer = await client.get("/ready")
    assert answer.status_code == 503
    older = {"schema": revision} if revision == "0001" else {}
    assert answer.json() == {"status": "unavailable", "dependency": "migrations", **older}


async def test_a_database_that_a_newer_version_has_migrated_is_ready(empty_url: str) -> None:
    await at_revision(empty_url, "9999")
    async with serving(empty_url) as client:
        answer = await client.get("/ready")
    assert (answer.status_code, answer.json()["schema"]) == (200, "9999")
    assert answer.json()["migrations"][0]["revision"] == NEWEST


async def at_revision(url: str, revision: str) -> None:
    """Leave a database as if a version of the service had migrated it so far."""
    await execute(url, "CREATE TABLE alembic_version (version_num text NOT NULL)")
    await execute(url, "INSERT INTO alembic_version VALUES ($1)", revision)


@pytest.fixture(params=[200, 500])
def server(request: pytest.FixtureRequest) -> Iterator[tuple[int, int]]:
    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(request.param if self.path == "/health" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    with http.server.HTTPServer(("127.0.0.1", 0), Answer) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield listening.server_port, request.param
        listening.shutdown()


def test_the_probe_believes_only_a_200(server: tuple[int, int]) -> None:
    port, status = server
    for host in ("", "0.0.0.0", "::", "127.0.0.1", "localhost"):  # noqa: S104
        assert answers_ok(host, port) is (status == 200)


def test_the_probe_asks_where_the_service_listens(server: tuple[int, int]) -> None:
    port, _ = server
    assert not answers_ok("::1", port)


def test_the_probe_fails_where_nothing_listens() -> None:
    assert not answers_ok("", 1)
