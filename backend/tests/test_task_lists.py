"""Lists of tasks: filtered, searched, sorted, a page at a time."""

import base64
import json
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import httpx
import pytest

TASKS = "/api/tasks"
TODAY = datetime.now(UTC).date()


def day(offset: int) -> str:
    return (TODAY + timedelta(days=offset)).isoformat()


@pytest.fixture
async def listed(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """Ada's client with six different tasks, made in this order."""
    for task in (
        {"title": "Éclair 100%", "priority": "high", "due_date": day(0), "tags": ["food"]},
        {"title": "apples", "notes": "Green_ones", "due_date": day(-1), "tags": ["food", "a"]},
        {"title": "Bread", "priority": "low", "due_date": day(6)},
        {"title": "apples", "priority": "high", "due_date": day(7)},
        {"title": "done long ago", "due_date": day(-400)},
        {"title": "zebra \\o/", "notes": "apples, too"},
    ):
        made = await client.post(TASKS, json=task)
        if task["title"] == "done long ago":
            await client.patch(f"{TASKS}/{made.json()['id']}", json={"done": True})
    return client


@pytest.mark.parametrize(
    ("title", "found_by"),
    [
        ("Straße fegen", ["strasse", "STRASSE", "fegen strasse", "straße"]),
        ("Ærø, Łódź & Ångström", ["aero", "lodz angstrom", "Łódź", "&"]),
        ("Ёлка и йод", ["елка", "ЁЛКА", "йод", "иод"]),
        ("café au lait", ["cafe lait", "LAIT CAFÉ"]),
        ("(zu) Hause", ["zu", "hause zu", "(zu)"]),
        ("İstanbul'a git", ["istanbul", "git", "'a"]),
        ("牛乳を買う", ["牛乳", "買"]),
        ("Cafe\u0301", ["café", "cafe"]),
        ("\uff46\uff55\uff4c\uff4c width", ["full", "width full"]),
    ],
)
async def test_accents_case_and_the_order_of_words_do_not_matter(
    client: httpx.AsyncClient, title: str, found_by: list[str]
) -> None:
    await client.post(TASKS, json={"title": title})
    await client.post(TASKS, json={"title": "something else"})
    for words in found_by:
        assert await titles(client, q=words) == [title], words


async def test_what_is_changed_is_found_by_its_new_words(client: httpx.AsyncClient) -> None:
    place = (await client.post(TASKS, json={"title": "old", "tags": ["gone"]})).headers["location"]
    await client.patch(place, json={"title": "new", "notes": "first\nsecond", "tags": ["here"]})
    assert await titles(client, q="second here new") == ["new"]
    for word in ("old", "gone"):
        assert await titles(client, q=word) == []


async def titles(client: httpx.AsyncClient, **query: Any) -> list[str]:
    answer = await client.get(TASKS, params={"order": "asc", **query})
    assert answer.status_code == 200, answer.text
    return [task["title"] for task in answer.json()["items"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"done": "true"}, ["done long ago"]),
        ({"done": "false", "priority": "high"}, ["Éclair 100%", "apples"]),
        ({"priority": "low"}, ["Bread"]),
        ({"tag": "food"}, ["Éclair 100%", "apples"]),
        ({"tag": "FOOD"}, ["Éclair 100%", "apples"]),
        ({"tag": "foo"}, []),
        ({"due": "overdue"}, ["apples"]),
        ({"due": "today"}, ["Éclair 100%"]),
        ({"due": "week"}, ["Éclair 100%", "Bread"]),
        ({"due": "none"}, ["zebra \\o/"]),
        ({"q": "APPLE"}, ["apples", "apples", "zebra \\o/"]),
        ({"q": "éclair"}, ["Éclair 100%"]),
        ({"q": "eclair"}, ["Éclair 100%"]),
        ({"q": "E\u0301CLAIR"}, ["Éclair 100%"]),
        ({"q": "100% éclair"}, ["Éclair 100%"]),
        ({"q": "food cla"}, ["Éclair 100%"]),
        ({"q": "#food"}, ["Éclair 100%", "apples"]),
        ({"q": "#"}, []),
        ({"q": "ones apples"}, ["apples"]),
        ({"q": "ones nowhere"}, []),
        ({"q": "clai"}, ["Éclair 100%"]),
        ({"q": "cl"}, []),
        ({"q": "ec"}, ["Éclair 100%"]),
        ({"q": "10"}, ["Éclair 100%"]),
        ({"q": "on"}, ["apples"]),
        ({"q": "o"}, ["apples", "zebra \\o/"]),
        ({"q": "green_ones"}, ["apples"]),
        ({"q": "n_on"}, ["apples"]),
        ({"q": "ﬀ"}, []),
        ({"q": "\uff05"}, ["Éclair 100%"]),
        ({"q": "%"}, ["Éclair 100%"]),
        ({"q": "_"}, ["apples"]),
        ({"q": "\\"}, ["zebra \\o/"]),
        ({"q": "'"}, []),
        ({"q": "apples", "tag": "a", "due": "overdue"}, ["apples"]),
        ({"q": ""}, ["Éclair 100%", "apples", "Bread", "apples", "done long ago", "zebra \\o/"]),
    ],
)
async def test_a_filter_finds_what_it_asks_for(
    listed: httpx.AsyncClient, query: dict[str, str], found: list[str]
) -> None:
    assert await titles(listed, **query) == found


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("created", ["Éclair 100%", "apples", "Bread", "apples", "done long ago", "zebra \\o/"]),
        ("title", ["apples", "apples", "Bread", "done long ago", "zebra \\o/", "Éclair 100%"]),
        ("due", ["done long ago", "apples", "Éclair 100%", "Bread", "apples", "zebra \\o/"]),
        ("priority", ["Bread", "apples", "done long ago", "zebra \\o/", "Éclair 100%", "apples"]),
    ],
)
async def test_a_list_is_sorted_both_ways(
    listed: httpx.AsyncClient, sort: str, expected: list[str]
) -> None:
    assert await titles(listed, sort=sort) == expected
    assert await titles(listed, sort=sort, order="desc") == expected[::-1]


