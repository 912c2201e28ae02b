"""Tasks over HTTP against a real PostgreSQL."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

TASKS = "/api/tasks"


async def added(client: httpx.AsyncClient, title: str) -> dict[str, Any]:
    answer = await client.post(TASKS, json={"title": title})
    assert answer.status_code == 201
    task: dict[str, Any] = answer.json()
    return task


async def test_a_new_task_is_open_and_dated(client: httpx.AsyncClient) -> None:
    answer = await client.post(TASKS, json={"title": "  Buy milk 🥛 "})
    assert answer.status_code == 201
    task = answer.json()
    assert task["title"] == "Buy milk 🥛"
    assert task["done"] is False
    assert isinstance(task["id"], str)
    assert answer.headers["location"] == f"{TASKS}/{task['id']}"
    age = datetime.now(UTC) - datetime.fromisoformat(task["created_at"])
    assert abs(age.total_seconds()) < 60
    assert (await client.get(TASKS)).json() == [task]


async def test_a_change_leaves_the_other_field_alone(client: httpx.AsyncClient) -> None:
    task = await added(client, "Buy milk")
    where = f"{TASKS}/{task['id']}"
    done = await client.patch(where, json={"done": True})
    assert (done.status_code, done.json()) == (200, {**task, "done": True})
    renamed = await client.patch(where, json={"title": "Buy oats"})
    assert renamed.json() == {**task, "done": True, "title": "Buy oats"}
    assert (await client.get(TASKS)).json() == [renamed.json()]


async def test_a_deleted_task_is_gone(client: httpx.AsyncClient) -> None:
    kept, deleted = await added(client, "kept"), await added(client, "deleted")
    where = f"{TASKS}/{deleted['id']}"
    answer = await client.delete(where)
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await client.get(TASKS)).json() == [kept]
    assert (await client.delete(where)).status_code == 404
    missing = await client.patch(where, json={"done": True})
    assert (missing.status_code, missing.json()) == (404, {"detail": "no such task"})


async def test_pages_follow_the_link_header_to_the_end(client: httpx.AsyncClient) -> None:
    titles = [str(number) for number in range(5)]
    for title in titles:
        await added(client, title)
    seen: list[str] = []
    address: str | None = f"{TASKS}?limit=2"
    while address:
        page = await client.get(address)
        assert len(page.json()) <= 2
        seen += [task["title"] for task in page.json()]
        address = page.links.get("next", {}).get("url")
    assert seen == titles[::-1]


async def test_a_page_stays_right_while_tasks_are_added(client: httpx.AsyncClient) -> None:
    for title in ("old", "middle", "new"):
        await added(client, title)
    first = await client.get(f"{TASKS}?limit=2")
    await added(client, "newest")
    second = await client.get(first.links["next"]["url"])
    assert [task["title"] for task in second.json()] == ["old"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"title": ""},
        {"title": " \t "},
        {"title": "x" * 201},
        {"title": None},
        {"title": 7},
        {"title": "two\nlines"},
        {"title": "nul \x00"},
        {"title": "right-to-left \u202e override"},
        {"title": "x", "done": "maybe"},
        {"title": "x", "id": 1},
        [],
        "x",
    ],
)
async def test_a_wrong_task_is_refused(client: httpx.AsyncClient, body: object) -> None:
    assert (await client.post(TASKS, json=body)).status_code == 422
    assert (await client.get(TASKS)).json() == []


@pytest.mark.parametrize("raw", [b"{", b'{"title": "\\ud800"}', b"\xff\xfe", b"", b"NaN"])
async def test_what_is_not_a_task_in_json_is_refused(client: httpx.AsyncClient, raw: bytes) -> None:
    answer = await client.post(TASKS, content=raw, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 422}


@pytest.mark.parametrize("body", [{}, {"title": None}, {"done": None}, {"title": ""}, {"id": "1"}])
async def test_a_wrong_change_changes_nothing(client: httpx.AsyncClient, body: object) -> None:
    task = await added(client, "Buy milk")
    assert (await client.patch(f"{TASKS}/{task['id']}", json=body)).status_code == 422
    assert (await client.get(TASKS)).json() == [task]


@pytest.mark.parametrize("task_id", ["0", "-1", "x", str(2**63), "1.5", "%00"])
async def test_an_id_that_is_none_is_refused(client: httpx.AsyncClient, task_id: str) -> None:
    assert (await client.delete(f"{TASKS}/{task_id}")).status_code == 422


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "before=0", "before=x"])
async def test_a_wrong_page_is_refused(client: httpx.AsyncClient, query: str) -> None:
    assert (await client.get(f"{TASKS}?{query}")).status_code == 422


async def test_sql_in_a_title_is_a_title(client: httpx.AsyncClient) -> None:
    title = "'); DROP TABLE tasks; --"
    assert (await added(client, title))["title"] == title
