"""The language model behind the OpenAI API, one streamed turn at a time."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from openai import AsyncOpenAI, OpenAIError
from openai.types.chat.chat_completion_chunk import ChoiceDeltaToolCall

from app.settings import Settings

CONNECT_AND_READ_SECONDS = 20.0
RETRIES = 1
LONGEST_ANSWER_TOKENS = 1000
CHARACTERS_A_TOKEN = 4
MOST_CALLS = 10


@dataclass
class ToolCall:
    """An operation the model asks for; `arguments` is JSON, if the model kept to it."""

    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass
class Turn:
    """What the model has said so far; whole when its stream has ended."""

    text: str = ""
    calls: list[ToolCall] = field(default_factory=list)
    tokens: int = 0

    def as_message(self) -> dict[str, Any]:
        """Return it as the model wants to hear it again."""
        calls = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in self.calls
        ]
        return {"role": "assistant", "content": self.text, "tool_calls": calls}


class CutOffError(OpenAIError):
    """The stream ended without saying that the turn is whole."""


class Model:
    """A client of the API with one key."""

    def __init__(self, client: AsyncOpenAI, name: str) -> None:
        self._client = client
        self._name = name

    async def take_turn(
        self, history: Sequence[Any], tools: Sequence[Any], turn: Turn
    ) -> AsyncIterator[str]:
        """Stream the text of the next turn, filling `turn` on the way. Raises OpenAIError."""
        stream = await self._client.chat.completions.create(
            model=self._name,
            messages=list(history),
            tools=list(tools),
            max_completion_tokens=LONGEST_ANSWER_TOKENS,
            stream=True,
            stream_options={"include_usage": True},
        )
        whole = False
        async with stream:
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
        if not whole:
            raise CutOffError
        turn.tokens = turn.tokens or estimated_tokens([*history, turn.as_message()])

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()


def make_model(settings: Settings) -> Model | None:
    """Return the model of the settings, None where there is no key for one."""
    if settings.openai_api_key is None:
        return None
    client = AsyncOpenAI(
        api_key=settings.openai_api_key.get_secret_value(),
        base_url=settings.openai_base_url,
        timeout=CONNECT_AND_READ_SECONDS,
        max_retries=RETRIES,
    )
    return Model(client, settings.openai_model)


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


def estimated_tokens(messages: Sequence[Any]) -> int:
    """Return about how many tokens messages have."""
    return sum(len(str(message)) for message in messages) // CHARACTERS_A_TOKEN
