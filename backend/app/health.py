"""Probes: is the process alive, and could it do its work now?"""

import logging
from dataclasses import asdict

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
    """Tell the schema's revision and the migrations, or name the dependency that is missing."""
    state = request.app.state
    found = await readiness(state.database, state.migrations[0].revision)
    if isinstance(found, Ready):
        migrations = [asdict(one) for one in state.migrations]
        return JSONResponse({"status": "ok", "schema": found.schema, "migrations": migrations})
    logger.warning("not ready", extra={"dependency": found.dependency})
    schema = {"schema": found.schema} if found.schema else {}
    answer = {"status": "unavailable", "dependency": found.dependency, **schema}
    return JSONResponse(answer, status_code=503)
