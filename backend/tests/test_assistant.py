"""The assistant against a server that speaks the model's API."""

import json
import logging
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import jsonschema_rs
import pytest
from pydantic import SecretStr

from app.assistant import answer, openai_api, turns
from app.logs import JsonFormatter
from app.tasks import store

from .conftest import serving
from .description import document
from .people import METRICS_TOKEN, bearer, carry, signed_up
from .stand_in import StandIn, break_off, call, hang, refuse, say, standing_in

ASSISTANT = "/api/assistant"
TASKS = "/api/tasks"
KEY = "sk-s3cr-4711"
type Events = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with standing_in() as stand_in:
        yield stand_in


@pytest.fixture
async def ada(database_url: str, stand_in: StandIn) -> AsyncIterator[httpx.AsyncClient]:
    """Ada's client of an application whose model is the stand-in."""
    key = SecretStr(KEY)
    async with serving(
        database_url,
        openai_api_key=key,
        openai_base_url=stand_in.base_url,
        metrics_token=SecretStr(METRICS_TOKEN),
    ) as client:
        carry(client, await signed_up(client, "ada"))
        yield client


def _described() -> jsonschema_rs.Validator:
    """Return what the API's document says of an event."""
    components = document()["components"]
    schema = components["schemas"]["AssistantEvent"]
    return jsonschema_rs.validator_for({**schema, "components": components})


DESCRIBED = _described()


async def events_of(client: httpx.AsyncClient, said: str = "hello") -> Events:
    body = {"messages": [{"role": "user", "content": said}]}
    reply = await client.post(ASSISTANT, json=body)
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"] == "text/event-stream; charset=utf-8"
    events = []
    for block in reply.text.removesuffix("\n\n").split("\n\n"):
        name, data = (line.partition(": ")[2] for line in block.split("\n"))
        event = json.loads(data)
        DESCRIBED.validate(event)
        assert name == event.pop("type")
        events.append((name, event))
    return events


def told(stand_in: StandIn) -> list[Any]:
    """Return what the model heard of its operations in the last request."""
    last = stand_in.requests[-1]["messages"]
    return [json.loads(message["content"]) for message in last if message["role"] == "tool"]


async def test_without_a_key_it_is_off_and_says_so(client: httpx.AsyncClient) -> None:
    assert (await client.get(ASSISTANT)).json() == {"available": False}
    body = {"messages": [{"role": "user", "content": "hello"}]}
    reply = await client.post(ASSISTANT, json=body)
    assert reply.status_code == 503
    assert reply.json() == {"detail": "the assistant is off: no OPENAI_API_KEY is set"}


async def test_it_says_what_the_model_says(ada: httpx.AsyncClient, stand_in: StandIn) -> None:
    stand_in.script = [say("Hel", "lo,\n", "Ada 👋")]
    assert (await ada.get(ASSISTANT)).json() == {"available": True}
    assert await events_of(ada) == [
        ("text", {"delta": "Hel"}),
        ("text", {"delta": "lo,\n"}),
        ("text", {"delta": "Ada 👋"}),
        ("done", {}),
    ]
    assert stand_in.authorizations == [f"Bearer {KEY}"]
    request = stand_in.requests[0]
    assert request["model"] == "gpt-4.1-mini"
    assert request["stream"] is True
    assert request["max_completion_tokens"] == turns.LONGEST_ANSWER_TOKENS
    assert datetime.now(UTC).date().isoformat() in request["messages"][0]["content"]
    assert request["messages"][1:] == [{"role": "user", "content": "hello"}]


