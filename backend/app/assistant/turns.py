"""A turn of the language model, and how it fails."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

LONGEST_ANSWER_TOKENS = 1000
CHARACTERS_A_TOKEN = 4


class ModelFailedError(Exception):
    """The model gave no whole turn; `cause` names the kind of error."""

    def __init__(self, cause: str, status: int | None = None) -> None:
        super().__init__(cause)
        self.cause = cause
        self.status = status


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


def estimated_tokens(messages: Sequence[Any]) -> int:
    """Return about how many tokens messages have."""
    return sum(len(str(message)) for message in messages) // CHARACTERS_A_TOKEN