@pytest.mark.parametrize(
    ("sort", "order", "limit"),
    list(product(["created", "due", "priority", "title"], ["asc", "desc"], [1, 2, 6])),
)
async def test_pages_together_are_the_whole_list(
    listed: httpx.AsyncClient, sort: str, order: str, limit: int
) -> None:
    query: dict[str, str | int] = {"sort": sort, "order": order}
    whole = (await listed.get(TASKS, params=query)).json()["items"]
    seen: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (
            await listed.get(TASKS, params={**query, "limit": limit, **as_query(cursor)})
        ).json()
        assert 0 < len(page["items"]) <= limit
        seen += page["items"]
        cursor = page["next_cursor"]
    assert seen == whole


@pytest.mark.parametrize("sort", ["title", "due"])
async def test_pages_pass_titles_of_any_language_and_days_of_any_year(
    client: httpx.AsyncClient, sort: str
) -> None:
    made = [
        {"title": title, "due_date": due}
        for title, due in [
            ("全角　空白", "0001-01-01"),
            ("👨‍👩‍👧", "9999-12-31"),
            ('"quoted\\"', None),
            ("🥛" * 200, "2026-12-24"),
            ("İ" * 200, None),
        ]
    ]
    for task in made:
        assert (await client.post(TASKS, json=task)).status_code == 201
    seen, cursor = [], ""
    while cursor is not None:
        page = await client.get(TASKS, params={"sort": sort, "limit": 1, **as_query(cursor)})
        seen += [task["title"] for task in page.json()["items"]]
        cursor = page.json()["next_cursor"]
    assert sorted(seen) == sorted(str(task["title"]) for task in made)


def as_query(cursor: str) -> dict[str, str]:
    return {"cursor": cursor} if cursor else {}


async def test_a_page_stays_right_while_tasks_come_and_go(listed: httpx.AsyncClient) -> None:
    first = (await listed.get(TASKS, params={"limit": 2})).json()
    await listed.post(TASKS, json={"title": "newest"})
    await listed.delete(f"{TASKS}/{first['items'][1]['id']}")
    second = await listed.get(TASKS, params={"limit": 2, "cursor": first["next_cursor"]})
    assert [task["title"] for task in second.json()["items"]] == ["apples", "Bread"]


def forged(*parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "ä",
        "=",
        "bnVsbA",
        forged("title", "x", 1),
        forged("created", "x", 1),
        forged("created", 1, "1"),
        forged("created", 1, 2**63),
        forged("created", 2**63, 1),
        forged("created", True, 1),
        forged("created", 1),
        "W" * 2000,
    ],
)
async def test_a_cursor_of_nothing_is_refused(client: httpx.AsyncClient, cursor: str) -> None:
    answer = await client.get(TASKS, params={"cursor": cursor})
    assert (answer.status_code, answer.json()) == (422, {"detail": "cursor: is none of this list"})


@pytest.mark.parametrize(
    ("sort", "key"),
    [
        *(("due", "x"), ("due", 1), ("priority", "urgent"), ("priority", 1)),
        *(("title", "\x00"), ("title", "\ud800"), ("title", 1)),
    ],
)
async def test_a_cursor_with_a_wrong_key_is_refused(
    client: httpx.AsyncClient, sort: str, key: object
) -> None:
    query = {"sort": sort, "cursor": forged(sort, key, 1)}
    assert (await client.get(TASKS, params=query)).status_code == 422


@pytest.mark.parametrize(
    "query",
    [
        *("limit=0", "limit=201", "limit=x", "sort=x", "order=x", "due=x", "done=x", "priority=x"),
        *("tag=a%20b", "q=%00", "colour=red", "limit=1&limit=2&sort=x", "cursor=" + "x" * 2001),
    ],
)
async def test_a_wrong_query_is_refused(client: httpx.AsyncClient, query: str) -> None:
    assert (await client.get(f"{TASKS}?{query}")).status_code == 422
