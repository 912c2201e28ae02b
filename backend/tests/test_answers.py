"""What every answer has, and what none has."""

import json
import logging
from collections.abc import AsyncIterator

import httpx
import pytest

from app.logs import JsonFormatter
from app.main import MAX_BODY_BYTES
from app.tasks import store

SECURITY_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


def break_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("postgresql://todo:s3cr@db/todo")

    monkeypatch.setattr(store, "list_tasks", broken)


@pytest.mark.parametrize("path", ["/health", "/ready", "/api/tasks", "/nowhere", "/api/tasks/"])
async def test_every_answer_has_security_headers(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert SECURITY_HEADERS.items() <= dict(answer.headers).items()
    assert "server" not in answer.headers


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
async def test_the_documentation_is_off(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


async def test_a_refusal_does_not_echo_what_was_sent(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/tasks", json={"title": 7, "token": "s3cr"})
    assert answer.status_code == 422
    assert answer.json() == {
        "detail": "title: Input should be a valid string; token: Extra inputs are not permitted"
    }


async def test_an_unexpected_error_is_generic_and_enveloped(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    break_the_store(monkeypatch)
    answer = await client.get("/api/tasks")
    assert (answer.status_code, answer.json()) == (500, {"detail": "internal error"})
    assert SECURITY_HEADERS.items() <= dict(answer.headers).items()
    record = next(record for record in caplog.records if record.exc_info)
    line = json.loads(JsonFormatter().format(record))
    assert line["error"] == "RuntimeError"
    assert "s3cr" not in json.dumps(line)


async def test_a_request_keeps_its_id_into_the_answer(client: httpx.AsyncClient) -> None:
    answer = await client.get("/health", headers={"X-Request-ID": "edge-4711.a"})
    assert answer.headers["x-request-id"] == "edge-4711.a"


@pytest.mark.parametrize("offered", ["short", "x" * 65, "a b c d e f", '"}{"level":"x'])
async def test_an_unfit_request_id_is_replaced(client: httpx.AsyncClient, offered: str) -> None:
    answer = await client.get("/health", headers={"X-Request-ID": offered})
    assert len(answer.headers["x-request-id"]) == 32


async def test_a_request_is_logged_without_its_query(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="app")
    await client.get("/api/tasks?limit=5&q=s3cr")
    await client.get("/health")
    lines = [json.loads(JsonFormatter().format(record)) for record in caplog.records]
    assert [(line["path"], line["status"]) for line in lines] == [("/api/tasks", 200)]
    assert "s3cr" not in json.dumps(lines)


async def test_a_body_over_the_limit_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/tasks", json={"title": "x" * MAX_BODY_BYTES})
    assert answer.status_code == 413
    assert SECURITY_HEADERS.items() <= dict(answer.headers).items()


async def test_a_body_over_the_limit_is_refused_before_anything_is_done(
    client: httpx.AsyncClient,
) -> None:
    task = (await client.post("/api/tasks", json={"title": "x"})).json()
    body = b" " * (MAX_BODY_BYTES + 1)
    answer = await client.request("DELETE", f"/api/tasks/{task['id']}", content=body)
    assert answer.status_code == 413
    assert (await client.get("/api/tasks")).json()["items"] == [task]


async def test_a_body_of_unknown_length_is_cut_off(client: httpx.AsyncClient) -> None:
    async def stream() -> AsyncIterator[bytes]:
        for _ in range(1024):
            yield b" " * 1024

    answer = await client.post(
        "/api/tasks", content=stream(), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 413


async def test_a_form_from_a_foreign_page_is_no_task(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/api/tasks", content=b'{"title": "x"}', headers={"Content-Type": "text/plain"}
    )
    assert answer.status_code == 422
