"""How errors look from outside: a status and a few generic words."""

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from app.database.sessions import DatabaseUnavailableError, name_of_cause

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 2


def add_error_handlers(app: FastAPI) -> None:
    """Answer 422 without echoing what was sent, and 503 while the database is gone."""
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(DatabaseUnavailableError, _unavailable)


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    problems = error.errors() if isinstance(error, RequestValidationError) else []
    detail = [{"loc": problem["loc"], "msg": problem["msg"]} for problem in problems]
    return JSONResponse({"detail": detail}, status_code=422)


async def _unavailable(_request: Request, error: Exception) -> JSONResponse:
    logger.warning("database unavailable", extra={"cause": name_of_cause(error)})
    return JSONResponse(
        {"detail": "database unavailable"},
        status_code=503,
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )
