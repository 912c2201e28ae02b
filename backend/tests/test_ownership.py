"""Another user's task answers like one that does not exist."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from .people import bearer, signed_up

TASKS = "/api/tasks"


@pytest.fixture
async def hers(stranger: httpx.AsyncClient) -> dict[str, Any]:
    """A task of Ada's, and the headers of both."""
    ada, bob = [await signed_up(stranger, name) for name in ("ada", "bob")]
    body = {"title": "hers", "tags": ["secret"]}
    task = (await stranger.post(TASKS, json=body, headers=bearer(ada))).json()
    return {"task": task, "ada": bearer(ada), "bob": bearer(bob)}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "{id}", None),
        ("PATCH", "{id}", {"title": "his"}),
        ("DELETE", "{id}", None),
        ("POST", "{id}/restore", None),
    ],
)
async def test_it_can_be_neither_seen_nor_touched(
    stranger: httpx.AsyncClient, hers: dict[str, Any], method: str, path: str, body: object
) -> None:
    if path.endswith("restore"):
        await stranger.delete(f"{TASKS}/{hers['task']['id']}", headers=hers["ada"])
    answers = [
        await stranger.request(
            method, f"{TASKS}/{path.format(id=task_id)}", json=body, headers=hers["bob"]
        )
        for task_id in (hers["task"]["id"], str(uuid4()))
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    if path.endswith("restore"):
        await stranger.post(f"{TASKS}/{hers['task']['id']}/restore", headers=hers["ada"])
    still = await stranger.get(f"{TASKS}/{hers['task']['id']}", headers=hers["ada"])
    assert still.json()["title"] == "hers"


async def test_her_id_is_free_for_a_task_of_his_and_opens_nothing(
    stranger: httpx.AsyncClient, hers: dict[str, Any]
) -> None:
    body = {"title": "his", "id": hers["task"]["id"]}
    made = await stranger.post(TASKS, json=body, headers=hers["bob"])
    assert (made.status_code, made.json()["title"]) == (201, "his")
    await stranger.delete(f"{TASKS}/{body['id']}", headers=hers["bob"])
    still = await stranger.get(f"{TASKS}/{body['id']}", headers=hers["ada"])
    assert still.json() == hers["task"]


async def test_lists_searches_tags_and_cursors_show_none_of_it(
    stranger: httpx.AsyncClient, hers: dict[str, Any]
) -> None:
    await stranger.post(TASKS, json={"title": "second"}, headers=hers["ada"])
    page = await stranger.get(f"{TASKS}?limit=1", headers=hers["ada"])
    cursor = page.json()["next_cursor"]
    assert cursor
    for query in ("", "?q=hers", "?tag=secret", f"?cursor={cursor}"):
        seen = await stranger.get(f"{TASKS}{query}", headers=hers["bob"])
        assert seen.json() == {"items": [], "next_cursor": None}
    assert (await stranger.get("/api/tags", headers=hers["bob"])).json() == {"items": []}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", TASKS),
        ("POST", TASKS),
        ("GET", f"{TASKS}/1"),
        ("PATCH", f"{TASKS}/1"),
        ("DELETE", f"{TASKS}/1"),
        ("POST", f"{TASKS}/1/restore"),
        ("GET", "/api/tags"),
        ("GET", "/api/assistant"),
        ("POST", "/api/assistant"),
        ("GET", "/api/auth/me"),
        ("POST", "/api/auth/password"),
        ("DELETE", "/api/auth/me"),
    ],
)
async def test_nothing_is_answered_to_who_is_not_signed_in(
    stranger: httpx.AsyncClient, method: str, path: str
) -> None:
    assert (await stranger.request(method, path)).status_code == 401
