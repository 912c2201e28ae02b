"""The language model of the settings, which costs nothing before it is asked."""

from __future__ import annotations

import asyncio
import importlib
from typing import TYPE_CHECKING

from app.settings import Settings

if TYPE_CHECKING:
    from app.assistant.openai_api import OpenAIModel


class Model:
    """Opens the API at the first question: to import its client takes as long as all the rest."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._opening = asyncio.Lock()
        self._api: OpenAIModel | None = None

    async def opened(self) -> OpenAIModel:
        """Return what speaks to the API; the process goes on meanwhile."""
        async with self._opening:
            if self._api is None:
                module = "app.assistant.openai_api"
                api = await asyncio.to_thread(importlib.import_module, module)
                self._api = api.OpenAIModel(self._settings)
        return self._api

    async def close(self) -> None:
        """Close the connections, if there are any."""
        if self._api is not None:
            await self._api.close()


def make_model(settings: Settings) -> Model | None:
    """Return the model of the settings, None where there is no key for one."""
    return Model(settings) if settings.openai_api_key is not None else None
