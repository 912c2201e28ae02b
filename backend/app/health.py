"""Probes: is the process alive, and could it do its work now?"""

import logging

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from app import __version__
from app.database.readiness import failing_dependency

logger = logging.getLogger(__name__)

router = APIRouter()


@router.get("/health")
async def health() -> dict[str, str]:
    """Answer as long as the process runs; touches nothing else."""
    return {"status": "ok", "version": __version__}


@router.get("/ready")
async def ready(request: Request) -> JSONResponse:
    """Answer 503 naming the dependency that is missing."""
    state = request.app.state
    dependency = await failing_dependency(state.database, state.expected_revisions)
    if dependency is None:
        return JSONResponse({"status": "ready"})
    logger.warning("not ready", extra={"dependency": dependency})
    return JSONResponse({"status": "unavailable", "dependency": dependency}, status_code=503)
