"""The OpenAI API, one streamed turn at a time. Imported when the assistant is first asked."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from openai import APIStatusError, AsyncOpenAI, AsyncStream, OpenAIError
from openai.types.chat.chat_completion_chunk import ChoiceDeltaToolCall

from app.assistant.turns import (
    LONGEST_ANSWER_TOKENS,
    ModelFailedError,
    ToolCall,
    Turn,
    estimated_tokens,
)
from app.database.sessions import name_of_cause
from app.settings import Settings

CONNECT_AND_READ_SECONDS = 20.0
RETRIES = 1
MOST_CALLS = 10


class OpenAIModel:
    """A client of the API with one key."""

    def __init__(self, settings: Settings) -> None:
        assert settings.openai_api_key is not None  # noqa: S101  there is no model without one
        self._client = AsyncOpenAI(
            api_key=settings.openai_api_key.get_secret_value(),
            base_url=settings.openai_base_url,
            timeout=CONNECT_AND_READ_SECONDS,
            max_retries=RETRIES,
        )
        self._name = settings.openai_model

    async def take_turn(
        self, history: Sequence[Any], tools: Sequence[Any], turn: Turn
    ) -> AsyncIterator[str]:
        """Stream the text of the next turn, filling `turn` on the way. Raises ModelFailedError."""
        try:
            whole = False
            async with await self._stream(history, tools) as stream:
                async for chunk in stream:
                    if chunk.usage is not None:
                        turn.tokens = chunk.usage.total_tokens
                    for choice in chunk.choices[:1]:
                        for part in choice.delta.tool_calls or []:
                            _collect(turn.calls, part)
                        whole = whole or choice.finish_reason is not None
                        if choice.delta.content:
                            turn.text += choice.delta.content
                            yield choice.delta.content
        except OpenAIError as error:
            # Type and status only: the API's own words may hold a part of the key.
            status = error.status_code if isinstance(error, APIStatusError) else None
            raise ModelFailedError(name_of_cause(error), status) from None
        if not whole:
            raise ModelFailedError("CutOff")
        turn.tokens = turn.tokens or estimated_tokens([*history, turn.as_message()])

    async def _stream(self, history: Sequence[Any], tools: Sequence[Any]) -> AsyncStream[Any]:
        return await self._client.chat.completions.create(
            model=self._name,
            messages=list(history),
            tools=list(tools),
            max_completion_tokens=LONGEST_ANSWER_TOKENS,
            stream=True,
            stream_options={"include_usage": True},
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()


def _collect(calls: list[ToolCall], part: ChoiceDeltaToolCall) -> None:
    if not 0 <= part.index < MOST_CALLS:
        return
    while len(calls) <= part.index:
        calls.append(ToolCall())
    call = calls[part.index]
    call.id = part.id or call.id
    if part.function is not None:
        call.name += part.function.name or ""
        call.arguments += part.function.arguments or ""
