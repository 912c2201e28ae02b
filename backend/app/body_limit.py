"""No request body beyond a limit, whether its length is declared or not."""

from fastapi.responses import JSONResponse
from starlette.datastructures import Headers
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import Receive, Scope, Send


class BodyLimit(RequestBodyLimitMiddleware):
    """Refuses a declared length before any work: the base class alone lets a route act first."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; a body without a length is counted as it comes."""
        if scope["type"] == "http" and _declared_length(scope) > self.max_body_size:
            refusal = JSONResponse({"detail": "Content Too Large"}, status_code=413)
            await refusal(scope, receive, send)
            return
        await super().__call__(scope, receive, send)


def _declared_length(scope: Scope) -> int:
    declared = Headers(scope=scope).get("content-length", "")
    return int(declared) if declared.isdecimal() else 0
