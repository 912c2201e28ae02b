"""No request body that takes longer than a limit to arrive."""

import asyncio

from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class _TooSlowError(Exception):
    """The deadline has passed before the body was whole."""


class BodyDeadline:
    """Answers 408 when a body is not there in time, and closes the connection."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; the clock runs from its head to its body's end."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        deadline = asyncio.get_running_loop().time() + self._seconds
        whole = False

        async def receive_in_time() -> Message:
            nonlocal whole
            if whole:  # from here on it only waits for the client to leave
                return await receive()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise _TooSlowError from None
            whole = not message.get("more_body", False)
            return message

        try:
            await self._app(scope, receive_in_time, send)
        except _TooSlowError:
            answer = JSONResponse({"detail": "the body came too slowly"}, status_code=408)
            answer.headers["Connection"] = "close"
            await answer(scope, receive, send)
