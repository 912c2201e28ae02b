"""No request body that takes longer than a limit to arrive."""

import asyncio

from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyDeadline:
    """Answers 408 when a body is not whole in time, and closes the connection."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; the clock runs from its head to its body's end."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        deadline = asyncio.get_running_loop().time() + self._seconds
        whole = refused = False

        async def receive_in_time() -> Message:
            nonlocal whole, refused
            if whole:  # from here on it only waits for the client to leave
                return await receive()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                refused = True
                await _too_slow(scope, receive, send)
                # What the application makes of a client that left is dropped.
                return {"type": "http.disconnect"}
            whole = not message.get("more_body", False)
            return message

        async def send_unless_refused(message: Message) -> None:
            if not refused:
                await send(message)

        await self._app(scope, receive_in_time, send_unless_refused)


async def _too_slow(scope: Scope, receive: Receive, send: Send) -> None:
    answer = JSONResponse(
        {"detail": "the body came too slowly"}, status_code=408, headers={"Connection": "close"}
    )
    await answer(scope, receive, send)
