"""No request head beyond a limit, however it arrives."""

from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

# The colon, the blank and the line's end of a header.
_FRAME = 4


class HeadLimit:
    """Answers 431; the server's own limit counts only heads that come in pieces."""

    def __init__(self, app: ASGIApp, max_head_size: int) -> None:
        self._app = app
        self._max_head_size = max_head_size

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "http" and _size(scope) > self._max_head_size:
            refusal = JSONResponse({"detail": "the headers are too large"}, status_code=431)
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _size(scope: Scope) -> int:
    headers = sum(len(name) + len(value) + _FRAME for name, value in scope["headers"])
    return len(scope["raw_path"]) + len(scope["query_string"]) + headers