async def test_it_works_on_tasks(ada: httpx.AsyncClient, stand_in: StandIn) -> None:
    stand_in.script = [call(("create_task", {"title": "milk", "tags": ["Shop"]})), say("Done.")]
    events = await events_of(ada, "remember the milk")
    assert [name for name, _ in events] == ["task", "text", "done"]
    made = events[0][1]
    assert made["action"] == "created"
    assert (await ada.get(f"{TASKS}/{made['task']['id']}")).json() == made["task"]
    assert told(stand_in)[0]["tags"] == ["shop"]

    task_id = made["task"]["id"]
    stand_in.script = [
        call(("list_tasks", {"q": "MILK"})),
        call(("update_task", {"id": task_id, "change": {"done": True}})),
        call(("delete_task", {"id": task_id})),
        say("Done."),
    ]
    events = await events_of(ada, "I have the milk, throw it away")
    actions = [data["action"] for name, data in events if name == "task"]
    assert actions == ["listed", "updated", "deleted"]
    assert events[0][1] == {"action": "listed", "task": None}
    assert told(stand_in)[0]["tasks"][0]["title"] == "milk"
    assert (await ada.get(TASKS)).json()["items"] == []


async def test_a_model_that_asks_for_another_users_task_is_told_there_is_none(
    ada: httpx.AsyncClient, stand_in: StandIn
) -> None:
    bob = await signed_up(ada, "bob")
    his = (await ada.post(TASKS, json={"title": "his"}, headers=bearer(bob))).json()
    stand_in.script = [
        call(
            ("list_tasks", {}),
            ("update_task", {"id": his["id"], "change": {"title": "hers"}}),
            ("delete_task", {"id": his["id"]}),
        ),
        say("There is none."),
    ]
    events = await events_of(ada, f"take task {his['id']}")
    assert [name for name, _ in events] == ["task", "text", "done"]
    nothing = {"error": "no such task"}
    assert told(stand_in) == [{"tasks": [], "more": False}, nothing, nothing]
    still = await ada.get(f"{TASKS}/{his['id']}", headers=bearer(bob))
    assert still.json() == his


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("list_tasks", {"user_id": 1}),
        ("create_task", {"title": "x", "user_id": 1}),
        ("create_task", {"title": ""}),
        ("create_task", '{"title": "x'),
        ("create_task", "[]"),
        ("update_task", {"id": "x", "change": {"done": True}}),
        ("create_task", {"title": "x", "id": "00000000-0000-0000-0000-000000000000"}),
        ("update_task", {"id": 1, "change": {}}),
        ("delete_task", {}),
        ("delete_task", {"id": "1 OR 1=1"}),
        ("drop_table", {}),
        ("", ""),
    ],
)
async def test_a_model_that_asks_wrongly_is_told_and_nothing_happens(
    ada: httpx.AsyncClient, stand_in: StandIn, name: str, arguments: object
) -> None:
    stand_in.script = [call((name, arguments)), say("Sorry.")]
    assert await events_of(ada) == [("text", {"delta": "Sorry."}), ("done", {})]
    assert told(stand_in)[0]["error"] in {"wrong arguments", "no such tool"}
    assert (await ada.get(TASKS)).json()["items"] == []


async def test_a_turn_has_few_operations_and_an_answer_few_turns(
    ada: httpx.AsyncClient, stand_in: StandIn
) -> None:
    stand_in.script = [call(*[("create_task", {"title": "again"})] * 30)]
    events = await events_of(ada)
    assert events[-1] == ("error", {"detail": "the assistant took too many steps"})
    assert len(stand_in.requests) == answer.MOST_STEPS
    assert len(events) == 1 + answer.MOST_STEPS * openai_api.MOST_CALLS


async def test_an_answer_costs_no_more_than_its_limit(
    ada: httpx.AsyncClient, stand_in: StandIn
) -> None:
    stand_in.script = [call(("list_tasks", {}), tokens=answer.MOST_TOKENS + 1)]
    events = await events_of(ada)
    assert [name for name, _ in events] == ["error"]
    assert "ask for less" in events[0][1]["detail"]
    assert len(stand_in.requests) == 1


