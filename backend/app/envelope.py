"""What every request gets: an id, one log line, security headers, no stranger's error text."""

import logging
import re
import time
from uuid import uuid4

from fastapi.responses import JSONResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.logs import request_id

logger = logging.getLogger(__name__)

SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
PROBES = frozenset({"/health", "/ready", "/metrics"})
_ACCEPTED_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class Envelope:
    """Outermost middleware. Plain ASGI, because an error handler's answer must pass it too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; anything but HTTP passes untouched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.monotonic()
        status: int | None = None
        identity = _identity(Headers(scope=scope))
        token = request_id.set(identity)

        async def send_enveloped(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message).update({**SECURITY_HEADERS, "X-Request-ID": identity})
            await send(message)

        try:
            await self._app(scope, receive, send_enveloped)
        except Exception:
            logger.exception("unexpected error")
            if status is not None:
                raise
            await _internal_error(scope, receive, send_enveloped)
        finally:
            _log_request(scope, status, time.monotonic() - started)
            request_id.reset(token)


def _identity(headers: Headers) -> str:
    offered = headers.get("x-request-id", "")
    return offered if _ACCEPTED_ID.fullmatch(offered) else uuid4().hex


async def _internal_error(scope: Scope, receive: Receive, send: Send) -> None:
    await JSONResponse({"detail": "internal error"}, status_code=500)(scope, receive, send)


def _log_request(scope: Scope, status: int | None, seconds: float) -> None:
    if scope["path"] in PROBES and status == 200:  # noqa: PLR2004
        return
    logger.info(
        "request",
        extra={
            "method": scope["method"],
            "path": scope["path"],
            "status": status,
            "milliseconds": round(seconds * 1000, 1),
        },
    )
