"""Today is the user's, wherever and whenever that is."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from app import today
from app.today import zone_of

from .conftest import serving
from .people import carry, signed_up
from .stand_in import call, say, standing_in

TASKS = "/api/tasks"


def at(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """Set the clock that tells the day."""
    monkeypatch.setattr(today, "now", lambda: datetime.fromisoformat(moment).replace(tzinfo=UTC))


async def due(client: httpx.AsyncClient, which: str, **headers: str) -> list[str]:
    query = {"due": which, "sort": "due", "order": "asc"}
    answer = await client.get(TASKS, params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    return [task["due_date"] for task in answer.json()["items"]]


@pytest.mark.parametrize(
    ("zone", "moment", "expected"),
    [
        # Noon in Auckland is the evening before in Greenwich, and an evening in New York the
        # morning after.
        ("Pacific/Auckland", "2026-06-14T23:30", "2026-06-15"),
        ("America/New_York", "2026-06-15T02:30", "2026-06-14"),
        ("Pacific/Kiritimati", "2026-06-14T10:00", "2026-06-15"),
        ("Pacific/Niue", "2026-06-15T10:59", "2026-06-14"),
        ("Asia/Kathmandu", "2026-06-14T18:15", "2026-06-15"),
        # Where clocks are set at midnight, forward and back.
        ("Europe/Berlin", "2026-03-28T22:59", "2026-03-28"),
        ("Europe/Berlin", "2026-03-28T23:00", "2026-03-29"),
        ("Europe/Berlin", "2026-03-29T21:59", "2026-03-29"),
        ("Europe/Berlin", "2026-03-29T22:00", "2026-03-30"),
        ("Europe/Berlin", "2026-10-25T22:59", "2026-10-25"),
        ("Europe/Berlin", "2026-10-25T23:00", "2026-10-26"),
        ("America/New_York", "2026-11-02T04:59", "2026-11-01"),
        ("America/New_York", "2026-11-02T05:00", "2026-11-02"),
        # A day that Samoa never had.
        ("Pacific/Apia", "2011-12-30T09:59", "2011-12-29"),
        ("Pacific/Apia", "2011-12-30T10:00", "2011-12-31"),
        ("UTC", "2026-06-14T23:59", "2026-06-14"),
        ("", "2026-06-14T23:59", "2026-06-14"),
    ],
)
async def test_filters_count_from_the_users_today(
    client: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    zone: str,
    moment: str,
    expected: str,
) -> None:
    at(monkeypatch, moment)
    begin = datetime.fromisoformat(expected).toordinal()
    days = [datetime.fromordinal(begin + offset).date().isoformat() for offset in (-1, 0, 1, 6, 7)]
    for day in days:
        await client.post(TASKS, json={"title": day, "due_date": day})
    headers = {"X-Time-Zone": zone} if zone else {}
    assert await due(client, "overdue", **headers) == days[:1]
    assert await due(client, "today", **headers) == [expected]
    assert await due(client, "week", **headers) == days[1:4]


@pytest.mark.parametrize(
    "name",
    [
        *(None, "", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "America", "Europe/"),
        *("\x00", "a" * 65, "Europe/Berlin\n", ".", "Europe\\Berlin", "zone.tab", "\u00e4"),
    ],
)
def test_a_zone_that_is_not_known_is_utc(name: str | None) -> None:
    assert zone_of(name) is UTC


async def test_a_zone_that_is_not_known_costs_nobody_their_tasks(
    client: httpx.AsyncClient,
) -> None:
    for zone in ("Mars/Olympus", "../x", "America", "x" * 5000):
        assert await due(client, "today", **{"X-Time-Zone": zone}) == []


async def test_the_assistant_knows_the_users_today(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, "2026-06-14T23:30")
    with standing_in() as stand_in:
        stand_in.script = [call(("list_tasks", {"due": "today"})), say("One.")]
        model: dict[str, Any] = {
            "openai_api_key": SecretStr("x"),
            "openai_base_url": stand_in.base_url,
        }
        async with serving(database_url, **model) as client:
            carry(client, await signed_up(client, "ada"))
            await client.post(TASKS, json={"title": "Pay", "due_date": "2026-06-15"})
            body = {"messages": [{"role": "user", "content": "what is due?"}]}
            headers = {"X-Time-Zone": "Pacific/Auckland"}
            assert (await client.post("/api/assistant", json=body, headers=headers)).is_success
    system, *_, told = stand_in.requests[-1]["messages"]
    assert "Today is Monday, 2026-06-15" in system["content"]
    assert "Pay" in told["content"]
