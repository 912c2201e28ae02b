"""What Prometheus reads."""

from collections.abc import AsyncIterator

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from .conftest import serving
from .people import METRICS_TOKEN as TOKEN
from .people import carry, signed_up


@pytest.fixture
async def client(database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """Ada's client of an application whose numbers can be read."""
    async with serving(database_url, metrics_token=SecretStr(TOKEN)) as client:
        carry(client, await signed_up(client, "ada"))
        yield client


async def test_the_numbers_are_shown_to_who_holds_their_token_alone(
    client: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    for token in ("", "x", TOKEN[:-1], TOKEN + "x", "\u00e4", TOKEN.lower()):
        header = {b"Authorization": f"Bearer {token}".encode()}
        assert (await client.get("/metrics", headers=header)).status_code == 404
    # The access token of an account is none, and without a token set there is none.
    assert (await client.get("/metrics")).status_code == 404
    for given in ({}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {TOKEN}"}):
        assert (await stranger.get("/metrics", headers=given)).status_code == 404


async def test_requests_are_counted_by_route_and_show_no_address(
    client: httpx.AsyncClient,
) -> None:
    task = (await client.post("/api/tasks", json={"title": "x"})).json()
    for _ in range(2):
        await client.get(f"/api/tasks/{task['id']}")
    await client.get("/api/tasks/00000000-0000-0000-0000-000000000000?q=s3cr")
    await client.get("/wp-admin/s3cr")
    await client.request("S3CR", "/health")
    answer = await client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.headers["content-type"].startswith("text/plain; version=")
    counts = {
        tuple(sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
        if sample.name == "todo_http_request_seconds_count"
    }
    assert counts[("GET", "/api/tasks/{task_id}", "200")] == 2
    assert counts[("GET", "/api/tasks/{task_id}", "404")] == 1
    assert counts[("POST", "/api/tasks", "201")] == 1
    assert counts[("GET", "none", "404")] == 1
    assert counts[("other", "/health", "405")] == 1
    assert "s3cr" not in answer.text.lower()
    assert "process_resident_memory_bytes" in answer.text