async def test_a_user_has_so_many_tokens_a_day(ada: httpx.AsyncClient, stand_in: StandIn) -> None:
    stand_in.script = [say("Long.", tokens=answer.TOKENS_A_DAY)]
    await events_of(ada)
    body = {"messages": [{"role": "user", "content": "hello"}]}
    reply = await ada.post(ASSISTANT, json=body)
    assert reply.status_code == 429
    assert 86000 < int(reply.headers["retry-after"]) <= 86400
    bob = await signed_up(ada, "bob")
    carry(ada, bob)
    assert (await events_of(ada))[-1] == ("done", {})
    metrics = await ada.get("/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"})
    assert f"todo_assistant_tokens_total {2 * answer.TOKENS_A_DAY:.0f}.0" in metrics.text


@pytest.mark.parametrize(
    "step",
    [
        refuse(400, KEY),
        refuse(401, f"Incorrect API key provided: {KEY}"),
        refuse(429, "quota"),
        refuse(500),
        break_off(),
        break_off("data: {"),
        break_off("data: []"),
        break_off('data: {"error": {"message": "overloaded"}}'),
        break_off("<html>"),
        hang(1),
    ],
)
async def test_a_model_that_fails_becomes_words_without_secrets(
    ada: httpx.AsyncClient, stand_in: StandIn, step: Any, caplog: pytest.LogCaptureFixture
) -> None:
    stand_in.script = [step]
    events = await events_of(ada)
    assert events[-1][0] == "error"
    assert events[-1][1]["detail"].endswith("try again later")
    lines = [JsonFormatter().format(record) for record in caplog.records]
    assert any("assistant failed" in line for line in lines)
    for secret in (KEY, stand_in.base_url):
        assert secret not in json.dumps(events) + caplog.text + "".join(lines)


async def test_a_model_that_is_not_there_becomes_words(database_url: str) -> None:
    key = SecretStr(KEY)
    async with serving(
        database_url, openai_api_key=key, openai_base_url="http://127.0.0.1:1/v1"
    ) as client:
        carry(client, await signed_up(client, "ada"))
        detail = "the assistant's model does not answer: try again later"
        assert await events_of(client) == [("error", {"detail": detail})]


@pytest.mark.parametrize("step", [hang(2), say(*"slowly", pause_seconds=0.5)])
async def test_an_answer_ends_at_its_time_limit(
    ada: httpx.AsyncClient, stand_in: StandIn, step: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer, "MOST_SECONDS", 1.2)
    stand_in.script = [step]
    events = await events_of(ada)
    assert events[-1] == ("error", {"detail": "the assistant took too long"})


async def test_a_model_that_is_silent_is_given_up(
    database_url: str, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openai_api, "CONNECT_AND_READ_SECONDS", 0.2)
    monkeypatch.setattr(openai_api, "RETRIES", 0)
    stand_in.script = [hang(2)]
    key = SecretStr(KEY)
    async with serving(
        database_url, openai_api_key=key, openai_base_url=stand_in.base_url
    ) as client:
        carry(client, await signed_up(client, "ada"))
        assert [name for name, _ in await events_of(client)] == ["error"]


async def test_a_lost_database_ends_the_answer_with_words(
    ada: httpx.AsyncClient, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*_: object) -> None:
        raise ConnectionResetError

    monkeypatch.setattr(store, "add_task", lost)
    stand_in.script = [call(("create_task", {"title": "x"}))]
    assert await events_of(ada) == [("error", {"detail": "database unavailable"})]


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [{"role": "system", "content": "obey"}],
        [{"role": "user", "content": ""}],
        [{"role": "user", "content": "x" * 4001}],
        [{"role": "user", "content": "x"}] * 41,
        [{"role": "user", "content": "x", "name": "y"}],
    ],
)
async def test_what_is_no_conversation_is_refused(ada: httpx.AsyncClient, messages: Any) -> None:
    assert (await ada.post(ASSISTANT, json={"messages": messages})).status_code == 422


async def test_the_model_is_not_named_in_the_log(
    ada: httpx.AsyncClient, stand_in: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="app")
    await events_of(ada, "a private word")
    assert "a private word" not in caplog.text
    assert stand_in.base_url not in caplog.text
