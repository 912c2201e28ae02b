"""The assistant over HTTP."""

from collections.abc import AsyncIterator

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from app.accounts.caller import Caller
from app.allowances import exhausted
from app.assistant.answer import Answerer, daily_tokens
from app.assistant.model import Model
from app.assistant.schemas import Availability, Conversation, stream_schema, written
from app.assistant.toolbox import Toolbox
from app.database.sessions import Session
from app.errors import RefusedError, TooManyError, problems
from app.today import Today

router = APIRouter(prefix="/api/assistant", tags=["assistant"], responses=problems(401, 409, 503))

EVENTS = {
    "description": "The events, in the order of what is said and done",
    "content": {"text/event-stream": {"schema": stream_schema()}},
}


class AssistantOffError(RefusedError):
    """There is no key for a model."""

    status = 503
    detail = "the assistant is off: no OPENAI_API_KEY is set"


@router.get("")
async def availability(_caller: Caller, request: Request) -> Availability:
    """Tell whether there is an assistant."""
    return Availability(available=request.app.state.model is not None)


@router.post(
    "",
    response_class=Response,  # of no media type of its own, so that refusals are JSON
    responses={200: EVENTS, **problems(400, 408, 413, 422, 429)},
)
async def talk(
    caller: Caller, session: Session, request: Request, today: Today, conversation: Conversation
) -> StreamingResponse:
    """Answer in words and deeds, as a stream of events: `text`, `task`, then `done` or `error`."""
    model: Model | None = request.app.state.model
    if model is None:
        raise AssistantOffError
    wait_seconds = await exhausted(session, daily_tokens(caller.id))
    if wait_seconds is not None:
        raise TooManyError(wait_seconds)
    toolbox = Toolbox(request.app.state.database, caller.id, today)
    answerer = Answerer(model, toolbox, request.app.state.metrics)

    async def events() -> AsyncIterator[str]:
        async for event in answerer.answer(conversation):
            yield written(event)

    return StreamingResponse(events(), media_type="text/event-stream")
