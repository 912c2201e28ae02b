"""What Prometheus reads: requests, how long they took, the process itself."""

import hmac
import time
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.security import HTTPAuthorizationCredentials as Bearer
from fastapi.security import HTTPBearer
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from pydantic import SecretStr
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import RefusedError

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60)

router = APIRouter(include_in_schema=False)
_bearer = HTTPBearer(auto_error=False)


@dataclass(frozen=True)
class Metrics:
    """The numbers of one application."""

    registry: CollectorRegistry
    seconds: Histogram
    assistant_tokens: Counter


def make_metrics() -> Metrics:
    """Begin counting."""
    registry = CollectorRegistry()
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=registry)
    return Metrics(
        registry=registry,
        seconds=Histogram(
            "todo_http_request_seconds",
            "Time from a request's head to the end of its answer",
            ["method", "route", "status"],
            buckets=BUCKETS,
            registry=registry,
        ),
        assistant_tokens=Counter(
            "todo_assistant_tokens", "Tokens the assistant's model has used", registry=registry
        ),
    )


class Measured:
    """Middleware that counts every request by its route's pattern, never by its path."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.monotonic()
        status = 500

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        finally:
            method = scope["method"] if scope["method"] in METHODS else "other"
            route = getattr(scope.get("route"), "path", "none")
            observed = self._metrics.seconds.labels(method, route, str(status))
            observed.observe(time.monotonic() - started)


class NoSuchPageError(RefusedError):
    """What is answered to who may not know that there are numbers."""

    status = 404
    detail = "Not Found"


def _may_see(request: Request, given: Annotated[Bearer | None, Depends(_bearer)]) -> None:
    token: SecretStr | None = request.app.state.metrics_token
    # As bytes: other characters than ASCII cannot be compared as text.
    if token is None or given is None:
        raise NoSuchPageError
    if not hmac.compare_digest(given.credentials.encode(), token.get_secret_value().encode()):
        raise NoSuchPageError


@router.get("/metrics", dependencies=[Depends(_may_see)])
async def metrics(request: Request) -> Response:
    """Show the numbers in Prometheus' own format, to who holds METRICS_TOKEN."""
    kept: Metrics = request.app.state.metrics
    return Response(generate_latest(kept.registry), media_type=CONTENT_TYPE_LATEST)
