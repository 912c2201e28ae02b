"""How errors look from outside: a status and a few words, `{"detail": ...}`."""

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import IntegrityError

from app.database.sessions import DatabaseUnavailableError, name_of_cause, sqlstate

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 2
MOST_PROBLEMS = 5
_FOREIGN_KEY = "23503"


class Problem(BaseModel):
    """What every refusal and error looks like."""

    detail: str
    code: str | None = None


class RefusedError(Exception):
    """A request that is refused; `detail` holds words for its sender and no value it sent.

    `code` is for programs that have to tell one refusal from others of the same status.
    """

    status = 400
    detail = "refused"
    code: str | None = None
    headers: Mapping[str, str] = {}


class NotSignedInError(RefusedError):
    """No access token, or one that is not valid any more."""

    status = 401
    detail = "not signed in"
    headers: Mapping[str, str] = {"WWW-Authenticate": "Bearer"}


class TooManyError(RefusedError):
    """An allowance is used up."""

    status = 429
    detail = "too many attempts: wait a while"

    def __init__(self, wait_seconds: int) -> None:
        super().__init__(self.detail)
        self.headers = {"Retry-After": str(wait_seconds)}


class BusyError(RefusedError):
    """Too many wait for the same work."""

    status = 503
    detail = "too busy: try again in a moment"
    headers: Mapping[str, str] = {"Retry-After": str(RETRY_AFTER_SECONDS)}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe the refusals of a route for the API's description."""
    return {status: {"model": Problem} for status in statuses}


def add_error_handlers(app: FastAPI) -> None:
    """Give every kind of error its answer; none echoes what was sent."""
    app.add_exception_handler(RefusedError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(DatabaseUnavailableError, _unavailable)
    app.add_exception_handler(IntegrityError, _owner_gone)
    app.add_exception_handler(405, _not_allowed)


def _answer(
    status: int, detail: str, headers: Mapping[str, str] | None = None, code: str | None = None
) -> JSONResponse:
    problem = Problem(detail=detail, code=code).model_dump(exclude_none=True)
    return JSONResponse(problem, status_code=status, headers=headers)


async def _refused(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RefusedError)  # noqa: S101  what the handler is registered for
    return _answer(error.status, error.detail, error.headers, error.code)


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    told = [f"{_place(problem['loc'])}: {problem['msg']}" for problem in found[:MOST_PROBLEMS]]
    return _answer(422, "; ".join(told))


def _place(location: tuple[str | int, ...]) -> str:
    return ".".join(str(step)[:40] for step in location[1:]) or str(location[0])


async def _unavailable(_request: Request, error: Exception) -> JSONResponse:
    logger.warning("database unavailable", extra={"cause": name_of_cause(error)})
    return _answer(503, "database unavailable", {"Retry-After": str(RETRY_AFTER_SECONDS)})


async def _owner_gone(request: Request, error: Exception) -> JSONResponse:
    if sqlstate(error) == _FOREIGN_KEY:  # the account was deleted while the request ran
        return await _refused(request, NotSignedInError())
    raise error


async def _not_allowed(request: Request, _error: Exception) -> JSONResponse:
    # The route that refuses knows its own method alone; an address can have several routes.
    path = getattr(request.scope.get("route"), "path", "")
    methods = request.app.openapi()["paths"].get(path, {"get": None})
    return _answer(405, "method not allowed", {"Allow": ", ".join(methods).upper()})
