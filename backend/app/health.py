"""Probes: is the process alive, and could it do its work now?"""

import logging

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from app import __version__
from app.database.readiness import Ready, readiness

logger = logging.getLogger(__name__)

router = APIRouter()


@router.get("/health")
async def health() -> dict[str, str]:
    """Answer as long as the process runs; touches nothing else."""
    return {"status": "ok", "version": __version__}


@router.get("/ready")
async def ready(request: Request) -> JSONResponse:
    """Tell the schema's revision, or answer 503 naming the dependency that is missing."""
    state = request.app.state
    found = await readiness(state.database, state.needed_revision)
    if isinstance(found, Ready):
        return JSONResponse({"status": "ok", "schema": found.schema})
    logger.warning("not ready", extra={"dependency": found.dependency})
    return JSONResponse({"status": "unavailable", "dependency": found.dependency}, status_code=503)
