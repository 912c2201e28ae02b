"""Single tasks over HTTP against a real PostgreSQL."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from .conftest import execute

TASKS = "/api/tasks"
FULL = {
    "title": "Buy milk 🥛",
    "notes": "two\nbottles",
    "priority": "high",
    "due_date": "2026-12-24",
    "tags": ["home", "shop"],
}


async def added(client: httpx.AsyncClient, title: str, **fields: object) -> dict[str, Any]:
    answer = await client.post(TASKS, json={"title": title, **fields})
    assert answer.status_code == 201, answer.text
    task: dict[str, Any] = answer.json()
    return task


async def all_tasks(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await client.get(TASKS)).json()["items"]
    return items


async def test_a_new_task_is_open_and_dated(client: httpx.AsyncClient) -> None:
    answer = await client.post(TASKS, json={"title": "  Buy milk 🥛 "})
    assert answer.status_code == 201
    task = answer.json()
    plain: dict[str, Any] = {
        "notes": "",
        "priority": "normal",
        "due_date": None,
        "tags": [],
        "done": False,
    }
    assert plain.items() <= task.items()
    assert task["title"] == "Buy milk 🥛"
    assert str(UUID(task["id"])) == task["id"]
    assert answer.headers["location"] == f"{TASKS}/{task['id']}"
    age = datetime.now(UTC) - datetime.fromisoformat(task["created_at"])
    assert abs(age.total_seconds()) < 60
    assert await all_tasks(client) == [task]
    assert (await client.get(f"{TASKS}/{task['id']}")).json() == task


@pytest.mark.parametrize("at_once", [2, 8])
async def test_a_task_that_is_sent_again_is_made_once(
    client: httpx.AsyncClient, at_once: int
) -> None:
    body = {**FULL, "id": str(uuid4())}
    answers = await asyncio.gather(*(client.post(TASKS, json=body) for _ in range(at_once)))
    answers.append(await client.post(TASKS, json={"title": "Buy bread", "id": body["id"]}))
    assert {answer.status_code for answer in answers} == {201}
    assert {answer.headers["location"] for answer in answers} == {f"{TASKS}/{body['id']}"}
    tasks = await all_tasks(client)
    assert [answer.json() for answer in answers] == tasks * len(answers)
    assert (tasks[0]["id"], tasks[0]["title"]) == (body["id"], FULL["title"])


async def test_a_task_that_was_changed_since_is_not_set_back(client: httpx.AsyncClient) -> None:
    task = await added(client, "Buy milk")
    changed = (await client.patch(f"{TASKS}/{task['id']}", json={"done": True})).json()
    assert await added(client, "Buy milk", id=task["id"]) == changed


async def test_a_task_that_was_deleted_since_is_not_made_again(client: httpx.AsyncClient) -> None:
    task = await added(client, "Buy milk")
    await client.delete(f"{TASKS}/{task['id']}")
    again = await client.post(TASKS, json={"title": "Buy milk", "id": task["id"]})
    assert again.status_code == 404
    assert await all_tasks(client) == []
    await client.post(f"{TASKS}/{task['id']}/restore")
    assert await added(client, "Buy milk", id=task["id"]) == (await all_tasks(client))[0]


async def test_a_task_keeps_every_field(client: httpx.AsyncClient) -> None:
    task = (await client.post(TASKS, json=FULL)).json()
    assert FULL.items() <= task.items()


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Buy oats"},
        {"notes": ""},
        {"priority": "low"},
        {"due_date": None},
        {"due_date": "2027-01-01"},
        {"tags": []},
        {"done": True},
        {"done": True, "tags": ["Zuhause", "zuhause"]},
    ],
)
async def test_a_change_leaves_the_other_fields_alone(
    client: httpx.AsyncClient, change: dict[str, Any]
) -> None:
    task = (await client.post(TASKS, json=FULL)).json()
    changed = await client.patch(f"{TASKS}/{task['id']}", json=change)
    assert changed.status_code == 200
    expected = {**task, **change, "updated_at": changed.json()["updated_at"]}
    if "Zuhause" in expected["tags"]:
        expected["tags"] = ["zuhause"]
    assert changed.json() == expected
    assert changed.json()["updated_at"] > task["updated_at"]
    assert await all_tasks(client) == [expected]


async def test_a_deleted_task_is_gone_until_it_is_restored(client: httpx.AsyncClient) -> None:
    kept, deleted = await added(client, "kept"), await added(client, "deleted", tags=["x"])
    where = f"{TASKS}/{deleted['id']}"
    answer = await client.delete(where)
    assert (answer.status_code, answer.content) == (204, b"")
    assert await all_tasks(client) == [kept]
    assert (await client.get("/api/tags")).json() == {"items": []}
    missing = [await client.delete(where), await client.get(where)]
    missing.append(await client.patch(where, json={"done": True}))
    for refused in missing:
        assert (refused.status_code, refused.json()) == (404, {"detail": "no such task"})
    restored = await client.post(f"{where}/restore")
    assert restored.status_code == 200
    assert restored.json() == {**deleted, "updated_at": restored.json()["updated_at"]}
    assert len(await all_tasks(client)) == 2
    again = await client.post(f"{where}/restore")
    assert (again.status_code, again.json()) == (200, restored.json())


async def test_what_was_deleted_too_long_ago_is_purged(
    client: httpx.AsyncClient, database_url: str
) -> None:
    old, new = await added(client, "old"), await added(client, "new")
    await client.delete(f"{TASKS}/{old['id']}")
    await execute(database_url, "UPDATE tasks SET deleted_at = deleted_at - interval '11 minutes'")
    await execute(database_url, "UPDATE tasks SET deleted_at = NULL WHERE title = 'new'")
    assert (await client.post(f"{TASKS}/{old['id']}/restore")).status_code == 404
    await client.delete(f"{TASKS}/{new['id']}")
    await execute(database_url, "UPDATE tasks SET deleted_at = NULL")
    assert {task["title"] for task in await all_tasks(client)} == {"new", ""}


async def test_what_was_purged_is_not_made_again_by_a_page_that_was_away(
    client: httpx.AsyncClient, database_url: str
) -> None:
    task_id = uuid4()
    sent = {**FULL, "id": str(task_id)}
    await client.post(TASKS, json=sent)
    await client.delete(f"{TASKS}/{task_id}")
    await execute(database_url, "UPDATE tasks SET deleted_at = deleted_at - interval '11 minutes'")
    other = await added(client, "other")
    await client.delete(f"{TASKS}/{other['id']}")
    for _ in range(2):
        again = await client.post(TASKS, json=sent)
        assert (again.status_code, again.json()) == (404, {"detail": "no such task"})
    assert (await client.post(f"{TASKS}/{task_id}/restore")).status_code == 404
    assert await all_tasks(client) == []
    connection = await asyncpg.connect(database_url)
    kept = await connection.fetchrow("SELECT * FROM tasks WHERE uuid = $1", task_id)
    await connection.close()
    assert kept is not None
    content = ("title", "notes", "tags", "due_date", "priority", "done")
    assert [kept[name] for name in content] == ["", "", [], None, "normal", False]
    assert kept["words"].strip() == ""


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
        {"title": "x", "done": True},
        {"title": "x", "id": 1},
        {"title": "x", "id": "1"},
        {"title": "x", "id": None},
        {"title": "x", "user_id": 1},
        {"title": "x", "notes": "x" * 4001},
        {"title": "x", "notes": "nul \x00"},
        {"title": "x", "notes": None},
        {"title": "x", "priority": "urgent"},
        {"title": "x", "due_date": "2026-02-30"},
        {"title": "x", "due_date": "tomorrow"},
        {"title": "x", "due_date": 0},
        {"title": "x", "due_date": "2026-12-24T00:00:00"},
        {"title": "x", "tags": ["two words"]},
        {"title": "x", "tags": ["a,b"]},
        {"title": "x", "tags": [""]},
        {"title": "x", "tags": ["x" * 31]},
        {"title": "x", "tags": [str(number) for number in range(11)]},
        [],
        "x",
    ],
)
async def test_a_wrong_task_is_refused(client: httpx.AsyncClient, body: object) -> None:
    assert (await client.post(TASKS, json=body)).status_code == 422
    assert await all_tasks(client) == []


@pytest.mark.parametrize("title", ["👨‍👩‍👧 family", "全角　空白", "ﻙﺘﺎﺑ", "naïve café", "a\u00a0b"])
async def test_titles_are_in_any_language(client: httpx.AsyncClient, title: str) -> None:
    assert (await added(client, title))["title"] == title


@pytest.mark.parametrize(
    "raw",
    [
        *(b"{", b'{"title": "\\ud800"}', b"\xff\xfe", b"", b"NaN"),
        *(b"[" * 60_000, b"1" * 60_000, b"1e999"),
    ],
    ids=repr,
)
async def test_what_is_not_a_task_in_json_is_refused(client: httpx.AsyncClient, raw: bytes) -> None:
    answer = await client.post(TASKS, content=raw, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 422}
    assert isinstance(answer.json()["detail"], str)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"title": None},
        {"done": None},
        {"title": ""},
        {"id": "1"},
        {"notes": None},
        {"tags": 1},
        {"done": 1},
    ],
)
async def test_a_wrong_change_changes_nothing(client: httpx.AsyncClient, body: object) -> None:
    task = await added(client, "Buy milk")
    assert (await client.patch(f"{TASKS}/{task['id']}", json=body)).status_code == 422
    assert await all_tasks(client) == [task]


@pytest.mark.parametrize("task_id", ["0", "-1", "x", str(2**63), f"{uuid4()}0", "%00"])
async def test_an_id_that_is_none_is_refused(client: httpx.AsyncClient, task_id: str) -> None:
    assert (await client.delete(f"{TASKS}/{task_id}")).status_code == 422


async def test_sql_in_a_title_is_a_title(client: httpx.AsyncClient) -> None:
    title = "'); DROP TABLE tasks; --"
    assert (await added(client, title))["title"] == title


async def test_tags_are_counted(client: httpx.AsyncClient) -> None:
    for tags in (["home"], ["work", "home"], []):
        await added(client, "x", tags=tags)
    counted = (await client.get("/api/tags")).json()
    assert counted == {"items": [{"tag": "home", "count": 2}, {"tag": "work", "count": 1}]}
